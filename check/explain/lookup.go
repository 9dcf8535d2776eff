package explain

import (
	"regexp"
	"strings"

	"dns01/check"
)

// A failed lookup reads "DNS problem: HOW looking up TYPE for NAME", or, where
// the CA's resolver gave an extended error (RFC 8914), "DNS problem: looking up
// TYPE for NAME: WORDS". Let's Encrypt's software writes it so; others copied
// the form.
var (
	lookupHow  = regexp.MustCompile(`(?i)(?:(dns problem): ?)?(nxdomain|servfail|refused|formerr|notimp|notauth|yxdomain|yxrrset|nxrrset|notzone|badsig|badkey|badtime|badcookie|query timed out \(and was canceled\)|query timed out|networking error|server failure at resolver|response was truncated|too many cnames when|looking up|[a-z ]{3,40}?)? ?$`)
	lookupWhat = regexp.MustCompile(`(?i)^looking up ([a-z0-9]{1,10})(?: records?)? for ["'\x60]?([^\s"'\x60<>,;()\[\]{}]+)`)
	lookupEDE  = regexp.MustCompile(`(?i)^["'\x60]?:? ?(DNSSEC: (?:[a-z]+ ?){1,5}|Other|Stale Answer|Forged Answer|Cached Error|Not Ready|Blocked|Censored|Filtered|Prohibited|Stale NXDOMAIN Answer|Not Authoritative|Not Supported|No Reachable Authority|Network Error between Resolver and Authority|Invalid Data|Unknown Extended DNS Error code)\b`)
)

// resolverText is what Unbound adds to an extended error.
var resolverText = regexp.MustCompile(`^: ?(?:validation failure <[^<>"]{1,300}>(?:: [^"{}]{0,160})?)`)

// lookups finds the failed lookups.
func (t *text) lookups() (es []event) {
	const head = "looking up "
	var places []int
	for at := 0; ; {
		i := strings.Index(t.lower[at:], head)
		if i < 0 {
			break
		}
		from := at + i
		at = from + len(head)
		places = append(places, from)
	}
	for _, at := range places[max(0, len(places)-4*mostHits):] {
		if e, ok := t.lookupAt(at); ok {
			es = append(es, e)
		}
	}
	return es
}

// lookupAt reads the lookup whose "looking up" stands at a place.
func (t *text) lookupAt(at int) (e event, ok bool) {
	const reach = 64
	start := max(0, at-reach)
	past := t.flat[at:min(len(t.flat), at+reachAfter)]
	what := lookupWhat.FindStringSubmatch(past)
	how := lookupHow.FindStringSubmatchIndex(t.flat[start:at])
	if what == nil || how == nil {
		return e, false
	}
	part := func(i int) string {
		if how[2*i] < 0 {
			return ""
		}
		return strings.ToLower(t.flat[start+how[2*i] : start+how[2*i+1]])
	}
	e = event{from: start + how[0], to: at + len(what[0])}
	said, failure := part(1) != "", part(2)
	if ede := lookupEDE.FindStringSubmatch(past[len(what[0]):]); ede != nil && (failure == "" || said) {
		failure, said = strings.ToLower(strings.TrimSpace(ede[1])), true
		e.to += len(ede[0])
		e.to += len(resolverText.FindString(t.flat[e.to:min(len(t.flat), e.to+longestQuote)]))
	}
	if !said && !failures[failure] {
		return e, false // prose, or a client's own words
	}
	typ, name := strings.ToUpper(what[1]), nameOf(what[2])
	if name == "" && !said {
		return e, false
	}
	e.m = lookupMeaning(failure, typ, name)
	e.groups = map[string]string{"name": name, "word": failure}
	if name != "" {
		e.lookedUp = &Question{name, typ}
	}
	return e, true
}

// failures are the words that tell a failed lookup without "DNS problem".
var failures = map[string]bool{
	"nxdomain": true, "servfail": true, "refused": true, "formerr": true, "notimp": true, "query timed out": true,
	"query timed out (and was canceled)": true, "networking error": true, "server failure at resolver": true,
	"response was truncated": true, "too many cnames when": true,
}

// A failure is how a lookup ended, and what that means for a TXT and for a CAA
// query.
type failure struct {
	words   string // "" for whatever is not listed
	retry   Retry
	culprit Culprit
	what    string
	advice  string
	txt     []string // findings, when TXT was asked for
	caa     []string // and when CAA was
}

// lookupFailures are the ways in which a lookup fails.
var lookupFailures = []failure{
	{
		words: "nxdomain", retry: Maybe, culprit: DomainOwner,
		what:   "The name {name} did not exist when the CA looked for its TXT record.",
		advice: "If the record has only just been made, wait until every authoritative server has it, then try again. Otherwise it was never made, was removed too early, or stands at another name: look for the zone's name doubled by a control panel, for a missing \"_acme-challenge\", or for a CNAME to a target that does not exist (the CA shows the challenge name, not the target).",
		txt:    []string{"challenge-missing", "challenge-misplaced", "challenge-not-on-every-server", "alias-dangling", "domain-not-registered"},
		caa:    []string{"tld-does-not-exist", "domain-not-registered"},
	},
	{
		words: "servfail", retry: Maybe, culprit: DNSOperator,
		what:   "The CA's resolver got no usable answer to the {type} query for {name}: SERVFAIL.",
		advice: "The servers of the zone refused, did not answer, answered without authority, or limit the rate of queries; or a DNSSEC signature is broken, or an alias loops. If it passes on a second try, a server is overloaded or one of several is broken; if it does not, mend the servers.",
		txt:    []string{"delegation-lame", "nameserver-lame", "nameserver-silent", "dnssec-bogus", "alias-loop", "rate-limited", "type-mishandled"},
		caa:    []string{"caa-lookup-failed", "caa-lookup-failed-above", "delegation-lame", "nameserver-lame", "dnssec-bogus", "type-mishandled", "rate-limited"},
	},
	{
		words: "query timed out", retry: Maybe, culprit: DNSOperator,
		what:   "No server answered the CA's {type} query for {name} in time.",
		advice: "See that every server of the zone answers this record type from everywhere, over UDP and TCP: firewalls that drop unknown types, country filters, rate limits and dead addresses do this. A second try may pass where the servers are only slow.",
		txt:    []string{"nameserver-silent", "nameserver-slow", "type-mishandled", "rate-limited", "tcp-unavailable"},
		caa:    []string{"caa-lookup-timeout", "caa-lookup-failed-above", "nameserver-silent", "nameserver-slow", "type-mishandled", "rate-limited"},
	},
	{
		words: "query timed out (and was canceled)", retry: Yes, culprit: DNSOperator,
		what:   "The CA gave up the {type} query for {name} before an answer came.",
		advice: "Mostly it passes on another try. If it comes again, a server of the zone is slow or dead.",
		txt:    []string{"nameserver-slow", "nameserver-silent", "rate-limited"},
		caa:    []string{"caa-lookup-timeout", "nameserver-slow", "nameserver-silent", "rate-limited"},
	},
	{
		words: "server failure at resolver", retry: Yes, culprit: CA,
		what:   "The CA's own resolver failed at the {type} query for {name}.",
		advice: "Try again in some minutes: this is mostly the CA's fault. If it stays, a server of the zone sends answers that cannot be read.",
		txt:    []string{"negative-answer-malformed"},
		caa:    []string{"caa-malformed", "negative-answer-malformed"},
	},
	{
		words: "networking error", retry: Yes, culprit: CA,
		what:   "The CA could not carry out the {type} query for {name}: a networking error between it and its resolver.",
		advice: "Try again in some minutes: this is mostly the CA's fault. If it stays, a server of the zone sends answers that cannot be read.",
		txt:    []string{"negative-answer-malformed"},
		caa:    []string{"negative-answer-malformed"},
	},
	{
		words: "response was truncated", retry: No, culprit: DNSOperator,
		what:   "The {type} answer for {name} was cut short, and the rest could not be had.",
		advice: "The records are too many for one answer, or TCP port 53 of the servers does not work. Remove records, or open TCP.",
		txt:    []string{"tcp-unavailable", "challenge-over-message-size"},
		caa:    []string{"caa-truncated", "tcp-unavailable"},
	},
	{
		words: "too many cnames when", retry: No, culprit: DomainOwner,
		what:   "The aliases of {name} lead on too long for the CA's resolver.",
		advice: "Shorten the chain of CNAME records, or break the loop in it.",
		txt:    []string{"alias-too-long", "alias-loop"},
		caa:    []string{"alias-too-long", "alias-loop"},
	},
	{
		words: "refused", retry: Maybe, culprit: DNSOperator,
		what:   "The servers refused the CA's {type} query for {name}.",
		advice: "A server is named for the zone and does not serve it, or refuses this record type or the CA's addresses. Load the zone there, or take the server out of the delegation.",
		txt:    []string{"delegation-lame", "nameserver-lame", "type-mishandled"},
		caa:    []string{"caa-lookup-failed", "delegation-lame", "nameserver-lame", "type-mishandled"},
	},
	{
		words: "no reachable authority", retry: Maybe, culprit: DNSOperator,
		what:   "The CA's resolver could reach none of the servers of {name} for the {type} query.",
		advice: "See that the servers answer from everywhere, and that the delegation names the right ones.",
		txt:    []string{"nameserver-silent", "delegation-lame", "nameserver-unreachable"},
		caa:    []string{"caa-lookup-timeout", "nameserver-silent", "nameserver-unreachable"},
	},
	{
		words: "network error between resolver and authority", retry: Maybe, culprit: DNSOperator,
		what:   "The CA's resolver could not reach the servers of {name} for the {type} query.",
		advice: "See that the servers answer from everywhere, over UDP and TCP.",
		txt:    []string{"nameserver-silent", "nameserver-unreachable"},
		caa:    []string{"caa-lookup-timeout", "nameserver-silent", "nameserver-unreachable"},
	},
	{
		words: "not ready", retry: Yes, culprit: CA,
		what:   "The CA's resolver was not ready for the {type} query for {name}.",
		advice: "Try again in some minutes.",
	},
	{
		retry: Maybe, culprit: DNSOperator,
		what:   "The CA's {type} query for {name} got no usable answer.",
		advice: "See that every server of the zone answers the query properly.",
		txt:    []string{"nameserver-lame", "type-mishandled"},
		caa:    []string{"caa-lookup-failed", "nameserver-lame", "type-mishandled"},
	},
}

// dnssecFailures are the extended errors of a validating resolver.
var dnssecFailures = []failure{
	{words: "signature expired", retry: No, txt: []string{"dnssec-signature-expired"}, advice: "Sign the zone again; see why the signer or the transfer to the servers stopped."},
	{words: "signature not yet valid", retry: Maybe, txt: []string{"dnssec-signature-not-yet-valid"}, advice: "The clock of the signer is wrong, or was; set it and sign the zone again."},
	{words: "dnskey missing", retry: No, txt: []string{"dnssec-dnskey-missing", "dnssec-ds-mismatch"}, advice: "The registry has a DS record that no key of the zone fits, often left over from a move: remove the DS at the registrar, or publish the one of the present key."},
	{words: "rrsigs missing", retry: No, txt: []string{"dnssec-signature-missing"}, advice: "The registry says that the zone is signed and the answers carry no signatures: sign the zone, or remove the DS at the registrar."},
	{words: "nsec missing", retry: No, txt: []string{"dnssec-denial-broken"}, advice: "The proof that a record does not exist is missing or wrong: have the zone signed anew, or the DNS software updated."},
	{words: "no zone key bit set", retry: No, txt: []string{"dnssec-dnskey-missing"}, advice: "The key in the zone is none for zones: publish a proper one."},
	{retry: No, txt: []string{"dnssec-bogus", "dnssec-ds-mismatch", "dnssec-signature-missing"}, advice: "Mend the chain of trust: compare the DS at the registrar with the keys of the zone, and see that the signatures are there and in force. To be quick, remove the DS at the registrar; that takes as long as its TTL."},
}

// lookupMeaning says what a failed lookup means.
func lookupMeaning(words, typ, name string) *meaning {
	if rest, ok := strings.CutPrefix(words, "dnssec: "); ok {
		return dnssecMeaning(rest)
	}
	f := failureOf(lookupFailures, words)
	m := &meaning{
		tier: decisive, byCA: true, stage: Validation, acme: "dns",
		retry: f.retry, culprit: f.culprit, what: f.what, advice: f.advice,
	}
	switch typ {
	case "TXT":
		m.category, m.findings = TXTLookupFailed, f.txt
		if words == "nxdomain" {
			m.category = TXTMissing
		}
	case "CAA":
		m.category, m.findings = CAALookupFailed, f.caa
		above(m, words, name)
	default:
		m.category = OtherChallenge
		m.what = "The CA found no address for {name} ({type} query): that is for the http-01 or tls-alpn-01 challenge, not for dns-01."
		m.advice = "Publish the address, or use dns-01, which needs none."
		if words == "nxdomain" {
			m.retry, m.culprit = No, DomainOwner
		}
	}
	return m
}

// above says whose fault a failed CAA lookup is at a top level domain, where a
// CA looks as well (RFC 8659 §3).
func above(m *meaning, words, name string) {
	switch {
	case words == "nxdomain":
		m.retry, m.culprit = No, DomainOwner
		m.what = "The top level domain {name} does not exist."
		m.advice = "No public CA issues for names below it; look for a misspelling."
	case name != "" && suffix(name):
		m.culprit = Registry
		if m.retry == Maybe {
			m.retry = Yes
		}
		m.what = strings.TrimSuffix(m.what, ".") + ". That is the registry's: not yours to mend."
		m.advice = "Try again in some minutes. A CAA record at your own name ends the CA's way up before the names above it count."
		m.findings = []string{"caa-lookup-failed-above", "caa-unshielded"}
	}
}

// suffix reports whether a name is a registry's: a top level domain, or one
// under which the public registers.
func suffix(name string) bool {
	if !strings.Contains(name, ".") {
		return true
	}
	rule, _, _ := check.NameProblem(name)
	return rule == "name-is-public-suffix"
}

func dnssecMeaning(words string) *meaning {
	f := failureOf(dnssecFailures, words)
	m := &meaning{
		tier: decisive, byCA: true, stage: Validation, acme: "dns", category: DNSSEC,
		retry: f.retry, culprit: DNSOperator, findings: f.txt,
		what:   "The answer to the CA's {type} query for {name} does not validate (DNSSEC: " + words + ").",
		advice: f.advice,
	}
	return m
}

// failureOf is the row for these words, or the last one, for all others.
func failureOf(fs []failure, words string) failure {
	for _, f := range fs {
		if f.words != "" && strings.HasPrefix(words, f.words) && (f.words != "query timed out" || !strings.Contains(words, "canceled")) {
			return f
		}
	}
	return fs[len(fs)-1]
}
