package check

import (
	"testing"
	"time"

	"dns01/caa"
	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

func TestCAA(t *testing.T) {
	at := func(zone, name string, edits ...edit) func(world, *Order) {
		return func(w world, _ *Order) { w.ask(zone, name, "CAA", edits...) }
	}
	example := func(edits ...edit) func(world, *Order) { return at("example.com", "example.com", edits...) }
	wild := []string{"*.example.com"}
	account := "https://acme-v02.api.letsencrypt.org/acme/acct/"
	runVerdicts(t, []verdictTest{
		{name: "allows", verdict: Ready, change: example(caaAnswer(`0 issue "letsencrypt.org"`))},
		{name: "iodef alone allows", verdict: Ready, change: example(caaAnswer(`0 iodef "mailto:a@example.com"`))},
		{name: "forbids", verdict: Blocked, want: []string{"error caa-forbids"}, change: example(caaAnswer(`0 issue "digicert.com"`))},
		{name: "nobody", verdict: Blocked, want: []string{"error caa-forbids"}, change: example(caaAnswer(`0 issue ";"`))},
		{name: "forbids in preflight", values: []string{}, verdict: Blocked, want: []string{"error caa-forbids", "note caa-recheck-due because caa-forbids", "note challenge-leftover-values"}, change: example(caaAnswer(`0 issue "digicert.com"`))},
		{name: "at the parent", ids: []string{"a.b.example.com"}, verdict: Blocked, want: []string{"error caa-forbids"}, change: example(caaAnswer(`0 issue "digicert.com"`))},
		{name: "at the TLD", verdict: Blocked, want: []string{"error caa-forbids"}, change: at("com", "com", caaAnswer(`0 issue ";"`))},
		{name: "issuewild excludes", ids: wild, verdict: Blocked, want: []string{"error caa-forbids-wildcard"}, change: example(caaAnswer(`0 issue "letsencrypt.org"`, `0 issuewild ";"`))},
		{name: "issuewild does not matter for a plain name", verdict: Ready, change: example(caaAnswer(`0 issue "letsencrypt.org"`, `0 issuewild ";"`))},
		{name: "critical", verdict: Blocked, want: []string{"error caa-critical-unknown"}, change: example(caaAnswer(`0 issue "letsencrypt.org"`, `128 policy "x"`))},
		{name: "malformed", verdict: Blocked, want: []string{"error caa-malformed"}, change: example(caaAnswer(`0 issue "letsencrypt.org; validationmethods=dns-01;"`))},
		{name: "malformed beside one that allows", verdict: Ready, want: []string{"note caa-malformed"}, change: example(caaAnswer(`0 issue "letsencrypt.org; a b"`, `0 issue "letsencrypt.org"`))},
		{name: "misspelled", verdict: Blocked, want: []string{"error caa-issuer-misspelled"}, change: example(caaAnswer(`0 issue "LetsEncrypt.org"`))},
		{name: "a tag misspelled", verdict: Ready, want: []string{"note caa-property-misspelled"}, change: example(caaAnswer(`0 issuer "digicert.com"`))},
		{name: "a registered tag that is not acted upon", verdict: Ready, change: example(caaAnswer(`0 contactemail "a@example.com"`, `0 issuevmc "digicert.com"`))},
		{name: "a tag misspelled beside one that allows", verdict: Ready, want: []string{"note caa-property-misspelled"}, change: example(caaAnswer(`0 issue "letsencrypt.org"`, `0 issuewildcard ";"`))},
		{name: "the record that would allow is misspelled", verdict: Blocked, want: []string{"error caa-property-misspelled", "error caa-forbids because caa-property-misspelled"},
			change: example(caaAnswer(`0 issue "digicert.com"`, `0 isue "letsencrypt.org"`))},
		{name: "misspelled and critical", verdict: Blocked, want: []string{"error caa-property-misspelled", "error caa-critical-unknown because caa-property-misspelled"},
			change: example(caaAnswer(`128 isssue "letsencrypt.org"`))},
		{name: "misspelled, and forbidden by another record all the same", verdict: Blocked, want: []string{"error caa-forbids", "note caa-property-misspelled"},
			change: example(caaAnswer(`0 issue "digicert.com"`, `0 isue "sectigo.com"`))},
		{name: "another account", verdict: Blocked, want: []string{"error caa-account-mismatch"}, change: func(w world, o *Order) {
			o.Account = account + "222"
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org; accounturi=`+account+`111"`))
		}},
		{name: "our account", verdict: Ready, change: func(w world, o *Order) {
			o.Account = account + "111"
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org; accounturi=`+account+`111"`))
		}},
		{name: "an account, ours not known", verdict: AtRisk, want: []string{"warning caa-account-mismatch"}, change: example(caaAnswer(`0 issue "letsencrypt.org; accounturi=` + account + `111"`))},
		{name: "another method", verdict: Blocked, want: []string{"error caa-method-forbidden"}, change: example(caaAnswer(`0 issue "letsencrypt.org; validationmethods=http-01"`))},
		{name: "a restriction that restricts nothing", verdict: Ready, want: []string{"note caa-restriction-not-enforced"}, change: example(caaAnswer(`0 issue "letsencrypt.org; validationMethods=http-01"`))},
		{name: "from an alias", ids: []string{"www.example.com"}, verdict: Blocked, want: []string{"error caa-forbids", "note caa-from-alias"}, change: func(w world, _ *Order) {
			w.ask("example.com", "www.example.com", "CAA", and(func(a *survey.Answer) {
				a.Aliases = []survey.Alias{{From: a.Name, To: "shop.example.net"}}
				a.Owner = "shop.example.net"
			}, caaAnswer(`0 issue "digicert.com"`)))
		}},
		{name: "CAA refused at every server", verdict: Blocked, want: []string{"error type-mishandled", "error caa-lookup-failed because type-mishandled"}, change: example(lameAnswer("refused"))},
		{name: "CAA refused at one", verdict: AtRisk, want: []string{"warning type-mishandled"}, change: example(noDataAnswer, lameAnswer("notimp"))},
		{name: "CAA dropped", verdict: Blocked, want: []string{"error type-mishandled", "error caa-lookup-timeout because type-mishandled"}, change: example(lost(survey.Timeout))},
		{name: "CAA fails at one name, not for the type", ids: []string{"www.example.com"}, verdict: Blocked, want: []string{"error caa-lookup-failed"},
			change: at("example.com", "www.example.com", lameAnswer("servfail"))},
		{name: "CAA truncated", verdict: Blocked, want: []string{"error tcp-unavailable", "error caa-truncated because tcp-unavailable"}, change: example(truncatedAnswer("closed"))},
		{name: "CAA that does not parse", verdict: Blocked, want: []string{"error caa-malformed"}, change: example(func(a *survey.Answer) {
			a.Status = survey.Answered
			a.Records = []survey.Record{{Owner: a.Name, Text: `\# 1 00`, Bad: "the tag is longer than the record"}}
		})},
		{name: "TLD fails", verdict: Blocked, want: []string{"error caa-lookup-failed-above"}, change: at("com", "com", lameAnswer("servfail"))},
		{name: "TLD fails in different ways", verdict: Retry, want: []string{"error caa-lookup-failed-above"}, change: at("com", "com", lameAnswer("servfail"), lost(survey.Timeout))},
		{name: "one server of the TLD fails", verdict: Ready, want: []string{"note caa-unshielded"}, change: at("com", "com", lost(survey.Timeout), noDataAnswer)},
		{name: "TLD fails, a CAA record shields", verdict: AtRisk, want: []string{"warning caa-lookup-failed-above"}, change: func(w world, _ *Order) {
			w.ask("com", "com", "CAA", lost(survey.Timeout))
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
		}},
		{name: "servers differ", verdict: AtRisk, want: []string{"warning caa-differs-between-servers", "note zone-serial-differs because caa-differs-between-servers"}, change: func(w world, _ *Order) {
			w.ask("example.com", "example.com", "CAA", noDataAnswer, caaAnswer(`0 issue "digicert.com"`))
			w.soa("example.com", soaAnswer(2), soaAnswer(1))
		}},
		{name: "servers differ below a name that forbids", ids: []string{"www.example.com"}, verdict: AtRisk, want: []string{"warning caa-differs-between-servers"}, change: func(w world, _ *Order) {
			w.ask("example.com", "www.example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`), noDataAnswer)
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "digicert.com"`))
		}},
		{name: "servers differ and both allow", verdict: Ready, want: []string{"note zone-data-differs"}, change: example(noDataAnswer, caaAnswer(`0 issue "letsencrypt.org"`))},
		{name: "alias loop in the climb", ids: []string{"www.example.com"}, verdict: Blocked, want: []string{"error alias-loop", "error caa-lookup-failed because alias-loop"}, change: func(w world, _ *Order) {
			w.ask("example.com", "www.example.com", "CAA", aliasTo("www.example.com"))
		}},
	})
}

func TestCAAResult(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		name string
		edit edit
		want CAAResult
	}{
		{"no records", noDataAnswer, CAAResult{Authorized: &yes, Queries: 2,
			Reason: "no name from the identifier up to its TLD has a CAA record: any CA may issue"}},
		{"forbidden", caaAnswer(`0 issue "digicert.com"`), CAAResult{RelevantName: "example.com", Authorized: &no, Queries: 2, Records: []string{`0 issue "digicert.com"`},
			Reason: `at example.com, only "digicert.com" is authorised, not "letsencrypt.org"`}},
		{"not known", lost(survey.NotAsked), CAAResult{Queries: 2, Reason: "the CAA records could not be looked at"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			w.ask("example.com", "example.com", "CAA", tt.edit)
			r := judgeAll(t, w, letsEncrypt(v1))
			if diff := cmp.Diff(tt.want, r.Identifiers[0].CAA); diff != "" {
				t.Errorf("CAA (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCAAFix(t *testing.T) {
	for _, tt := range []struct{ name, id, have, want string }{
		{"other CA", "example.com", `0 issue "digicert.com"`, `example.com. IN CAA 0 issue "letsencrypt.org"`},
		{"wildcard", "*.example.com", `0 issuewild "digicert.com"`, `example.com. IN CAA 0 issuewild "letsencrypt.org"`},
		{"method", "example.com", `0 issue "letsencrypt.org; validationmethods=http-01"`, `example.com. IN CAA 0 issue "letsencrypt.org; validationmethods=http-01,dns-01"`},
		{"method of a wildcard's record", "*.example.com", `0 issuewild "letsencrypt.org; validationmethods=http-01"`, `example.com. IN CAA 0 issuewild "letsencrypt.org; validationmethods=http-01,dns-01"`},
		{"malformed list of methods", "example.com", `0 issue "letsencrypt.org; validationmethods=http-01, dns-01"`, `example.com. IN CAA 0 issue "letsencrypt.org; validationmethods=http-01,dns-01"`},
		{"misspelt issuer", "example.com", `0 issue "letsencrypt.com; validationmethods=dns-01"`, `example.com. IN CAA 0 issue "letsencrypt.org; validationmethods=dns-01"`},
		{"misspelt parameter", "example.com", `0 issue "letsencrypt.org; validation-method=dns-01"`, `example.com. IN CAA 0 issue "letsencrypt.org; validationmethods=dns-01"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.id)
			w.ask("example.com", "example.com", "CAA", caaAnswer(tt.have))
			r := judgeAll(t, w, letsEncrypt(v1))
			if got := r.Findings[0].Fix; got != tt.want {
				t.Errorf("fix %q, want %q", got, tt.want)
			}
		})
	}
}

// A registry's failure is told as such, with the record that shields.
func TestShield(t *testing.T) {
	w := newWorld("www.example.com")
	w.ask("com", "com", "CAA", lameAnswer("servfail"), lost(survey.Timeout))
	r := judgeAll(t, w, letsEncrypt(v1))
	f := r.Findings[0]
	if !f.Transient {
		t.Error("not transient")
	}
	want := "Add a CAA record of your own; the climb then ends before com:\nexample.com. IN CAA 0 issue \"letsencrypt.org\""
	if f.Fix != want {
		t.Errorf("fix %q, want %q", f.Fix, want)
	}
	if r.RetryAfter != 12*time.Minute {
		t.Errorf("retry after %s, want 12m: five failures an hour are allowed", r.RetryAfter)
	}
}

// A hostile zone gives each server its own answer at each name: the walk
// still ends soon.
func TestClimbOfManyBranches(t *testing.T) {
	w := newWorld()
	z := w.Zone("example.com")
	for i := range 14 {
		s := *z.Servers[0]
		s.Addr = addr("203.0.113.1")
		for range i {
			s.Addr = s.Addr.Next()
		}
		z.Servers = append(z.Servers, &s)
	}
	name := "a.b.c.d.e.f.g.h.example.com"
	w.identify(name)
	for _, n := range caa.Climb(name) {
		if n == "com" {
			continue
		}
		var edits []edit
		for i := range z.Servers {
			edits = append(edits, noDataAnswer)
			if i%2 == 1 {
				edits[i] = caaAnswer(`0 issue "ca` + string(rune('a'+i)) + `.example"`)
			}
		}
		w.ask("example.com", n, "CAA", edits...)
	}
	if r := judgeAll(t, w, letsEncrypt(v1)); r.Verdict != AtRisk {
		t.Errorf("verdict %s", r.Verdict)
	}
}

func TestCAAQueries(t *testing.T) {
	w := newWorld("example.com", "www.example.com")
	// Two and three labels, from the primary and four remote perspectives.
	if got := judgeAll(t, w, letsEncrypt(v1)).CAAQueries; got != 25 {
		t.Errorf("%d CAA queries, want 25", got)
	}
}
