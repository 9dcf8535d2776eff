package check

import (
	"net/netip"
	"strings"
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// probe sets the outcome of a probe at a server of example.com.
func (w world) probe(server int, id string, grade survey.Grade, words ...string) {
	s := w.Zone("example.com").Servers[server]
	s.Probes = append(s.Probes, survey.Probe{
		ID: id, Grade: grade, Words: words, Detail: "what was seen",
		Exchanges: []survey.Exchange{{Server: s.Name, Addr: netip.AddrPortFrom(s.Addr, 53), Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true}},
	})
}

// both sets it at both servers.
func both(id string, grade survey.Grade, words ...string) func(world, *Order) {
	return func(w world, _ *Order) {
		w.probe(0, id, grade, words...)
		w.probe(1, id, grade, words...)
	}
}

// deeply is the same with deep probes.
func deeply(change func(world, *Order)) func(world, *Order) {
	return func(w world, o *Order) {
		w.Probing = survey.ProbesDeep
		change(w, o)
	}
}

func dropsEDNS(a *survey.Answer) { lost(survey.Timeout)(a); a.EDNS = "dropped" }

func answersElsewhere(a *survey.Answer) {
	lost(survey.Timeout)(a)
	a.Elsewhere = addrPort("192.0.2.77:53")
}

func badVersion(a *survey.Answer) {
	a.Status, a.Rcode, a.Authoritative, a.Records, a.SOA = survey.NoData, "BADVERS", false, nil, nil
}

// What a CA's resolver trips over is told; what is merely against the
// standards only to those who ask for it.
func TestProbes(t *testing.T) {
	everywhere := func(e edit) func(world, *Order) {
		return func(w world, _ *Order) {
			w.everything("example.com", 0, e)
			w.everything("example.com", 1, e)
		}
	}
	onOne := func(e edit) func(world, *Order) {
		return func(w world, _ *Order) { w.everything("example.com", 1, e) }
	}
	runVerdicts(t, []verdictTest{
		{name: "EDNS dropped", verdict: Blocked, want: []string{"error edns-dropped", "error caa-lookup-timeout because edns-dropped"}, change: everywhere(dropsEDNS)},
		{name: "EDNS dropped by one", verdict: AtRisk, want: []string{"warning edns-dropped"}, change: onOne(dropsEDNS)},
		{name: "replies from elsewhere", verdict: Blocked, want: []string{"error answer-from-wrong-address", "error caa-lookup-timeout because answer-from-wrong-address"}, change: everywhere(answersElsewhere)},
		{name: "replies of one from elsewhere", verdict: AtRisk, want: []string{"warning answer-from-wrong-address"}, change: onOne(answersElsewhere)},
		{name: "BADVERS to version 0", verdict: Blocked, want: []string{"error edns-version-mishandled", "error challenge-no-txt because edns-version-mishandled"}, change: everywhere(badVersion)},
		{name: "BADVERS to version 0 by one", verdict: AtRisk, want: []string{"warning edns-version-mishandled", "warning challenge-not-on-every-server because edns-version-mishandled"}, change: onOne(badVersion)},
		{name: "refused with EDNS", verdict: AtRisk, want: []string{"warning edns-unsupported"}, change: func(w world, _ *Order) {
			w.everything("example.com", 1, lameAnswer("refused"))
			w.probe(1, "edns", survey.Broken, "refused")
		}},

		{name: "version 1 ignored", verdict: Ready, change: both("edns1", survey.Odd, "soa")},
		{name: "version 1 ignored, deeply", verdict: Ready, want: []string{"note edns-version-mishandled"}, change: deeply(both("edns1", survey.Odd, "soa"))},
		{name: "option dropped", verdict: Ready, want: []string{"note edns-option-mishandled"}, change: both("ednsopt", survey.Broken, "timeout")},
		{name: "option dropped by a rate limit", verdict: AtRisk, want: []string{"warning rate-limited"}, change: func(w world, o *Order) {
			both("ednsopt", survey.Broken, "timeout")(w, o)
			both("rate", survey.Broken, "drops")(w, o)
		}},
		{name: "option and cookie refused", verdict: Ready, want: []string{"note edns-option-mishandled"}, change: func(w world, o *Order) {
			both("ednsopt", survey.Broken, "formerr")(w, o)
			both("cookie", survey.Broken, "formerr")(w, o)
		}},
		{name: "option echoed", verdict: Ready, change: both("ednsopt", survey.Odd, "echoed")},
		{name: "option echoed, deeply", verdict: Ready, want: []string{"note edns-option-mishandled"}, change: deeply(both("ednsopt", survey.Odd, "echoed"))},
		{name: "flag echoed", verdict: Ready, change: both("ednsflags", survey.Odd, "mbz")},
		{name: "flag echoed, deeply", verdict: Ready, want: []string{"note edns-flag-mishandled"}, change: deeply(both("ednsflags", survey.Odd, "mbz"))},
		{name: "unknown type refused, deeply", verdict: Ready, want: []string{"note type-mishandled"}, change: deeply(both("type65534", survey.Odd, "notimp"))},
		{name: "upward referral, deeply", verdict: Ready, want: []string{"note upward-referral"}, change: deeply(both("foreign", survey.Odd, "upward"))},
		{name: "recursion offered", verdict: Ready, change: both("ra", survey.Odd, "ra")},
		{name: "recursion offered, deeply", verdict: Ready, want: []string{"note server-recursive"}, change: deeply(both("ra", survey.Odd, "ra"))},
		{name: "recursion without authority", verdict: Ready, want: []string{"note server-recursive"}, change: func(w world, o *Order) {
			both("ra", survey.Odd, "ra")(w, o)
			both("aa", survey.Broken, "noaa")(w, o)
		}},

		{name: "no TCP", verdict: Ready, want: []string{"note tcp-unavailable"}, change: both("tcp", survey.Broken, "refused")},
		{name: "one query a connection", verdict: Ready, change: both("tcp", survey.Odd, "one")},
		{name: "negative answers without SOA", verdict: Ready, want: []string{"note negative-answer-malformed"}, change: both("negative", survey.Broken, "nosoa", "othersoa")},
		{name: "a name denied for another type, deeply", verdict: Ready, want: []string{"note nxdomain-for-existing-name"}, change: deeply(both("types", survey.Odd, "denied"))},
		{name: "an empty non-terminal denied", verdict: Ready, change: both("ent", survey.Odd, "denied")},
		{name: "an empty non-terminal denied, deeply", verdict: Ready, want: []string{"note nxdomain-for-existing-name"}, change: deeply(both("ent", survey.Odd, "denied"))},
		{name: "large answers lost", verdict: AtRisk, want: []string{"warning fragments-lost"}, change: func(w world, o *Order) {
			w.ask("example.com", challengeName, "TXT", txtAnswer(v1), lost(survey.Timeout))
			w.probe(1, "large", survey.Broken, "lost")
		}},
		{name: "large answers lost everywhere", verdict: Blocked, want: []string{"error fragments-lost"}, change: func(w world, o *Order) {
			w.ask("example.com", challengeName, "TXT", lost(survey.Timeout))
			both("large", survey.Broken, "lost")(w, o)
		}},
		{name: "anything large lost by one", verdict: AtRisk, want: []string{"warning fragments-lost"}, change: func(w world, _ *Order) {
			w.everything("example.com", 1, func(a *survey.Answer) { lost(survey.Timeout)(a); a.EDNS = "small" })
		}},
		{name: "fragments lost", verdict: Ready, want: []string{"note fragments-lost"}, change: both("edns4096", survey.Broken, "lost")},
		{name: "answers truncated early", verdict: Ready, want: []string{"note answer-truncated-early"}, change: both("truncates", survey.Broken, "early")},
		{name: "answers dropped beyond a rate", verdict: AtRisk, want: []string{"warning rate-limited"}, change: both("rate", survey.Broken, "drops")},
		{name: "answers truncated beyond a rate", verdict: Ready, want: []string{"note rate-limited"}, change: both("rate", survey.Broken, "slips")},
		{name: "answers truncated beyond a rate, and no TCP", verdict: AtRisk, want: []string{"warning rate-limited", "note tcp-unavailable"}, change: func(w world, o *Order) {
			both("rate", survey.Broken, "slips")(w, o)
			both("tcp", survey.Broken, "refused")(w, o)
		}},
		{name: "mixed case denied", verdict: Blocked, want: []string{"error case-answers-differ", "error challenge-missing because case-answers-differ"}, change: func(w world, o *Order) {
			w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
			both("case", survey.Broken, "differs")(w, o)
		}},
		{name: "mixed case denied, before the order", verdict: Blocked, want: []string{"error case-answers-differ"}, change: func(w world, o *Order) {
			o.Values = nil
			w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
			both("case", survey.Broken, "differs")(w, o)
		}},
	})
}

// Before servers are blamed, our own network is.
func TestNetwork(t *testing.T) {
	silentRoot := func(w world) {
		for _, name := range []string{"com", "example.com"} {
			delete(w.Starts, survey.Question{Name: name, Type: "CAA"})
		}
		w.start("example.com", "CAA", ".")
		w.start(challengeName, "TXT", ".")
		w.ask(".", "example.com", "CAA", lost(survey.NotAsked))
		w.ask(".", challengeName, "TXT", lost(survey.NotAsked))
		w.Zones = w.Zones[:1]
	}
	runVerdicts(t, []verdictTest{
		{name: "port 53 blocked", verdict: Unknown, want: []string{"note local-port53-blocked", "note could-not-look because local-port53-blocked"}, change: func(w world, _ *Order) {
			silentRoot(w)
			w.Network = survey.Network{IPv4: "silent"}
			w.Gaps = []survey.Gap{{Question: survey.Question{Name: challengeName, Type: "TXT"}, Zone: ".", Reason: "root-silent"}}
		}},
		{name: "the root servers fail", verdict: Unknown, want: []string{"note root-fails", "note could-not-look because root-fails"}, change: func(w world, _ *Order) {
			silentRoot(w)
			w.Gaps = []survey.Gap{{Question: survey.Question{Name: challengeName, Type: "TXT"}, Zone: ".", Reason: "root-fails"}}
		}},
		{name: "no network at all", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			silentRoot(w)
			w.Network = survey.Network{IPv4: "none", IPv6: "none"}
		}},
		{name: "UDP blocked", verdict: Unknown, want: []string{"note local-port53-blocked", "note could-not-look because local-port53-blocked"}, change: func(w world, _ *Order) {
			silentRoot(w)
			w.Network.UDP = "blocked"
		}},
		{name: "intercepted", verdict: Unknown, want: []string{"note local-port53-intercepted", "note could-not-look because local-port53-intercepted"}, change: func(w world, _ *Order) {
			silentRoot(w)
			w.Network.Interceptor = &survey.Exchange{Server: "a.root-servers.net", Addr: addrPort("198.51.100.1:53"), Name: "example.com", Type: "TXT", Rcode: "NOERROR", Flags: "ra"}
		}},
		{name: "TCP intercepted", verdict: Ready, want: []string{"note local-port53-intercepted"}, change: func(w world, o *Order) {
			both("tcp", survey.Broken, "error")(w, o)
			w.Network.TCP = "intercepted"
			w.Network.Interceptor = &survey.Exchange{Server: "a.nic.com", Addr: addrPort("198.51.100.10:53"), Transport: "tcp", Name: "com", Type: "SOA", Rcode: "REFUSED"}
		}},
		{name: "somebody without the root answers for it", verdict: Unknown, want: []string{"note local-port53-intercepted", "note could-not-look because local-port53-intercepted"}, change: func(w world, _ *Order) {
			silentRoot(w)
			w.Network.Interceptor = &survey.Exchange{Server: "a.root-servers.net", Addr: addrPort("198.51.100.1:53"), Name: ".", Type: "SOA", Rcode: "REFUSED"}
		}},
		{name: "letter case lost by everybody", verdict: Ready, want: []string{"note local-port53-intercepted"}, change: func(w world, _ *Order) {
			w.Network.Case = "lost"
		}},
		{name: "large answers lost by everybody", verdict: Unknown, want: []string{"note local-large-udp-lost", "note could-not-look because local-large-udp-lost"}, change: func(w world, _ *Order) {
			w.Network.Large = "lost"
			w.ask("example.com", challengeName, "TXT", lost(survey.Timeout))
		}},
		{name: "large answers lost, by whom is not clear", verdict: Unknown, want: []string{"warning fragments-lost", "note could-not-look"}, change: func(w world, o *Order) {
			w.Network.Large = "unclear"
			w.ask("example.com", challengeName, "TXT", lost(survey.Timeout))
			both("large", survey.Broken, "lost")(w, o)
		}},
		{name: "answers lost, for their size or not", verdict: Unknown, want: []string{"warning type-mishandled", "note could-not-look"}, change: func(w world, _ *Order) {
			w.Network.Large = "unclear"
			w.ask("example.com", challengeName, "TXT", lost(survey.Timeout))
		}},
		{name: "large answers lost from one server, by whom is not clear", verdict: AtRisk, want: []string{"warning fragments-lost"}, change: func(w world, _ *Order) {
			w.Network.Large = "unclear"
			w.ask("example.com", challengeName, "TXT", txtAnswer(v1), lost(survey.Timeout))
			w.probe(1, "large", survey.Broken, "lost")
		}},
		{name: "TCP blocked", verdict: Ready, want: []string{"note local-port53-blocked"}, change: func(w world, o *Order) {
			both("tcp", survey.Broken, "timeout")(w, o)
			w.Network.TCP = "blocked"
		}},
		{name: "TCP blocked and needed", verdict: Unknown, want: []string{"note local-port53-blocked", "note could-not-look because local-port53-blocked"}, change: func(w world, o *Order) {
			both("tcp", survey.Broken, "timeout")(w, o)
			w.Network.TCP = "blocked"
			w.ask("example.com", challengeName, "TXT", truncatedAnswer("timeout"))
		}},
	})
}

// The number of seconds is what a reader weighs a silent server by.
func TestWaits(t *testing.T) {
	w := newWorld("example.com")
	w.everything("example.com", 1, dropsEDNS)
	r := judgeAll(t, w, letsEncrypt(v1))
	got := r.Findings[0].Detail
	want := "Of the servers of example.com, ns2.example.com (192.0.2.2) answers plain queries, and none that carry EDNS; a resolver that tries it first loses 0.4 s of the 1.9 s that a lookup has."
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Every rule that the plan of probes names has to be one, or a finding would
// never be told.
func TestPlanNamesRules(t *testing.T) {
	for _, p := range survey.Plan() {
		for _, o := range p.Outcomes {
			if o.Rule != "" && Find(o.Rule) == nil {
				t.Errorf("%s, %s: no rule %q", p.ID, o.Word, o.Rule)
			}
			if o.Grade == survey.Broken && o.Rule == "" {
				t.Errorf("%s, %s costs the CA something and raises nothing", p.ID, o.Word)
			}
			if strings.HasSuffix(o.Means, ".") {
				t.Errorf("%s, %s: %q is no sentence", p.ID, o.Word, o.Means)
			}
		}
	}
}
