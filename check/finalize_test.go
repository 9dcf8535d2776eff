package check

import (
	"testing"
	"time"

	"dns01/check/known"
	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// What the CA answers when CAA has turned against validations that it had:
// one identifier's own text, or a summary of several.
func TestFinalize(t *testing.T) {
	const forbidden = "Error finalizing order :: rechecking caa: While processing CAA for "
	for _, tt := range []struct {
		name   string
		ids    []string
		change func(world)
		want   *Refusal
	}{
		{"passes", []string{"example.com"}, func(world) {}, nil},
		{"one that is refused", []string{"*.example.com", "example.com"}, func(w world) {
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`, `0 issuewild ";"`))
		}, &Refusal{Problem: Problem{"finalize", "caa", forbidden + "*.example.com: CAA record for example.com prevents issuance"}}},
		{"trouble with the DNS is of type caa here", []string{"example.com"}, func(w world) {
			w.ask("com", "com", "CAA", lost(survey.Timeout))
		}, &Refusal{Problem: Problem{"finalize", "caa", forbidden + "example.com: DNS problem: query timed out looking up CAA for com"}}},
		{"several", []string{"www.example.com", "example.com", "mail.example.com"}, func(w world) {
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue ";"`))
			w.ask("example.com", "mail.example.com", "CAA", caaAnswer(`0 issue "letsencrypt.org"`))
		}, &Refusal{
			Problem: Problem{"finalize", "caa", `Error finalizing order :: Rechecking CAA for "example.com" and 1 more identifiers failed. Refer to sub-problems for more information`},
			Subproblems: []Subproblem{
				{"example.com", "caa", forbidden + "example.com: CAA record for example.com prevents issuance"},
				{"www.example.com", "caa", forbidden + "www.example.com: CAA record for example.com prevents issuance"},
			}}},
		{"one server of two refuses: it may pass", []string{"example.com"}, func(w world) {
			w.ask("example.com", "example.com", "CAA", noDataAnswer, caaAnswer(`0 issue ";"`))
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.ids...)
			tt.change(w)
			if diff := cmp.Diff(tt.want, judgeAll(t, w, letsEncrypt(v1)).Finalize); diff != "" {
				t.Errorf("at finalize (-want +got):\n%s", diff)
			}
		})
	}
}

// Where no validation lives longer than seven hours, none is rechecked.
func TestNotRechecked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Order)
		want   bool
	}{
		{"classic", func(*Order) {}, true},
		{"a profile of seven hours", func(o *Order) { o.Profile = "tlsserver" }, false},
		{"classic, once it has seven hours too", func(o *Order) { o.Now = time.Date(2028, 2, 16, 0, 0, 0, 0, time.UTC) }, false},
		{"a standing record", func(o *Order) { o.Challenge, o.Account = "dns-persist-01", "https://ca.example/1" }, false},
		{"a CA of which that is not known", func(o *Order) { o.CA, _ = known.Find("actalis") }, false},
	} {
		w := newWorld("example.com")
		w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue ";"`))
		o := letsEncrypt()
		tt.change(&o)
		r := judgeAll(t, w, o)
		if got := r.Finalize != nil; got != tt.want {
			t.Errorf("%s: refused at finalize: %t", tt.name, got)
		}
	}
}

// The whole order is refused for one name, with what is wrong with each of
// several as the CA lists them.
func TestNewOrderRefusal(t *testing.T) {
	w := newWorld("a_b.example.com", "example.com", "ab--c.example.com")
	r := judgeAll(t, w, letsEncrypt())
	want := &Refusal{
		Problem: Problem{"new-order", "rejectedIdentifier",
			`Invalid identifiers requested :: Cannot issue for "a_b.example.com": Domain name contains an invalid character (and 1 more problems. Refer to sub-problems for more information.)`},
		Subproblems: []Subproblem{
			{"a_b.example.com", "malformed", "Invalid identifiers requested :: Domain name contains an invalid character"},
			{"ab--c.example.com", "rejectedIdentifier", "Invalid identifiers requested :: Domain name contains an invalid label in a reserved format (R-LDH: '??--')"},
		},
	}
	if diff := cmp.Diff(want, r.NewOrder); diff != "" {
		t.Errorf("at new-order (-want +got):\n%s", diff)
	}
}
