package check

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// judgeCAA judges CAA alone and holds the result to its own rules.
func judgeCAA(t *testing.T, w world, o Order) CAAJudgement {
	t.Helper()
	j := JudgeCAA(w.Survey, o)
	if err := j.Check(); err != nil {
		t.Error(err)
	}
	return j
}

// The roles are what the table of a climb says: a wrong one sends people to
// the wrong zone.
func TestClimbRoles(t *testing.T) {
	tests := []struct {
		name    string
		change  func(world)
		verdict Verdict
		roles   []CAARole // www.example.com, example.com, com
	}{
		{"nothing anywhere", func(world) {}, Ready, []CAARole{ClimbsOn, ClimbsOn, ClimbsOn}},
		{"at the parent", func(w world) { w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`)) },
			Ready, []CAARole{ClimbsOn, Decides, NotReached}},
		{"a failure above is harmless", func(w world) {
			w.ask("example.com", "www.example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
			w.ask("example.com", "example.com", "CAA", lameAnswer("servfail"))
		}, Ready, []CAARole{Decides, NotReached, NotReached}},
		{"a failure below is not", func(w world) {
			w.ask("example.com", "www.example.com", "CAA", lameAnswer("servfail"))
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
		}, Blocked, []CAARole{Fails, NotReached, NotReached}},
		{"servers disagree", func(w world) {
			w.ask("example.com", "www.example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`), noDataAnswer)
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "digicert.com"`))
		}, AtRisk, []CAARole{Decides, Decides, NotReached}},
		{"servers disagree, nothing above", func(w world) {
			w.ask("example.com", "www.example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`), noDataAnswer)
		}, Ready, []CAARole{Decides, MayMatter, MayMatter}},
		{"not seen", func(w world) { w.ask("example.com", "www.example.com", "CAA", lost(survey.NotAsked)) },
			Unknown, []CAARole{NotSeen, NotReached, NotReached}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("www.example.com")
			tt.change(w)
			j := judgeCAA(t, w, letsEncrypt())
			var roles []CAARole
			for _, s := range j.Climbs[0].Steps {
				roles = append(roles, s.Role)
			}
			if diff := cmp.Diff(tt.roles, roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
			if j.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s", j.Verdict, tt.verdict)
			}
		})
	}
}

// The challenge has no part in what CAA decides.
func TestOnlyCAALeavesTheChallengeOut(t *testing.T) {
	w := newWorld("example.com")
	w.ask("example.com", challengeName, "TXT", txtAnswer(old))
	if j := judgeCAA(t, w, letsEncrypt(v1)); j.Verdict != Ready || len(j.Findings) > 0 {
		t.Errorf("%s with %v", j.Verdict, j.Findings)
	}
}

// What a CA refuses at once has no climb.
func TestOnlyCAARefusesNoName(t *testing.T) {
	w := newWorld()
	w.identify("under_score.example.com")
	j := judgeCAA(t, w, letsEncrypt())
	if j.Verdict != Blocked || len(j.Climbs[0].Steps) > 0 || j.Findings[0].Rule.ID != "name-invalid" {
		t.Errorf("%+v", j)
	}
}

// Two readings stand side by side when the CA's is not the RFC's.
func TestClimbReadings(t *testing.T) {
	w := newWorld("example.com")
	w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "LetsEncrypt.org"`))
	c := judgeCAA(t, w, letsEncrypt()).Climbs[0]
	if len(c.Readings) != 2 || c.Readings[0].Profile != "boulder" || c.Readings[0].Allowed || !c.Readings[1].Allowed {
		t.Errorf("%+v", c.Readings)
	}
	if c.Responsible == nil || c.Responsible.Value != "LetsEncrypt.org" || c.Owner != "example.com" {
		t.Errorf("responsible: %v at %q", c.Responsible, c.Owner)
	}
	o := letsEncrypt()
	o.CA, _ = known.Find("digicert")
	if c := judgeCAA(t, w, o).Climbs[0]; len(c.Readings) != 1 || c.Readings[0].Profile != "rfc8659" {
		t.Errorf("one reading is enough: %+v", c.Readings)
	}
}

// The estimate is labels times perspectives, whatever the names share.
func TestLoad(t *testing.T) {
	w := newWorld("www.example.com", "mail.example.com", "*.example.com")
	o := letsEncrypt()
	o.Now = time.Date(2026, time.December, 14, 23, 59, 59, 0, time.UTC)
	l := judgeCAA(t, w, o).Load
	want := CAALoad{Labels: 8, Perspectives: 5, Queries: 40, Zones: []ZoneLoad{{"example.com", 25, 2}, {"com", 15, 0}}}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	o.Now = time.Date(2026, time.December, 15, 0, 0, 0, 0, time.UTC)
	if l := judgeCAA(t, w, o).Load; l.Queries != 48 {
		t.Errorf("%d queries with the perspectives of that day, want 48", l.Queries)
	}
}

func TestWorst(t *testing.T) {
	if got := Worst(Ready, Blocked, Unknown); got != Blocked {
		t.Error(got)
	}
	if got := Worst(); got != Ready {
		t.Error(got)
	}
	if !slices.Contains(Methods(), "dns-01") {
		t.Error("dns-01 is no method")
	}
}
