package check

import (
	"reflect"
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// A verdictTest is a world, an order, and everything that is to be found.
type verdictTest struct {
	name    string
	ids     []string // example.com when none
	values  []string // v1 for all when nil; none for an empty list: preflight
	change  func(w world, o *Order)
	verdict Verdict
	each    map[string]Verdict // where the identifiers differ
	want    []string
}

func runVerdicts(t *testing.T, tests []verdictTest) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ids, values := tt.ids, tt.values
			if ids == nil {
				ids = []string{"example.com"}
			}
			if values == nil {
				values = []string{v1}
			}
			w, o := newWorld(ids...), letsEncrypt(values...)
			if tt.change != nil {
				tt.change(w, &o)
			}
			r := judgeAll(t, w, o)
			if r.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s", r.Verdict, tt.verdict)
			}
			for _, id := range r.Identifiers {
				if want, ok := tt.each[id.Identifier]; ok && id.Verdict != want {
					t.Errorf("%s: verdict %s, want %s", id.Identifier, id.Verdict, want)
				}
			}
			if diff := cmp.Diff(append([]string{}, tt.want...), briefs(r)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
				for _, f := range r.Findings {
					t.Logf("%s %s: %s", f.Rule.ID, f.Identifiers, f.Detail)
				}
			}
		})
	}
}

func TestHealthy(t *testing.T) {
	runVerdicts(t, []verdictTest{
		{name: "validation", verdict: Ready},
		{name: "preflight, nothing published", values: []string{}, verdict: Ready, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
		}},
		{name: "name and wildcard share the challenge name", ids: []string{"example.com", "*.example.com"}, values: []string{v1, v2}, verdict: Ready, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", txtAnswer(v2, v1))
		}},
		{name: "a value in two character-strings", verdict: Ready, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", and(txtAnswer(v1), func(a *survey.Answer) { a.Records[0].Strings = 2 }), txtAnswer(v1))
		}},
	})
}

func TestUnknown(t *testing.T) {
	runVerdicts(t, []verdictTest{
		{name: "no network", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			w.Network = survey.Network{IPv4: "none", IPv6: "none"}
			w.Starts, w.Lookups, w.Zones = nil, nil, nil
			w.Gaps = []survey.Gap{{Zone: ".", Reason: "no-route"}}
		}},
		{name: "port 53 blocked", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			w.Network = survey.Network{IPv4: "silent", IPv6: "none"}
			for _, l := range w.Lookups {
				w.ask(l.Zone, l.Name, l.Type, lost(survey.Timeout))
			}
			w.soa("example.com", lost(survey.Timeout))
		}},
		{name: "CAA not looked at", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			w.ask("com", "com", "CAA", lost(survey.NotAsked))
		}},
		{name: "CAA not looked at, and the value missing", verdict: Blocked, want: []string{"error challenge-missing"}, change: func(w world, _ *Order) {
			w.ask("com", "com", "CAA", lost(survey.NotAsked))
			w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
		}},
		{name: "a server left out at the deadline", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			l := w.ask("example.com", challengeName, "TXT", txtAnswer(v1), lost(survey.NotAsked))
			w.Gaps = append(w.Gaps, survey.Gap{Question: l.Question, Zone: l.Zone, Addr: l.Answers[1].Addr, Reason: "deadline"})
		}},
		{name: "guesses drowned what the registry says, and a record of one's own ends the climb", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
			l := w.ask("com", "com", "CAA", lost(survey.NotAsked))
			w.Gaps = append(w.Gaps, survey.Gap{Question: l.Question, Zone: l.Zone, Addr: l.Answers[0].Addr, Reason: "forged"})
		}},
		{name: "interrupted when everything asked so far is fine", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			w.Gaps = append(w.Gaps, survey.Gap{Reason: "interrupted"})
		}},
		{name: "the line died before another address of a server that denies was heard", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			dualStack(w, lost(survey.NotAsked))
			l := w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
			for _, a := range l.Answers[2:] {
				*a = *w.answer(w.Zone("example.com"), &survey.Server{Name: a.Server, Addr: a.Addr}, l.Question, lost(survey.NotAsked))
				w.Gaps = append(w.Gaps, survey.Gap{Question: l.Question, Zone: l.Zone, Addr: a.Addr, Reason: "line-dead"})
			}
		}},
		{name: "IPv6 switched off, each server answers over IPv4", verdict: Ready, change: func(w world, _ *Order) {
			w.Network.IPv6 = ""
			dualStack(w, lost(survey.NotAsked))
		}},
		{name: "IPv4 lame and the same server's IPv6 not reachable from here", verdict: Blocked,
			want: []string{"error delegation-lame", "error caa-lookup-failed because delegation-lame", "warning nameserver-lame because delegation-lame"}, change: func(w world, _ *Order) {
				w.Network.IPv6 = "none"
				dualStack(w, lost(survey.NoRoute))
				w.everything("example.com", 0, lameAnswer("refused"))
				w.everything("example.com", 1, lameAnswer("refused"))
			}},
		{name: "only an IPv6 server is left, and this host has no IPv6", verdict: Unknown,
			want: []string{"warning nameserver-lame", "note could-not-look", "note local-ipv6-missing"}, change: func(w world, _ *Order) {
				w.Network.IPv6 = "none"
				ns2 := w.Zone("example.com").Servers[1]
				ns2.Addr = addr("2001:db8::2")
				w.everything("example.com", 0, lameAnswer("refused"))
				w.everything("example.com", 1, lost(survey.NoRoute))
			}},
	})
}

func TestOrders(t *testing.T) {
	name, wild := "example.com", "*.example.com"
	runVerdicts(t, []verdictTest{
		{name: "name and its wildcard have a value each, one is there", ids: []string{name, wild}, values: []string{name + "=" + v1, wild + "=" + v2},
			verdict: Blocked, each: map[string]Verdict{name: Blocked, wild: Ready}, want: []string{"error challenge-values-incomplete"}, change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", txtAnswer(v2))
			}},
		{name: "one of the order's values is there", ids: []string{name, wild}, values: []string{v1, v2},
			verdict: Blocked, each: map[string]Verdict{name: Blocked, wild: Blocked}, want: []string{"error challenge-values-incomplete"}, change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", txtAnswer(v2))
			}},
		{name: "a value for one identifier only: preflight for the other", ids: []string{name, "www.example.com"}, values: []string{name + "=" + v1},
			verdict: Ready, change: func(w world, _ *Order) {
				w.ask("example.com", "_acme-challenge.www.example.com", "TXT", nxDomainAnswer)
			}},
		{name: "same fault for two identifiers is one finding", ids: []string{name, "www.example.com"}, verdict: Blocked, want: []string{"error caa-forbids"}, change: func(w world, _ *Order) {
			w.ask("example.com", name, "CAA", caaAnswer(`0 issue "digicert.com"`))
		}},
		{name: "CAA of one's own against that of the parent", ids: []string{name, "www.example.com"}, verdict: Blocked, each: map[string]Verdict{name: Blocked, "www.example.com": Ready},
			want: []string{"error caa-forbids"}, change: func(w world, _ *Order) {
				w.ask("example.com", name, "CAA", caaAnswer(`0 issue "digicert.com"`))
				w.ask("example.com", "www.example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
			}},
		{name: "redundant with the wildcard", ids: []string{"www.example.com", wild}, values: []string{}, verdict: Blocked, want: []string{"error name-redundant-with-wildcard"}},
		{name: "values of two orders, one redundant with the other's wildcard", ids: []string{"www.example.com", wild}, verdict: Ready, want: []string{"note name-redundant-with-wildcard"}},
		{name: "a bad name does not blame the other", ids: []string{name, "a_b.example.com"}, verdict: Blocked, each: map[string]Verdict{name: Ready, "a_b.example.com": Blocked},
			want: []string{"error name-invalid"}},
		{name: "a public suffix", ids: []string{"com"}, verdict: Blocked, want: []string{"error name-invalid"}},
	})
}

func TestPure(t *testing.T) {
	w, o := newWorld("example.com", "*.example.com"), letsEncrypt(v1, v2)
	w.everything("example.com", 1, lameAnswer("refused"))
	if first, second := Judge(w.Survey, o), Judge(w.Survey, o); !reflect.DeepEqual(first, second) {
		t.Errorf("judged twice:\n%+v\n%+v", first, second)
	}
}

func TestEmptyOrder(t *testing.T) {
	r := Judge(&survey.Survey{}, Order{})
	if r.Verdict != Unknown || len(r.Findings) != 0 {
		t.Errorf("verdict %s, findings %v", r.Verdict, briefs(r))
	}
}
