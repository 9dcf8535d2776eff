package check

import (
	"testing"
	"time"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

func takes(d time.Duration) edit { return func(a *survey.Answer) { a.RTT = d } }

// How slow is too slow hangs on the time-outs of the CA's resolver, and on
// whether a quicker server is left.
func TestSlowServers(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name     string
		first    time.Duration // of ns1
		second   time.Duration // of ns2
		registry time.Duration
		quickest time.Duration // of all replies, those on the way down included; 0: not known
		want     []string
		verdict  Verdict
	}{
		{"quick", 20 * ms, 30 * ms, 10 * ms, 0, []string{}, Ready},
		{"one time-out", 400 * ms, 420 * ms, 10 * ms, 0, []string{"note nameserver-slow"}, Ready},
		{"two time-outs", 800 * ms, 820 * ms, 10 * ms, 0, []string{"warning nameserver-slow"}, AtRisk},
		{"too late", 1600 * ms, 1620 * ms, 10 * ms, 0, []string{"error nameserver-slow", "error caa-lookup-timeout because nameserver-slow"}, Blocked},
		{"one too late", 20 * ms, 1620 * ms, 10 * ms, 0, []string{"note nameserver-slow"}, Ready},
		{"too late, and a registry that is slow for CAA", 1560 * ms, 1580 * ms, 110 * ms, 10 * ms, []string{"error nameserver-slow", "error caa-lookup-timeout because nameserver-slow"}, Blocked},
		{"everything is slow from here", 1600 * ms, 1620 * ms, 1500 * ms, 0, []string{}, Ready},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			w.Network.Quickest = tt.quickest
			for _, l := range w.Lookups {
				for i, a := range l.Answers {
					a.RTT = tt.registry
					if l.Zone == "example.com" {
						a.RTT = []time.Duration{tt.first, tt.second}[i]
					}
				}
			}
			w.soa("example.com", and(soaAnswer(1), takes(tt.first)), and(soaAnswer(1), takes(tt.second)))
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != tt.verdict {
				t.Errorf("%s, want %s\n%s", r.Verdict, tt.verdict, d)
			}
		})
	}
}

// A server that answers when nobody waits any more is slow, not silent; and not
// that either where everything takes long from here.
func TestTardyServers(t *testing.T) {
	late := func(d time.Duration) edit {
		return and(lost(survey.Timeout), func(a *survey.Answer) { a.Late = d })
	}
	for _, tt := range []struct {
		name     string
		quickest time.Duration
		both     bool
		want     []string
		verdict  Verdict
		detail   string
	}{
		{"all of them", 10 * time.Millisecond, true, []string{"error nameserver-slow", "error caa-lookup-timeout because nameserver-slow"}, Blocked,
			"Of the servers of example.com, ns1.example.com (192.0.2.1) and ns2.example.com (192.0.2.2) answer only after 2.5 s."},
		{"one of them", 10 * time.Millisecond, false, []string{"warning nameserver-slow"}, AtRisk,
			"Of the servers of example.com, ns2.example.com (192.0.2.2) answers only after 2.5 s; a resolver that tries it first loses 0.4 s of the 1.9 s that a lookup has."},
		{"everything is slow from here", 1800 * time.Millisecond, true, []string{"note could-not-look"}, Unknown,
			"Could not look up TXT of _acme-challenge.example.com and CAA of example.com: no server that counts could be asked from here."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			w.Network.Quickest = tt.quickest
			w.everything("example.com", 1, late(2500*time.Millisecond))
			if tt.both {
				w.everything("example.com", 0, late(2500*time.Millisecond))
			}
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != tt.verdict {
				t.Fatalf("%s, want %s\n%s", r.Verdict, tt.verdict, d)
			}
			if d := cmp.Diff(tt.detail, r.Findings[0].Detail); d != "" {
				t.Error(d)
			}
		})
	}
}
