package check

import (
	"strings"
	"testing"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// deniedFor is a denial that caches keep for some seconds.
func deniedFor(seconds uint32) edit {
	return and(nxDomainAnswer, func(a *survey.Answer) {
		a.SOA = &survey.SOA{Zone: "example.com", Serial: 1, TTL: 86400, Minimum: seconds, NegativeTTL: seconds}
	})
}

// keptFor is the TTL of the records before it.
func keptFor(seconds uint32) edit {
	return func(a *survey.Answer) {
		for i := range a.Records {
			a.Records[i].TTL = seconds
		}
	}
}

// A note on TTLs is worth reading only where caches hold something that keeps
// an order up; everywhere else it would be noise in every run.
func TestTTL(t *testing.T) {
	txt := func(edits ...edit) func(world, *Order) {
		return func(w world, _ *Order) { w.ask("example.com", challengeName, "TXT", edits...) }
	}
	runVerdicts(t, []verdictTest{
		{name: "denied for a day", verdict: Blocked, want: []string{"error challenge-missing", "note challenge-negative-ttl-long"}, change: txt(deniedFor(86400))},
		{name: "denied for a quarter of an hour", verdict: Blocked, want: []string{"error challenge-missing"}, change: txt(deniedFor(900))},
		{name: "denied for a day by one server", verdict: AtRisk, want: []string{"warning challenge-not-on-every-server", "note challenge-negative-ttl-long"}, change: txt(txtAnswer(v1), deniedFor(86400))},
		{name: "denied for a day before the order", values: []string{}, verdict: Ready, change: txt(deniedFor(86400))},
		{name: "an old value for a day", verdict: Blocked, want: []string{"error challenge-value-stale", "note challenge-ttl-long"}, change: txt(and(txtAnswer(old), keptFor(86400)))},
		{name: "an old value for an hour", verdict: Blocked, want: []string{"error challenge-value-stale"}, change: txt(and(txtAnswer(old), keptFor(3600)))},
		{name: "an old value for a day before the order", values: []string{}, verdict: Ready, want: []string{"note challenge-leftover-values", "note challenge-ttl-long"}, change: txt(and(txtAnswer(old), keptFor(86400)))},
		{name: "the value for a day", verdict: Ready, change: txt(and(txtAnswer(v1), keptFor(86400)))},
	})
}

// Whether the CA itself is delayed depends on the CA, and people blame the
// TTL where it does not matter.
func TestTTLTellsWhomItConcerns(t *testing.T) {
	for id, want := range map[string]string{
		"letsencrypt": "Let's Encrypt keeps nothing and does not see it; public resolvers",
		"google":      " may see it, and so do public resolvers",
	} {
		w := newWorld("example.com")
		w.ask("example.com", challengeName, "TXT", deniedFor(86400))
		o := letsEncrypt(v1)
		o.CA, _ = known.Find(id)
		if o.CA == nil {
			t.Fatalf("no CA %s", id)
		}
		for _, f := range judgeAll(t, w, o).Findings {
			if f.Rule.ID == "challenge-negative-ttl-long" && !strings.Contains(f.Detail, want) {
				t.Errorf("%s: %s", id, f.Detail)
			}
		}
	}
}
