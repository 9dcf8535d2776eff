package lab

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver"
)

const faulty = `faulty
-- servers --
ns1.example.com 192.0.2.1 2001:db8::1
ns2.example.com 192.0.2.2
ns3.example.com 192.0.2.3
-- zone example.com @ ns1.example.com ns2.example.com --
@    SOA ns1 admin 7 7200 3600 1209600 60
@    TXT "here"
list TXT "1"
list TXT "2"
list TXT "3"
list RRSIG TXT 13 3 300 20300101000000 20200101000000 1 example.com. AAAA
a.b  TXT "deep"
link CNAME list
both CNAME list
both TXT "own"
-- zone example.com @ ns3.example.com --
@    TXT "there"
-- zone sub.example.com @ ns2.example.com --
-- faults --
`

const (
	here = `A example.com. 300 IN TXT "here"`
	txt  = "udp 192.0.2.1 example.com TXT"
)

// Each fault must do what it is named after and leave alone what it should;
// what a fault does besides would be blamed on the program under test.
func TestFaults(t *testing.T) {
	fine := lines("NOERROR aa edns", here)
	other := lines("NOERROR aa edns", `A example.com. 300 IN TXT "there"`)
	type exchange struct{ query, want string }
	tests := map[string][]exchange{
		"drop":        {{txt, "timeout"}, {"tcp 192.0.2.1 example.com TXT", "timeout"}},
		"unreachable": {{txt, "unreachable"}, {"tcp 192.0.2.1 example.com TXT", "unreachable"}},
		"no-tcp":      {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", "unreachable"}},
		"tcp-silent":  {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", "timeout"}},
		"tcp-close":   {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", "closed"}},
		"tcp-one":     {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"slow 4s":     {{txt, fine}},
		"slow 6s":     {{txt, "timeout"}},
		"rate-limit 2": {{txt, fine}, {txt, fine}, {txt, "timeout"}, {txt, fine},
			{"udp 2001:db8::1 example.com TXT", fine}},

		"rate-limit 1 refused": {{txt, fine}, {txt, "REFUSED edns"}},
		"rrl 1":                {{txt, fine}, {txt, "timeout"}, {txt, fine}},
		"rrl 2 1": {{txt, fine}, {txt, fine}, {txt, "NOERROR tc edns"}, {"tcp 192.0.2.1 example.com TXT", fine},
			{"udp 192.0.2.1 no.example.com TXT", lines("NXDOMAIN aa edns", soa)}},
		"lost-over 50": {{txt, "timeout"}, {"tcp 192.0.2.1 example.com TXT", fine}, {"udp 192.0.2.1 x.invalid TXT", "REFUSED edns"}},

		"refuse":   {{txt, "REFUSED edns"}},
		"servfail": {{txt, "SERVFAIL edns"}},
		"notimp":   {{txt, "NOTIMP edns"}},
		"formerr":  {{txt, "FORMERR edns"}},
		"nxdomain": {{txt, lines("NXDOMAIN aa edns", soa)}},
		"lame":     {{txt, "REFUSED edns"}},
		"upward": {{txt, lines("NOERROR edns",
			"N . 300 IN NS a.root-servers.net.", "N . 300 IN NS b.root-servers.net.")}},
		"upward-foreign": {{txt, fine}, {"udp 192.0.2.1 x.invalid TXT", lines("NOERROR edns",
			"N . 300 IN NS a.root-servers.net.", "N . 300 IN NS b.root-servers.net.")}},

		// What happens on the way: TestPassage, TestCutAnswers, TestGuesses.
		"duplicate":     {{txt, fine}, {txt, fine}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"jitter 50ms":   {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"guess 20":      {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"cut":           {{txt, "malformed"}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"tcp-cut":       {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", "closed"}},
		"tcp-drip 60ms": {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"tcp-drip 6s":   {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", "timeout"}},

		"garbage":      {{txt, "malformed"}, {"tcp 192.0.2.1 example.com TXT", "malformed"}},
		"wrong-source": {{txt, "timeout"}, {"tcp 192.0.2.1 example.com TXT", fine}},
		"alternate ns3.example.com": {{txt, fine}, {txt, other}, {txt, fine},
			{"udp 2001:db8::1 example.com TXT", fine}, {"udp 2001:db8::1 example.com TXT", other}},

		"truncate": {{txt, "NOERROR aa tc edns"}, {txt + " plain", "NOERROR aa tc"},
			{"tcp 192.0.2.1 example.com TXT", fine}},
		"truncate-tcp":        {{txt, fine}, {"tcp 192.0.2.1 example.com TXT", "NOERROR aa tc edns"}},
		"wrong-id":            {{txt, "mismatched"}, {"tcp 192.0.2.1 example.com TXT", "mismatched"}},
		"wrong-question":      {{txt, "mismatched"}},
		"no-aa":               {{txt, lines("NOERROR edns", here)}},
		"ra":                  {{txt, lines("NOERROR aa ra edns", here)}},
		"lower-case":          {{"udp 192.0.2.1 EXAMPLE.com TXT", fine}},
		"case-sensitive-drop": {{"udp 192.0.2.1 Example.com TXT", "timeout"}},
		"case-sensitive-nxdomain": {{"udp 192.0.2.1 Example.com TXT", lines("NXDOMAIN aa edns", soa)},
			{txt, fine}},
		"case-sensitive-servfail": {{"udp 192.0.2.1 Example.com TXT", "SERVFAIL edns"}, {txt, fine}},

		"no-edns":   {{txt, "FORMERR"}, {txt + " plain", lines("NOERROR aa", here)}},
		"edns-drop": {{txt, "timeout"}, {txt + " plain", lines("NOERROR aa", here)}},
		// What is odd in EDNS: TestOddEDNS.
		"edns refused":       {{txt, "REFUSED edns"}, {txt + " plain", lines("NOERROR aa", here)}},
		"edns-version drop":  {{txt, fine}, {txt + " plain", lines("NOERROR aa", here)}},
		"edns-option ignore": {{txt, fine}, {txt + " plain", lines("NOERROR aa", here)}},
		"edns-flag echo":     {{txt, fine}, {txt + " plain", lines("NOERROR aa", here)}},

		"edns-ignore": {{txt, lines("NOERROR aa", here)}},
		"badvers":     {{txt, "BADSIG edns"}, {txt + " plain", lines("NOERROR aa", here)}}, // 16 has two names

		"no-soa": {{"udp 192.0.2.1 no.example.com TXT", "NXDOMAIN aa edns"},
			{"udp 192.0.2.1 example.com CAA", "NOERROR aa edns"}, {txt, fine}},
		"foreign-soa": {{"udp 192.0.2.1 no.example.com TXT", lines("NXDOMAIN aa edns", strings.Replace(soa, "N example.com.", "N parking.invalid.", 1))}, {txt, fine}},
		"ent-nxdomain": {{"udp 192.0.2.1 b.example.com TXT", lines("NXDOMAIN aa edns", soa)},
			{"udp 192.0.2.1 a.b.example.com CAA", lines("NOERROR aa edns", soa)}},
		"strip-dnssec": {{"udp 192.0.2.1 list.example.com RRSIG", "NOERROR aa edns"}, {txt, fine}},
		"alias-and-records": {{txt, fine}, {"udp 192.0.2.1 both.example.com TXT", lines("NOERROR aa edns",
			"A both.example.com. 300 IN CNAME list.example.com.") + list("list", "123")[len("NOERROR aa edns"):] + "\n" + `A both.example.com. 300 IN TXT "own"`}},
		"single": {
			{"udp 192.0.2.1 list.example.com TXT", list("list", "1")},
			{"udp 192.0.2.1 link.example.com TXT", lines("NOERROR aa edns",
				"A link.example.com. 300 IN CNAME list.example.com.") + list("list", "2")[len("NOERROR aa edns"):]},
			{"udp 192.0.2.1 list.example.com TXT", list("list", "3")},
			{"tcp 192.0.2.1 list.example.com TXT", list("list", "1")},
		},
		"rotate": {
			{"udp 192.0.2.1 list.example.com TXT", list("list", "123")},
			{"udp 192.0.2.1 list.example.com TXT", list("list", "231")},
			{"udp 192.0.2.1 link.example.com TXT", lines("NOERROR aa edns",
				"A link.example.com. 300 IN CNAME list.example.com.") + list("list", "312")[len("NOERROR aa edns"):]},
		},
	}
	covered := map[string]bool{}
	for line, exchanges := range tests {
		name := firstWord(line)
		covered[name] = true
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, faulty+"ns1.example.com "+line+"\n")
				for i, e := range exchanges {
					diff(t, fmt.Sprintf("exchange %d: %s", i, e.query), e.want, ask(t, w, e.query))
				}
				diff(t, "the other server", fine, ask(t, w, "udp 192.0.2.2 example.com TXT"))
			})
		})
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		if !covered[name] {
			t.Errorf("fault %s has no test", name)
		}
	}
}

func firstWord(s string) string {
	var w string
	fmt.Sscan(s, &w)
	return w
}

// list is the answer with one-digit TXT records in that order.
func list(owner, digits string) string {
	l := []string{"NOERROR aa edns"}
	for _, d := range digits {
		l = append(l, fmt.Sprintf("A %s.example.com. 300 IN TXT %q", owner, string(d)))
	}
	return lines(l...)
}

// A slow answer comes late, not never.
func TestSlowTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com slow 700ms\n")
		r, err := w.Exchange(t.Context(), query(t, txt))
		if err != nil {
			t.Fatal(err)
		}
		if want := 710 * time.Millisecond; whole(r.RTT) != want {
			t.Errorf("RTT = %v, want %v", r.RTT, want)
		}
	})
}

// The question in lower case is what a resolver with 0x20 sees.
func TestLowerCaseQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com lower-case\n")
		r, err := w.Exchange(t.Context(), query(t, "udp 192.0.2.1 EXAMPLE.com TXT"))
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "question", "example.com.", r.Msg.Question[0].Name)
	})
}

func TestConditions(t *testing.T) {
	const (
		ok   = "NOERROR"
		tcp  = "tcp 192.0.2.1 example.com TXT"
		v6   = "udp 2001:db8::1 example.com TXT"
		ns2  = "udp 192.0.2.2 example.com TXT"
		deep = "udp 192.0.2.1 a.b.example.com TXT"
		caa  = "udp 192.0.2.1 example.com CAA"
	)
	tests := []struct {
		line    string
		queries []string
		want    []string
	}{
		{"ns1.example.com servfail", []string{txt, tcp, v6, ns2}, []string{"SERVFAIL", "SERVFAIL", "SERVFAIL", ok}},
		{"NS1.Example.COM. servfail", []string{txt, ns2}, []string{"SERVFAIL", ok}},
		{"* servfail", []string{txt, tcp, v6, ns2}, []string{"SERVFAIL", "SERVFAIL", "SERVFAIL", "SERVFAIL"}},
		{"*/tcp servfail", []string{txt, tcp, v6, ns2}, []string{ok, "SERVFAIL", ok, ok}},
		{"192.0.2.1 servfail", []string{txt, tcp, v6}, []string{"SERVFAIL", "SERVFAIL", ok}},
		{"2001:db8::1 servfail", []string{txt, v6}, []string{ok, "SERVFAIL"}},
		{"ns1.example.com/udp servfail", []string{txt, tcp, v6}, []string{"SERVFAIL", ok, "SERVFAIL"}},
		{"192.0.2.1/tcp servfail", []string{txt, tcp}, []string{ok, "SERVFAIL"}},
		{"ns1.example.com type=CAA servfail", []string{txt, caa}, []string{ok, "SERVFAIL"}},
		{"ns1.example.com servfail type=CAA,TYPE16", []string{txt, caa}, []string{"SERVFAIL", "SERVFAIL"}},
		{"ns1.example.com name=B.example.com servfail", []string{txt, deep}, []string{ok, ok}},
		{"ns1.example.com name=a.b.example.com servfail", []string{txt, deep}, []string{ok, "SERVFAIL"}},
		{"ns1.example.com zone=B.example.com servfail", []string{txt, deep}, []string{ok, "SERVFAIL"}},
		{"ns1.example.com first=2 servfail", []string{txt, deep, v6, txt}, []string{"SERVFAIL", "SERVFAIL", ok, ok}},
		{"ns1.example.com type=CAA first=1 servfail", []string{txt, caa, caa}, []string{ok, "SERVFAIL", ok}},
		{"a.nic.com servfail", []string{"udp 198.51.100.10 example.com TXT"}, []string{"SERVFAIL"}},
	}
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, faulty+test.line+"\n")
				var got []string
				for _, q := range test.queries {
					got = append(got, firstWord(ask(t, w, q)))
				}
				if d := cmp.Diff(test.want, got); d != "" {
					t.Errorf("rcodes (-want +got):\n%s", d)
				}
			})
		})
	}
}

// A fault that comes and goes does so on the world's clock.
func TestFaultInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com after=90s until=3m servfail\n")
		w.Start()
		want := map[int]string{0: "NOERROR", 89: "NOERROR", 90: "SERVFAIL", 179: "SERVFAIL", 180: "NOERROR"}
		got := map[int]string{}
		for _, second := range slices.Sorted(maps.Keys(want)) {
			sleepUntil(w, second)
			got[second] = firstWord(ask(t, w, txt))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("rcode at second (-want +got):\n%s", d)
		}
	})
}

// Chance must fall alike in every run, however the questions interleave.
func TestChanceIsRepeatable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := faulty + "ns1.example.com p=0.3 servfail\n"
		const rounds = 200
		forward, backward := world(t, text), world(t, text)
		other := "udp 192.0.2.1 list.example.com TXT"
		var a, b []string
		failed := 0
		for range rounds {
			one, two := ask(t, forward, txt), ask(t, forward, other)
			a = append(a, one, two)
			two, one = ask(t, backward, other), ask(t, backward, txt)
			b = append(b, one, two)
			if one == "SERVFAIL edns" {
				failed++
			}
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Errorf("two runs differ:\n%s", d)
		}
		if failed < rounds/5 || failed > rounds*2/5 {
			t.Errorf("%d of %d failed, want about 3 in 10", failed, rounds)
		}
	})
}

// The first line sees a query first.
func TestFaultOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com first=1 drop\nns1.example.com first=1 servfail\n")
		got := []string{ask(t, w, txt), ask(t, w, txt), firstWord(ask(t, w, txt))}
		if d := cmp.Diff([]string{"timeout", "SERVFAIL edns", "NOERROR"}, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}

// Two worlds of one scenario do not share what has happened.
func TestWorldsAreFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := Parse("fresh", []byte(faulty+"ns1.example.com first=1 servfail\n"))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w, err := s.World()
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "first query", "SERVFAIL edns", ask(t, w, txt))
			if len(w.Log()) != 1 {
				t.Errorf("log has %d arrivals, want 1", len(w.Log()))
			}
		}
	})
}

// A stray is no answer: what comes of waiting on depends on how it ends.
func TestStrayThenCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"ns1.example.com wrong-id\n")
		ctx, cancel := contextCanceledAfter(t, time.Second)
		defer cancel()
		_, err := w.Exchange(ctx, query(t, txt))
		if f := resolver.FailureOf(err); f != resolver.Canceled {
			t.Errorf("failure = %v, want canceled", f)
		}
	})
}

func contextCanceledAfter(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(d, cancel)
	return ctx, func() { timer.Stop(); cancel() }
}
