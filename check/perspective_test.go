package check

import (
	"testing"
	"time"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// elsewhere adds perspectives "NAME RIR" that see what is well, and returns
// them to be changed.
func elsewhere(w world, rirs ...string) []*survey.Perspective {
	for i, rir := range rirs {
		p := &survey.Perspective{Name: "p" + string(rune('1'+i)), RIR: rir}
		for _, id := range w.Identifiers {
			p.Answers = append(p.Answers, survey.PerspectiveAnswer{
				Question: survey.Question{Name: id.Challenge, Type: "TXT"}, Status: survey.Answered, Records: []survey.Record{{TXT: v1}},
			})
			for _, n := range id.CAA {
				p.Answers = append(p.Answers, survey.PerspectiveAnswer{Question: survey.Question{Name: n, Type: "CAA"}, Status: survey.NoData})
			}
		}
		w.Perspectives = append(w.Perspectives, p)
	}
	return w.Perspectives
}

// What several places see is weighed as the Baseline Requirements say, the
// challenge and CAA apart.
func TestPerspectives(t *testing.T) {
	five := []string{"ARIN", "ARIN", "RIPE NCC", "RIPE NCC", "APNIC"}
	txt := survey.Question{Name: challengeName, Type: "TXT"}
	caa := survey.Question{Name: "example.com", Type: "CAA"}
	see := func(q survey.Question, s survey.Status, which ...int) func([]*survey.Perspective) {
		return func(ps []*survey.Perspective) {
			for _, i := range which {
				a := ps[i].Answer(q)
				a.Status, a.Records = s, nil
			}
		}
	}
	const timeout = "During secondary validation: DNS problem: query timed out looking up TXT for _acme-challenge.example.com"
	for _, tt := range []struct {
		name    string
		rirs    []string
		change  func([]*survey.Perspective)
		verdict Verdict
		want    []string
		problem Problem
	}{
		{"all pass", five, func([]*survey.Perspective) {}, Ready, nil, Problem{}},
		{"one of five fails", five, see(txt, survey.Timeout, 0), AtRisk, []string{"warning perspective-fails"}, Problem{}},
		{"two of five fail", five, see(txt, survey.Timeout, 0, 3), Blocked, []string{"error perspective-fails"}, Problem{"validation", "dns", timeout}},
		{"two of six fail", append(five, "LACNIC"), see(txt, survey.Timeout, 0, 3), AtRisk, []string{"warning perspective-fails"}, Problem{}},
		{"three of six fail", append(five, "LACNIC"), see(txt, survey.Timeout, 0, 1, 3), Blocked, []string{"error perspective-fails"}, Problem{"validation", "dns", timeout}},
		{"one fails the challenge and another CAA", five, func(ps []*survey.Perspective) {
			see(txt, survey.Timeout, 0)(ps)
			see(caa, survey.Lame, 1)(ps)
		}, AtRisk, []string{"warning perspective-fails", "warning perspective-fails"}, Problem{}},
		{"two fail CAA", five, see(caa, survey.Lame, 2, 4), Blocked, []string{"error perspective-fails"},
			Problem{"validation", "dns", "During secondary validation: While processing CAA for example.com: DNS problem: SERVFAIL looking up CAA for example.com - the domain's nameservers may be malfunctioning"}},
		{"all of one region, which is our choice", []string{"ARIN", "ARIN", "ARIN", "ARIN"}, func([]*survey.Perspective) {}, Ready, nil, Problem{}},
		{"one of an unknown region", []string{"ARIN", "ARIN", "ARIN", "", "APNIC"}, see(txt, survey.Timeout, 4), AtRisk, []string{"warning perspective-fails"}, Problem{}},
		{"the only one fails", []string{"ARIN"}, see(txt, survey.Timeout, 0), AtRisk, []string{"warning perspective-fails"}, Problem{}},
		{"both of two fail", []string{"ARIN", "APNIC"}, see(txt, survey.Timeout, 0, 1), Blocked, []string{"error perspective-fails"}, Problem{"validation", "dns", timeout}},
		{"the one in the other region fails", []string{"ARIN", "ARIN", "ARIN", "APNIC"}, see(txt, survey.NXDomain, 3), Blocked, []string{"error perspective-fails"},
			Problem{"validation", "dns", "During secondary validation: DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com - check that a DNS record exists for this domain"}},
		{"some did not look", five, see(txt, survey.NotAsked, 0, 1), Ready, nil, Problem{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			tt.change(elsewhere(w, tt.rirs...))
			r := judgeAll(t, w, letsEncrypt(v1))
			if diff := cmp.Diff(append([]string{}, tt.want...), briefs(r)); r.Verdict != tt.verdict || diff != "" {
				t.Errorf("verdict %s, want %s; findings (-want +got):\n%s", r.Verdict, tt.verdict, diff)
			}
			var want []Problem
			if tt.problem != (Problem{}) {
				want = []Problem{tt.problem}
			}
			if diff := cmp.Diff(want, r.Identifiers[0].Predicted); diff != "" {
				t.Errorf("predicted (-want +got):\n%s", diff)
			}
		})
	}
}

// Before 15 March 2026 it was enough that perspectives of one region passed.
func TestRegionsOfTheDay(t *testing.T) {
	w := newWorld("example.com")
	ps := elsewhere(w, "ARIN", "ARIN", "ARIN", "RIPE NCC")
	ps[3].Answers[0].Status = survey.Timeout
	o := letsEncrypt(v1)
	for day, want := range map[int]Verdict{14: AtRisk, 15: Blocked} {
		o.Now = time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)
		if r := judgeAll(t, w, o); r.Verdict != want {
			t.Errorf("on 2026-03-%d: verdict %s, want %s", day, r.Verdict, want)
		}
	}
}

// Where it depends on the server, the advice says how many places have to
// meet a good one, and the result how a remote one's failure reads.
func TestQuorumOfServers(t *testing.T) {
	w := newWorld("example.com")
	w.ask("example.com", challengeName, "TXT", txtAnswer(v1), txtAnswer(old))
	o := letsEncrypt(v1)
	for day, want := range map[int]string{
		14: " Until then the primary and 3 of 4 remote perspectives have to meet a good server.",
		15: " Until then the primary and 4 of 5 remote perspectives have to meet a good server.",
	} {
		o.Now = time.Date(2026, 12, day, 0, 0, 0, 0, time.UTC)
		r := judgeAll(t, w, o)
		got := r.Findings[0].Fix
		if len(got) < len(want) || got[len(got)-len(want):] != want {
			t.Errorf("on 2026-12-%d: %q", day, got)
		}
		second := []Problem{{"validation", "unauthorized", `During secondary validation: Incorrect TXT record "` + old + `" found at _acme-challenge.example.com`}}
		if diff := cmp.Diff(second, r.Identifiers[0].Secondary); diff != "" {
			t.Errorf("secondary (-want +got):\n%s", diff)
		}
	}
}

// Where an engine asks servers one by one, a perspective comes to what any of
// those that a resolver would use says; and what is the same here is told once.
func TestPerspectiveOfServers(t *testing.T) {
	txt := survey.Question{Name: challengeName, Type: "TXT"}
	has := func(s string) *survey.Answer {
		return &survey.Answer{Question: txt, Server: s, Transport: "udp", Status: survey.Answered, Records: []survey.Record{{TXT: v1}}}
	}
	is := func(s string, st survey.Status) *survey.Answer {
		return &survey.Answer{Question: txt, Server: s, Transport: "udp", Status: st}
	}
	for _, tt := range []struct {
		name    string
		servers []*survey.Answer
		want    Standing
		verdict Verdict
	}{
		{"both have it", []*survey.Answer{has("ns1"), has("ns2")}, PerspectivePasses, Ready},
		{"one is silent", []*survey.Answer{is("ns1", survey.Timeout), has("ns2")}, PerspectivePasses, Ready},
		{"one denies", []*survey.Answer{has("ns1"), is("ns2", survey.NXDomain)}, PerspectiveDepends, AtRisk},
		{"both are silent", []*survey.Answer{is("ns1", survey.Timeout), is("ns2", survey.Lame)}, PerspectiveFails, AtRisk},
		{"one leads elsewhere", []*survey.Answer{has("ns1"), is("ns2", survey.Aliased)}, PerspectivePasses, Ready},
		{"none was asked", []*survey.Answer{is("ns1", survey.NotAsked)}, PerspectiveUnknown, Ready},
	} {
		w := newWorld("example.com")
		w.Perspectives = []*survey.Perspective{{Name: "p", RIR: "APNIC", Servers: tt.servers}}
		r := judgeAll(t, w, letsEncrypt(v1))
		got := r.Identifiers[0].Perspectives[0]
		if got.Challenge != tt.want || got.CAA != PerspectiveUnknown || r.Verdict != tt.verdict {
			t.Errorf("%s: challenge %s, CAA %s, verdict %s; want %s, not-known, %s", tt.name, got.Challenge, got.CAA, r.Verdict, tt.want, tt.verdict)
		}
	}
}

// What fails here fails whatever others see; that they see something else is
// worth knowing, that they see the same is not.
func TestFailsHere(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func([]*survey.Perspective)
		want   []string
	}{
		{"and everywhere", func(ps []*survey.Perspective) {
			for _, p := range ps {
				p.Answers[0].Status, p.Answers[0].Records = survey.NXDomain, nil
			}
		}, []string{"error challenge-no-txt"}},
		{"and nowhere else", func([]*survey.Perspective) {}, []string{"error challenge-no-txt", "note fails-only-from-here"}},
	} {
		w := newWorld("example.com")
		w.ask("example.com", challengeName, "TXT", txtAnswer(), txtAnswer())
		tt.change(elsewhere(w, "ARIN", "RIPE NCC"))
		r := judgeAll(t, w, letsEncrypt(v1))
		if diff := cmp.Diff(tt.want, briefs(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Which server says what to whom has to be told in the words of the zone's
// owner: the value, the serial, TCP; and nothing where all hear the same.
func TestServersDifferByPlace(t *testing.T) {
	at := func(qtype, transport string, s survey.Status, more func(*survey.Answer)) *survey.Answer {
		a := &survey.Answer{Question: survey.Question{Name: "example.com", Type: qtype}, Server: "ns2.example.com", Transport: transport, Status: s}
		if qtype == "TXT" {
			a.Name = challengeName
		}
		if more != nil {
			more(a)
		}
		return a
	}
	txt := func(v string) func(*survey.Answer) {
		return func(a *survey.Answer) { a.Records = []survey.Record{{TXT: v}} }
	}
	soa := func(n uint32) func(*survey.Answer) {
		return func(a *survey.Answer) { a.SOA = &survey.SOA{Serial: n} }
	}
	for _, tt := range []struct {
		name string
		here []*survey.Answer // what p1 hears; the others hear the second
		also []*survey.Answer
		want []string
	}{
		{"all the same", []*survey.Answer{at("TXT", "udp", survey.Answered, txt(v1))}, []*survey.Answer{at("TXT", "udp", survey.Answered, txt(v1))}, nil},
		{"an old value", []*survey.Answer{at("TXT", "udp", survey.Answered, txt(old))}, []*survey.Answer{at("TXT", "udp", survey.Answered, txt(v1))},
			[]string{`ns2.example.com gives "` + old + `" to p1, and gives the value to the 4 others.`}},
		{"silence", []*survey.Answer{at("TXT", "udp", survey.Timeout, nil)}, []*survey.Answer{at("TXT", "udp", survey.Lame, func(a *survey.Answer) { a.Lame = "refused" })},
			[]string{"ns2.example.com is silent to p1, and gives REFUSED to the 4 others."}},
		{"an old serial", []*survey.Answer{at("SOA", "udp", survey.Answered, soa(6))}, []*survey.Answer{at("SOA", "udp", survey.Answered, soa(7))},
			[]string{"ns2.example.com has serial 6 for p1, and has serial 7 for the 4 others."}},
		{"no TCP", []*survey.Answer{at("SOA", "tcp", survey.Timeout, nil)}, []*survey.Answer{at("SOA", "tcp", survey.Answered, soa(7))},
			[]string{"ns2.example.com over TCP says nothing to p1, and over TCP answers the 4 others."}},
		{"somebody did not look", []*survey.Answer{at("TXT", "udp", survey.NotAsked, nil)}, []*survey.Answer{at("TXT", "udp", survey.Answered, txt(v1))}, nil},
	} {
		w := newWorld("example.com")
		for i, p := range elsewhere(w, "ARIN", "ARIN", "RIPE NCC", "RIPE NCC", "APNIC") {
			p.Answers = nil
			if p.Servers = tt.also; i == 0 {
				p.Servers = tt.here
			}
		}
		var got []string
		for _, f := range judgeAll(t, w, letsEncrypt(v1)).Findings {
			if string(f.Severity)+" "+f.Rule.ID == "note server-differs-by-place" {
				got = append(got, f.Detail)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
