package survey

import (
	"slices"
	"strings"
	"sync"
)

//go:generate go run ./internal/probepage/gen.go ../../docs/probes.md

// When says on what condition a probe of the plan is asked.
type When string

// The conditions.
const (
	WhenRead   When = "read"   // from the answers that a survey has anyway: no question
	WhenAlways When = "always" // of each address that answers
	WhenOdd    When = "odd"    // only after something odd
	WhenDeep   When = "deep"   // only with --probe deep
)

// A PlannedProbe is one thing to learn of a server: by which question, what
// compliant servers answer, and what else may come.
type PlannedProbe struct {
	ID        string // short, as in the reports of ISC's EDNS compliance tests where they have it
	Asks      string // the question
	When      When
	Trigger   string // for WhenOdd: after what
	Compliant string
	Source    string // RFC section
	Outcomes  []Outcome
}

// An Outcome is a word for what a server did instead.
type Outcome struct {
	Word  string
	Means string
	Grade Grade
	Rule  string // the finding that it raises: always when Broken, with --probe deep when Odd; "" for none
	At    string // what it costs at the CA
}

// rcodes are outcomes of most questions: an error in the place of an answer.
func rcodes(grade Grade, rule, at string) []Outcome {
	var all []Outcome
	for _, w := range []string{"formerr", "notimp", "refused", "servfail", "nxdomain"} {
		all = append(all, Outcome{w, "the rcode " + strings.ToUpper(w) + " in the place of an answer", grade, rule, at})
	}
	return append(all, Outcome{"timeout", "no answer, though the same server answers ordinary questions", grade, rule, at})
}

// What sins cost at a CA whose resolver is Unbound.
const (
	nothing   = "nothing: its resolver does not ask so"
	otherCAs  = "nothing at a CA whose resolver sends no options; elsewhere the answer"
	tryAgain  = "another query without EDNS, at once, for each question"
	lost      = "the answer, unless another server gives it"
	firstWait = "376 ms for the first time-out, twice as much for each one after; the whole lookup has 1.9 s"
)

// Plan is the probe plan, in the order in which tables show it.
// It is the same at each call, and not to be changed.
func Plan() []PlannedProbe { return plan() }

var plan = sync.OnceValue(func() []PlannedProbe {
	return slices.Concat(readPlan(), ednsPlan(), transportPlan(), typePlan(), loadPlan())
})

// readPlan are the things that the survey's own answers show.
func readPlan() []PlannedProbe {
	return []PlannedProbe{
		{
			ID: "edns", Asks: "SOA at the apex, EDNS version 0, DO, 1232 octets", When: WhenRead,
			Compliant: "NOERROR with the SOA and an OPT record of version 0", Source: "RFC 6891 §6.1.1; RFC 8906 §8.2.1",
			Outcomes: []Outcome{
				{"dropped", "no answer to queries with EDNS, though plain ones are answered", Broken, "edns-dropped", lost + "; " + firstWait},
				{"formerr", "FORMERR or NOTIMP; an answer without EDNS", Broken, "edns-unsupported", tryAgain + "; signed zones fail"},
				{"badvers", "BADVERS to version 0", Broken, "edns-version-mishandled", "its resolver reads an empty answer: no TXT record"},
				{"refused", "REFUSED or SERVFAIL with EDNS; an answer without", Broken, "edns-unsupported", lost},
				{"noopt", "an answer without OPT", Odd, "", "nothing"},
			},
		},
		{
			ID: "case", Asks: "every question, in mixed letter case (0x20)", When: WhenRead,
			Compliant: "the question given back in the same letter case, and the same answer in every case", Source: "RFC 4343 §3; RFC 5452 §9.1",
			Outcomes: []Outcome{
				{"lost", "the question comes back in another letter case", Broken, "case-not-preserved", "the question again in lower case, three times at each server; all answers have to be the same"},
				{"differs", "another answer to mixed letter case than to lower case, or answers that differ from time to time while letter case is lost", Broken, "case-answers-differ", "the answer: SERVFAIL, or what mixed case was answered"},
			},
		},
		{
			ID: "source", Asks: "SOA at the apex, plain, from a socket that takes replies from anywhere", When: WhenOdd, Trigger: "after silence over UDP",
			Compliant: "a reply from the address and port that were asked", Source: "RFC 2181 §4; RFC 1035 §7.3",
			Outcomes: []Outcome{
				{"elsewhere", "a reply from another address or port", Broken, "answer-from-wrong-address", lost + "; " + firstWait},
			},
		},
		{
			ID: "aa", Asks: "every question", When: WhenRead,
			Compliant: "answers with AA", Source: "RFC 1035 §4.1.1",
			Outcomes: []Outcome{{"noaa", "answers without AA", Broken, "answer-not-authoritative", "nothing; together with RA the server is asked last"}},
		},
		{
			ID: "ra", Asks: "every question", When: WhenRead,
			Compliant: "RA clear", Source: "RFC 1035 §4.1.1; RFC 5358 §4",
			Outcomes: []Outcome{{"ra", "recursion is offered", Odd, "server-recursive", "nothing; without AA besides, a wait for the other servers"}},
		},
		{
			ID: "negative", Asks: "every question that comes to NODATA or NXDOMAIN, and type65534", When: WhenRead,
			Compliant: "the SOA of the zone in the authority section", Source: "RFC 2308 §2.1, §2.2",
			Outcomes: []Outcome{
				{"nosoa", "no SOA", Broken, "negative-answer-malformed", "another query to another server; Unbound 1.18 gave up with SERVFAIL"},
				{"othersoa", "the SOA of a zone that was not asked", Broken, "negative-answer-malformed", "as without"},
			},
		},
		{
			ID: "caa", Asks: "CAA at each name of the climb", When: WhenRead,
			Compliant: "the records, or NOERROR without", Source: "RFC 3597 §5; RFC 8659 §6",
			Outcomes: append(rcodes(Broken, "type-mishandled", lost), Outcome{"denied", "NXDOMAIN for a name that exists", Broken, "nxdomain-for-existing-name", "nothing at a CA that does not cut queries short; elsewhere the answer"}),
		},
		{
			ID: "txt", Asks: "TXT at the challenge name", When: WhenRead,
			Compliant: "the records, or NOERROR or NXDOMAIN without", Source: "RFC 1035 §3.3.14",
			Outcomes: rcodes(Broken, "type-mishandled", lost),
		},
	}
}

func ednsPlan() []PlannedProbe {
	return []PlannedProbe{
		{
			ID: "dns", Asks: "SOA at the apex, without EDNS", When: WhenOdd, Trigger: "after silence, and after errors to the SOA question (then in lower case); always with --probe deep",
			Compliant: "NOERROR with the SOA, and no OPT", Source: "RFC 6891 §7; RFC 8906 §8.1.1",
			Outcomes: append(rcodes(Odd, "", nothing), Outcome{"opt", "an OPT record that was not asked for", Odd, "", nothing}),
		},
		{
			ID: "do", Asks: "SOA at the apex, EDNS version 0, DO clear", When: WhenDeep,
			Compliant: "NOERROR with the SOA, DO clear in the answer, no signatures", Source: "RFC 3225 §3; RFC 8906 §8.2.8",
			Outcomes: append(rcodes(Odd, "", nothing), Outcome{"do", "DO set in the answer, or signatures in it", Odd, "", nothing}, Outcome{"noopt", "an answer without OPT", Odd, "", nothing}),
		},
		{
			ID: "edns1", Asks: "SOA at the apex, EDNS version 1, with option 65001; without that option if the answer is odd", When: WhenAlways,
			Compliant: "BADVERS, no answer section, an OPT record of version 0", Source: "RFC 6891 §6.1.3; RFC 8906 §8.2.2, §8.2.6",
			Outcomes: append(rcodes(Odd, "edns-version-mishandled", nothing),
				Outcome{"soa", "answered as if it were version 0", Odd, "edns-version-mishandled", nothing},
				Outcome{"noopt", "no OPT in the answer", Odd, "edns-version-mishandled", nothing},
				Outcome{"version", "an OPT record of another version than 0", Odd, "edns-version-mishandled", nothing},
				Outcome{"echoed", "the unknown option comes back", Odd, "", nothing},
			),
		},
		{
			ID: "ednsopt", Asks: "SOA at the apex, EDNS version 0, option 65001; in one question with ednsflags and cookie, alone if the answer is odd", When: WhenAlways,
			Compliant: "NOERROR with the SOA, the option ignored", Source: "RFC 6891 §6.1.2; RFC 8906 §8.2.3",
			Outcomes: append(append(rcodes(Broken, "edns-option-mishandled", otherCAs),
				Outcome{"badvers", "BADVERS", Broken, "edns-option-mishandled", otherCAs}),
				Outcome{"echoed", "the unknown option comes back", Odd, "edns-option-mishandled", nothing}),
		},
		{
			ID: "ednsflags", Asks: "SOA at the apex, EDNS version 0, flag 0x0080; see ednsopt", When: WhenAlways,
			Compliant: "NOERROR with the SOA, unknown flags clear in the answer", Source: "RFC 6891 §6.1.4; RFC 8906 §8.2.4",
			Outcomes: append(rcodes(Odd, "edns-flag-mishandled", nothing),
				Outcome{"badvers", "BADVERS", Odd, "edns-flag-mishandled", nothing},
				Outcome{"mbz", "unknown flags come back set", Odd, "edns-flag-mishandled", nothing}),
		},
		{
			ID: "cookie", Asks: "SOA at the apex, EDNS version 0, a client cookie; see ednsopt", When: WhenAlways,
			Compliant: "NOERROR with the SOA; no cookie, or the same client cookie with a server cookie behind it (BADCOOKIE is allowed too)", Source: "RFC 7873 §5.2",
			Outcomes: append(rcodes(Broken, "edns-option-mishandled", otherCAs),
				Outcome{"badvers", "BADVERS", Broken, "edns-option-mishandled", otherCAs},
				Outcome{"changed", "another client cookie comes back", Broken, "edns-option-mishandled", otherCAs}),
		},
		{
			ID: "zflag", Asks: "SOA at the apex, the header's AD bit and reserved bit set", When: WhenDeep,
			Compliant: "NOERROR with the SOA, the reserved bit clear", Source: "RFC 8906 §8.1.3",
			Outcomes: append(rcodes(Odd, "", nothing), Outcome{"mbz", "the reserved bit comes back set", Odd, "", nothing}),
		},
		{
			ID: "nsid", Asks: "SOA at the apex, the NSID option", When: WhenDeep,
			Compliant: "NOERROR with the SOA; the server's name for itself, or nothing", Source: "RFC 5001 §2.1",
			Outcomes: rcodes(Odd, "edns-option-mishandled", nothing),
		},
	}
}

func transportPlan() []PlannedProbe {
	return []PlannedProbe{
		{
			ID: "tcp", Asks: "SOA at the apex, then TXT at the challenge name (NS where none lies in the zone), on one TCP connection", When: WhenAlways,
			Compliant: "both answers", Source: "RFC 7766 §5, §6.2.1",
			Outcomes: []Outcome{
				{"refused", "the connection is refused", Broken, "tcp-unavailable", "an answer that does not fit 1232 octets"},
				{"timeout", "no connection, or no answer", Broken, "tcp-unavailable", "an answer that does not fit 1232 octets"},
				{"error", "an error over TCP where UDP brings the answer", Broken, "tcp-unavailable", "an answer that does not fit 1232 octets"},
				{"closed", "the connection is closed before an answer", Broken, "tcp-unavailable", "an answer that does not fit 1232 octets"},
				{"garbage", "what comes back is no answer", Broken, "tcp-unavailable", "an answer that does not fit 1232 octets"},
				{"one", "the connection is closed after one answer", Odd, "", "a connection more"},
			},
		},
		{
			ID: "large", Asks: "the question that got no answer, over TCP, then over UDP with 512 octets offered", When: WhenOdd, Trigger: "when a server loses TXT or CAA answers and gives others; after silence over UDP, the question with 512 octets offered alone",
			Compliant: "every answer that fits the size offered arrives", Source: "RFC 6891 §6.2.3; RFC 9715 §3",
			Outcomes: []Outcome{{"lost", "answers above a size do not arrive over UDP", Broken, "fragments-lost", "the answer: its resolver does not offer less than 1232 octets"}},
		},
		{
			ID: "truncates", Asks: "the question whose answer was truncated, after a pause", When: WhenOdd, Trigger: "when an answer was truncated that is not too large for 1232 octets (see rate, too)",
			Compliant: "the answer, whole, or truncated because it is larger than what was offered", Source: "RFC 6891 §6.2.3, §6.2.5",
			Outcomes: []Outcome{{"early", "truncated though it would fit", Broken, "answer-truncated-early", "a TCP connection for each such question"}},
		},
		{
			ID: "edns512", Asks: "TXT at the challenge name, 512 octets offered", When: WhenDeep,
			Compliant: "512 octets at most, OPT in it, TC if that is not all", Source: "RFC 6891 §6.2.3; RFC 8906 §8.2.7",
			Outcomes: append(rcodes(Odd, "", nothing),
				Outcome{"toobig", "more than 512 octets", Odd, "", nothing},
				Outcome{"noopt", "an answer without OPT", Odd, "", nothing}),
		},
		{
			ID: "edns4096", Asks: "DNSKEY of a signed zone, TXT at the challenge name of others, 4096 octets offered", When: WhenDeep,
			Compliant: "an answer, whole or with TC", Source: "RFC 6891 §6.2.5; RFC 9715 §3",
			Outcomes: append(rcodes(Odd, "", nothing), Outcome{"lost", "no answer, though one to 512 octets comes: fragments do not arrive", Broken, "fragments-lost", "nothing: its resolver offers 1232 octets"}),
		},
	}
}

func typePlan() []PlannedProbe {
	return []PlannedProbe{
		{
			ID: "type65534", Asks: "TYPE65534 at the apex", When: WhenAlways,
			Compliant: "NOERROR without records, the SOA in the authority section", Source: "RFC 3597 §5; RFC 8906 §8.1.2",
			Outcomes: append(rcodes(Odd, "type-mishandled", "nothing as long as CAA is answered"),
				Outcome{"records", "records of that type", Odd, "", "nothing"}),
		},
		{
			ID: "types", Asks: "A at a name that has TXT records", When: WhenDeep,
			Compliant: "the records, or NOERROR without", Source: "RFC 8020 §2; RFC 2308 §2.2",
			Outcomes: append(rcodes(Odd, "", nothing), Outcome{"denied", "NXDOMAIN, though the name has TXT records", Odd, "nxdomain-for-existing-name", "nothing: it asks for TXT there and for no other type"}),
		},
		{
			ID: "ent", Asks: "A at the name above one that has TXT records, below the apex", When: WhenDeep,
			Compliant: "the records, or NOERROR without", Source: "RFC 4592 §2.2.2; RFC 8020 §2",
			Outcomes: append(rcodes(Odd, "", nothing), Outcome{"denied", "NXDOMAIN, though there is a name below", Odd, "nxdomain-for-existing-name", "nothing, as its resolver asks for whole names; others ask label by label, and stop there"}),
		},
		{
			ID: "foreign", Asks: "NS of the root, RD clear", When: WhenDeep,
			Compliant: "REFUSED", Source: "RFC 1034 §4.3.2; RFC 1035 §4.1.1",
			Outcomes: []Outcome{
				{"upward", "a referral to the root", Odd, "upward-referral", "nothing"},
				{"answer", "an answer", Odd, "server-recursive", "nothing"},
				{"timeout", "no answer", Odd, "", "nothing"},
			},
		},
	}
}

func loadPlan() []PlannedProbe {
	return []PlannedProbe{
		{
			ID: "rate", Asks: "CAA at the apex, after a pause, in steps of 5, 10 and 19 questions within a second, ended by the first sign; then six times slowly, to tell a limit from loss", When: WhenOdd,
			Trigger:   "when an answer was truncated without need, or two odd questions were refused (one is asked again after a pause first), or two answers were lost and came later, and more than a line loses that is bad for everybody; always with --probe deep",
			Compliant: "an answer to each", Source: "RFC 8906 §5; BIND rate-limit, NSD rrl-ratelimit, Knot mod-rrl",
			Outcomes: []Outcome{
				{"drops", "answers stop", Broken, "rate-limited", lost + "; " + firstWait},
				{"refused", "REFUSED or SERVFAIL beyond a rate", Broken, "rate-limited", lost},
				{"slips", "truncated answers beyond a rate, whole ones over TCP", Broken, "rate-limited", "a TCP connection for each question"},
			},
		},
		{
			ID: "loss", Asks: "SOA at the apex, after a pause, three times, half a second apart", When: WhenDeep,
			Compliant: "three answers", Source: "RFC 8906 §3",
			Outcomes: []Outcome{{"lossy", "some are lost", Odd, "", firstWait}},
		},
	}
}

// planned returns the plan's entry of that id, the zero value for none.
func planned(id string) PlannedProbe {
	for _, p := range Plan() {
		if p.ID == id {
			return p
		}
	}
	return PlannedProbe{}
}

// outcome returns the entry for a word. A word that the plan does not foresee
// is odd.
func (p PlannedProbe) outcome(word string) Outcome {
	for _, o := range p.Outcomes {
		if o.Word == word {
			return o
		}
	}
	if word == "ok" {
		return Outcome{Word: word, Grade: OK}
	}
	return Outcome{Word: word, Grade: Odd}
}
