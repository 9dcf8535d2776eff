package check

import (
	"net/netip"
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// dualStack gives both servers of example.com an IPv6 address with this
// answer to everything.
func dualStack(w world, e edit) {
	z := w.Zone("example.com")
	for i, a := range []string{"2001:db8::1", "2001:db8::2"} {
		s := *z.Servers[i]
		s.Addr = addr(a)
		s.SOA = w.answer(z, &s, survey.Question{Name: z.Name, Type: "SOA"}, e)
		z.Servers = append(z.Servers, &s)
		for _, l := range w.Lookups {
			if l.Zone == z.Name {
				l.Answers = append(l.Answers, w.answer(z, &s, l.Question, e))
			}
		}
	}
}

// bothLose sets every answer of both servers of example.com.
func bothLose(w world, e edit) {
	w.everything("example.com", 0, e)
	w.everything("example.com", 1, e)
}

func TestDelegation(t *testing.T) {
	runVerdicts(t, []verdictTest{
		{name: "one of two servers lame", verdict: AtRisk, want: []string{"warning nameserver-lame"}, change: func(w world, _ *Order) {
			w.everything("example.com", 1, lameAnswer("refused"))
		}},
		{name: "one of two servers silent", verdict: AtRisk, want: []string{"warning nameserver-silent"}, change: func(w world, _ *Order) {
			w.everything("example.com", 1, lost(survey.Timeout))
		}},
		{name: "one of two servers unreachable", verdict: AtRisk, want: []string{"warning nameserver-unreachable"}, change: func(w world, _ *Order) {
			w.everything("example.com", 1, lost(survey.Unreachable))
		}},
		{name: "one denies the zone with authority, in preflight", values: []string{}, verdict: AtRisk,
			want: []string{"warning nameserver-lame", "warning challenge-not-on-every-server because nameserver-lame"}, change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
				w.everything("example.com", 1, nxDomainAnswer)
			}},
		{name: "one denies the zone with authority, and its SOA is lost", values: []string{}, verdict: AtRisk,
			want: []string{"warning nameserver-lame", "warning challenge-not-on-every-server because nameserver-lame"}, change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
				w.everything("example.com", 1, nxDomainAnswer)
				w.soa("example.com", soaAnswer(1), lost(survey.Timeout))
				w.deniesNS("example.com")
			}},
		{name: "one denies the zone with authority, and the SOA of the other is lost", values: []string{}, verdict: AtRisk,
			want: []string{"warning nameserver-lame", "warning challenge-not-on-every-server because nameserver-lame"}, change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
				w.everything("example.com", 1, nxDomainAnswer)
				w.soa("example.com", lost(survey.Timeout), nxDomainAnswer)
				w.deniesNS("example.com")
			}},
		{name: "all deny the zone with authority, in preflight", values: []string{}, verdict: Ready, want: []string{"note nameserver-lame"}, change: func(w world, _ *Order) {
			bothLose(w, nxDomainAnswer)
		}},
		{name: "one denies its SOA record alone", verdict: Ready, want: []string{}, change: func(w world, _ *Order) {
			w.soa("example.com", soaAnswer(1), noDataAnswer)
		}},
		{name: "one lame in preflight", values: []string{}, verdict: AtRisk, want: []string{"warning nameserver-lame", "note challenge-leftover-values"}, change: func(w world, _ *Order) {
			w.everything("example.com", 1, lameAnswer("servfail"))
		}},
		{name: "all lame", verdict: Blocked, want: []string{"error delegation-lame", "error caa-lookup-failed because delegation-lame", "warning nameserver-lame because delegation-lame"}, change: func(w world, _ *Order) {
			bothLose(w, lameAnswer("refused"))
		}},
		{name: "all silent", verdict: Blocked, want: []string{"error delegation-lame", "error caa-lookup-timeout because delegation-lame", "warning nameserver-silent because delegation-lame"}, change: func(w world, _ *Order) {
			bothLose(w, lost(survey.Timeout))
		}},
		{name: "all lame in preflight", values: []string{}, verdict: Blocked, want: []string{"error delegation-lame", "error caa-lookup-failed because delegation-lame", "warning nameserver-lame because delegation-lame"}, change: func(w world, _ *Order) {
			bothLose(w, lameAnswer("no-authority"))
		}},
		{name: "IPv6 broken", verdict: Ready, want: []string{"note nameserver-ipv6-broken", "note nameserver-ipv6-broken"}, change: func(w world, _ *Order) {
			dualStack(w, lost(survey.Timeout))
		}},
		{name: "all IPv6 silent is our own network", verdict: Ready, change: func(w world, _ *Order) {
			w.Network.IPv6 = "silent"
			dualStack(w, lost(survey.Timeout))
		}},
		{name: "one server without address", verdict: AtRisk, want: []string{"warning nameserver-unresolvable"}, change: func(w world, _ *Order) {
			z := w.Zone("example.com")
			z.ParentNS = []string{"ns1.example.com", "ns2.example.com", "ns3.gone.example"}
			z.ChildNS = z.ParentNS
			z.Problems = []survey.NameServerProblem{{Server: "ns3.gone.example", Reason: "nxdomain"}}
		}},
		{name: "no server with an address", verdict: Blocked, want: []string{"error nameserver-unresolvable", "error caa-lookup-failed because nameserver-unresolvable"}, change: func(w world, _ *Order) {
			withoutServers(w, "no-address")
		}},
		{name: "servers that need each other", verdict: Blocked,
			want: []string{"error delegation-cyclic", "error nameserver-unresolvable because delegation-cyclic", "error caa-lookup-failed because delegation-cyclic"}, change: func(w world, _ *Order) {
				withoutServers(w, "cyclic")
			}},
		{name: "one private address", verdict: AtRisk, want: []string{"warning nameserver-private-address"}, change: func(w world, _ *Order) {
			specialServer(w, 1)
		}},
		{name: "private addresses only", verdict: Blocked, want: []string{"error nameserver-private-address", "error caa-lookup-failed because nameserver-private-address"}, change: func(w world, _ *Order) {
			specialServer(w, 1)
			specialServer(w, 0)
		}},
		{name: "one NS, with two addresses", verdict: Ready, want: []string{"note delegation-single-server"}, change: func(w world, _ *Order) {
			z := w.Zone("example.com")
			z.ParentNS, z.ChildNS = []string{"ns1.example.com"}, []string{"ns1.example.com"}
			z.Servers[1].Name = "ns1.example.com"
		}},
		{name: "NS is an alias", verdict: Ready, want: []string{"note nameserver-is-alias"}, change: func(w world, _ *Order) {
			w.Zone("example.com").NSAliases = map[string]string{"ns1.example.com": "host.example.net"}
		}},
		{name: "glue differs", verdict: Ready, want: []string{"note delegation-glue-mismatch"}, change: func(w world, _ *Order) {
			s := w.Zone("example.com").Servers[0]
			s.Glue, s.NoOwn = true, true
		}},
		{name: "serials differ, data does not", verdict: Ready, want: []string{"note zone-serial-differs"}, change: func(w world, _ *Order) {
			w.soa("example.com", soaAnswer(2), soaAnswer(1))
		}},
		{name: "parent lists a server that the zone dropped and that is lame", verdict: AtRisk,
			want: []string{"warning delegation-mismatch", "warning nameserver-lame because delegation-mismatch"}, change: func(w world, _ *Order) {
				z := w.Zone("example.com")
				z.ChildNS = []string{"ns1.example.com"}
				w.everything("example.com", 1, lameAnswer("refused"))
			}},
		{name: "the zone lists a server more, with the same data", verdict: Ready, want: []string{"note delegation-mismatch"}, change: func(w world, _ *Order) {
			onlyInChild(w)
		}},
		{name: "the zone lists a server more, which is stale", verdict: AtRisk, want: []string{"warning delegation-mismatch"}, change: func(w world, _ *Order) {
			onlyInChild(w)
			w.ask("example.com", challengeName, "TXT", txtAnswer(v1), nxDomainAnswer, txtAnswer(v1))
		}},
		{name: "not registered", verdict: Blocked, want: []string{"error domain-not-registered", "error challenge-missing because domain-not-registered"}, change: unregister},
		{name: "not registered, preflight", values: []string{}, verdict: Blocked, want: []string{"error domain-not-registered"}, change: unregister},
		{name: "not registered, and the registry does not answer for CAA", verdict: Blocked,
			want: []string{"error domain-not-registered", "error challenge-missing because domain-not-registered", "error caa-lookup-failed-above"}, change: func(w world, o *Order) {
				unregister(w, o)
				w.ask("com", "example.com", "CAA", lost(survey.Timeout))
				w.ask("com", "com", "CAA", lost(survey.Timeout))
			}},
	})
}

func specialServer(w world, i int) {
	w.Zone("example.com").Servers[i].Special = "RFC 1918 private"
	for _, l := range w.Lookups {
		if l.Zone == "example.com" {
			l.Answers = append(l.Answers[:i:i], l.Answers[i+1:]...)
		}
	}
}

func withoutServers(w world, reason string) {
	z := w.Zone("example.com")
	z.ParentNS, z.ChildNS, z.Servers = []string{"ns.other.example"}, nil, nil
	z.Problems = []survey.NameServerProblem{{Server: "ns.other.example", Reason: reason}}
	for _, l := range w.Lookups {
		if l.Zone == "example.com" {
			l.Answers = nil
		}
	}
}

// onlyInChild takes ns2 out of the delegation and adds ns3 to keep it double.
func onlyInChild(w world) {
	z := w.Zone("example.com")
	z.ParentNS = []string{"ns1.example.com", "ns3.example.com"}
	z.ChildNS = []string{"ns1.example.com", "ns2.example.com", "ns3.example.com"}
	z.Servers[1].InParent = false
	ns3 := *z.Servers[0]
	ns3.Name, ns3.Addr = "ns3.example.com", addr("192.0.2.3")
	z.Servers = append(z.Servers, &ns3)
	for _, l := range w.Lookups {
		if l.Zone == z.Name {
			a := *l.Answers[0]
			a.Server, a.Addr = ns3.Name, ns3.Addr
			l.Answers = append(l.Answers, &a)
		}
	}
}

// unregister makes com deny example.com.
func unregister(w world, _ *Order) {
	w.Zones = w.Zones[:2]
	for _, q := range []survey.Question{{Name: challengeName, Type: "TXT"}, {Name: "example.com", Type: "CAA"}} {
		w.start(q.Name, q.Type, "com")
		w.ask("com", q.Name, q.Type, nxDomainAnswer)
	}
}

func TestTLD(t *testing.T) {
	w := newWorld()
	w.Identifiers = []survey.Identifier{{Name: "host.nosuch", Challenge: "_acme-challenge.host.nosuch", CAA: []string{"host.nosuch", "nosuch"}}}
	for _, q := range []survey.Question{{Name: "_acme-challenge.host.nosuch", Type: "TXT"}, {Name: "host.nosuch", Type: "CAA"}, {Name: "nosuch", Type: "CAA"}} {
		w.ask(".", q.Name, q.Type, nxDomainAnswer)
	}
	r := judgeAll(t, w, letsEncrypt())
	got := briefs(r)
	want := []string{"error tld-does-not-exist", "error name-has-no-public-suffix because tld-does-not-exist"}
	if r.Verdict != Blocked || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("verdict %s, findings %q, want %q", r.Verdict, got, want)
	}
	if d := r.Identifiers[0].Predicted[0]; d.Stage != "new-order" || d.Type != "rejectedIdentifier" {
		t.Errorf("predicted %+v", d)
	}
}

// Of a registry's servers all were asked: one that still denies the domain makes
// it a risk, whichever the walk has met, and one that is not heard may be such.
func TestDeniedAbove(t *testing.T) {
	referral := func(a *survey.Answer) { a.Status, a.Child = survey.Referral, "example.com" }
	for _, tt := range []struct {
		name    string
		above   []edit // of a.nic.com and b.nic.com
		want    []string
		verdict Verdict
	}{
		{"all delegate it", []edit{referral, referral}, []string{}, Ready},
		{"one denies it", []edit{nxDomainAnswer, referral}, []string{"warning domain-not-registered"}, AtRisk},
		{"one denies it, and the other is not heard again", []edit{nxDomainAnswer, lost(survey.Timeout)}, []string{"warning domain-not-registered"}, AtRisk},
		{"one is silent", []edit{lost(survey.Timeout), referral}, []string{"warning nameserver-silent"}, AtRisk},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			com := w.Zone("com")
			for i, e := range tt.above {
				w.Zone("example.com").Above = append(w.Zone("example.com").Above, w.answer(com, com.Servers[i], survey.Question{Name: "example.com", Type: "NS"}, e))
			}
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != tt.verdict {
				t.Errorf("%s, want %s\n%s", r.Verdict, tt.verdict, d)
			}
		})
	}
}
