package check

import (
	"fmt"
	"strings"
	"testing"

	"dns01/resolver/survey"
)

// tries is an answer that came after queries that were lost.
func tries(n int) edit {
	return and(noDataAnswer, func(a *survey.Answer) {
		good := a.Exchanges[0]
		for range n - 1 {
			gone := good
			gone.Failure = "timeout"
			a.Exchanges = append([]survey.Exchange{gone}, a.Exchanges...)
		}
	})
}

// A record of one's own is recommended where a zone above has shown that it
// cannot be relied on, and nowhere else.
func TestUnshielded(t *testing.T) {
	const want = "note caa-unshielded"
	for _, tt := range []struct {
		name   string
		id     string
		change func(world)
		detail string // "" for silence
		record string
	}{
		{"healthy", "www.example.com", func(world) {}, "", ""},
		{"a registry's server fails", "www.example.com", func(w world) { w.ask("com", "com", "CAA", noDataAnswer, lameAnswer("servfail")) },
			"No CAA record ends the climb below com, so it hangs on the servers of com: asked for CAA of com, b.nic.com answers SERVFAIL.", "example.com."},
		{"a registry's server loses queries", "www.example.com", func(w world) { w.ask("com", "com", "CAA", tries(3), noDataAnswer) },
			"No CAA record ends the climb below com, so it hangs on the servers of com: asked for CAA of com, a.nic.com answers at try 3.", "example.com."},
		{"with a record", "www.example.com", func(w world) {
			w.ask("com", "com", "CAA", noDataAnswer, lameAnswer("servfail"))
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
		}, "", ""},
		{"in one's own zone a record is no help", "www.example.com", func(w world) { w.ask("example.com", "example.com", "CAA", tries(2), noDataAnswer) }, "", ""},
		{"this host cannot reach a server", "www.example.com", func(w world) { w.ask("com", "com", "CAA", noDataAnswer, lost(survey.NoRoute)) }, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.id)
			tt.change(w)
			r := judgeAll(t, w, letsEncrypt(v1))
			var found []Finding
			for _, f := range r.Findings {
				if brief(f) == want {
					found = append(found, f)
				}
			}
			if tt.detail == "" {
				if len(found) > 0 {
					t.Errorf("found %q", found[0].Detail)
				}
				return
			}
			if len(found) != 1 || found[0].Detail != tt.detail || r.Verdict != Ready {
				t.Fatalf("%s with %+v, want %q", r.Verdict, found, tt.detail)
			}
			if record := tt.record + ` IN CAA 0 issue "letsencrypt.org"`; !strings.HasSuffix(found[0].Fix, "\n"+record) {
				t.Errorf("fix %q does not end with %q", found[0].Fix, record)
			}
		})
	}
}

// A failure in the parent's zone is told as such, and that a record of one's
// own ends the climb before it.
func TestLookupFailsInParentZone(t *testing.T) {
	w := newWorld("shop.eu.example.com")
	w.zone("eu.example.com", "example.com", "ns3.example.com 192.0.2.3")
	for _, n := range []string{"shop.eu.example.com", "eu.example.com"} {
		w.start(n, "CAA", "eu.example.com")
		w.ask("eu.example.com", n, "CAA", noDataAnswer)
	}
	w.ask("example.com", "example.com", "CAA", lameAnswer("servfail"))
	r := judgeAll(t, w, letsEncrypt(v1))
	for _, f := range r.Findings {
		if f.Rule.ID != "caa-lookup-failed" {
			continue
		}
		if !strings.HasSuffix(f.Detail, " That is the parent zone example.com, above your zone eu.example.com.") {
			t.Errorf("detail %q", f.Detail)
		}
		if !strings.HasSuffix(f.Fix, "\nOr add a CAA record of your own; the climb then ends before example.com:\neu.example.com. IN CAA 0 issue \"letsencrypt.org\"") {
			t.Errorf("fix %q", f.Fix)
		}
		return
	}
	t.Errorf("not found in %v", briefs(r))
}

// A burst is told when servers get more at once than they commonly bear.
func TestQueryBurst(t *testing.T) {
	for _, tt := range []struct {
		names int
		want  string
	}{
		{20, ""},
		{30, "For the 30 identifiers below example.com, Let's Encrypt sends 300 CAA queries to 2 addresses: 60 names, from 5 perspectives. A CAA record at each name saves none of them, since all are sent at once; it keeps those that fail further up from counting."},
	} {
		var ids []string
		for i := range tt.names {
			ids = append(ids, fmt.Sprintf("h%d.example.com", i))
		}
		r := judgeAll(t, newWorld(ids...), letsEncrypt())
		got := ""
		for _, f := range r.Findings {
			if brief(f) == "note caa-query-burst" {
				got = f.Detail
			}
		}
		if got != tt.want || r.Verdict != Ready {
			t.Errorf("%d names: %s, %q, want %q", tt.names, r.Verdict, got, tt.want)
		}
	}
}

// What passes a moment later is worth repeating, wherever it is; what was asked
// again in vain lasts.
func TestAskedAgain(t *testing.T) {
	for _, tt := range []struct {
		name    string
		again   []edit
		verdict Verdict
		detail  string
	}{
		{"not asked again", nil, Blocked, ""},
		{"in vain", []edit{lameAnswer("servfail"), lameAnswer("servfail"), lost(survey.Timeout)}, Blocked, " Asked again 3 times in the seconds after: it lasts."},
		{"it comes back", []edit{lameAnswer("servfail"), noDataAnswer}, Retry, " Asked again a moment later, ns1.example.com (192.0.2.1) answers: it comes and goes."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			l := w.ask("example.com", "example.com", "CAA", lameAnswer("servfail"))
			for _, e := range tt.again {
				z := w.Zone("example.com")
				l.Again = append(l.Again, w.answer(z, z.Servers[0], l.Question, e))
			}
			r := judgeAll(t, w, letsEncrypt(v1))
			if r.Verdict != tt.verdict || (r.RetryAfter > 0) != (tt.verdict == Retry) {
				t.Errorf("verdict %s after %s, want %s", r.Verdict, r.RetryAfter, tt.verdict)
			}
			for _, f := range r.Findings {
				if f.Rule.ID == "caa-lookup-failed" && !strings.HasSuffix(f.Detail, tt.detail) {
					t.Errorf("detail %q does not end with %q", f.Detail, tt.detail)
				}
			}
		})
	}
}
