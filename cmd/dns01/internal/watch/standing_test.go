package watch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

var letters = map[rune]check.Verdict{
	'r': check.Ready, 'a': check.AtRisk, 't': check.Retry, 'b': check.Blocked, '?': check.Unknown,
}

// A verdict that changes has to be told once, when it is sure; what is not
// known must wake nobody up unless it lasts; and one that keeps changing must
// not call somebody each time.
func TestStanding(t *testing.T) {
	tests := []struct {
		name  string
		inRow int
		looks string // one an hour
		want  string // hour: kind from>to
	}{
		{"ready from the beginning", 2, "rrrr", ""},
		{"blocked from the beginning", 2, "bbb", "1: changed >blocked"},
		{"one look is no change", 2, "rrbrrbrr", ""},
		{"two are", 2, "rrbbb", "3: changed ready>blocked"},
		{"and back", 2, "rbbbrrr", "2: changed ready>blocked, 5: changed blocked>ready"},
		{"at once where so wished", 1, "rbr", "1: changed ready>blocked, 2: changed blocked>ready"},
		{"three are wished", 3, "rbbrbbb", "6: changed ready>blocked"},
		{"bad each time, but differently", 2, "rabab", "4: changed ready>blocked"},
		{"what is not known neither confirms nor contradicts", 2, "rb?b", "3: changed ready>blocked"},
		{"not known for a while", 2, "r??r", ""},
		{"not known for long", 2, "r?????rr", "4: changed ready>unknown, 7: changed unknown>ready"},
		{"never known", 2, "?????", "3: changed >unknown"},
		{"flapping, then settled", 1, "rbrbrbrbrrrrrrrrr", "1: changed ready>blocked, 2: changed blocked>ready, 3: changed ready>blocked, 4: changed blocked>ready, 5: flapping ready>blocked, 14: settled blocked>ready"},
		{"flapping, then not known", 1, "rbrbrb???????????", "1: changed ready>blocked, 2: changed blocked>ready, 3: changed ready>blocked, 4: changed blocked>ready, 5: flapping ready>blocked, 15: settled blocked>unknown"},
		{"often, but over a long time", 1, "rbbbbbrrrrrbbbbbrrrrrbbbbbrrrrr", "1: changed ready>blocked, 6: changed blocked>ready, 11: changed ready>blocked, 16: changed blocked>ready, 21: changed ready>blocked, 26: changed blocked>ready"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Damping{InRow: tt.inRow, Unknown: 3 * time.Hour, Most: 4, Window: 12 * time.Hour}
			var s standing
			var got []string
			for hour, l := range tt.looks {
				x, tell := s.see(letters[l], time.Unix(0, 0).Add(time.Duration(hour)*time.Hour), d)
				if tell {
					got = append(got, fmt.Sprintf("%d: %s %s>%s", hour, x.Event, x.From, x.To))
				}
			}
			if d := cmp.Diff(tt.want, strings.Join(got, ", ")); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// Whatever comes, what was told last is what is so once nothing changes any
// more: an alarm that is never called off, or a fault that nobody hears of, is
// the worst that a watch can do.
func FuzzStanding(f *testing.F) {
	f.Add("rbrbrb?ta", uint8(2))
	f.Add("????bbbbrrrr", uint8(1))
	f.Fuzz(func(t *testing.T, looks string, inRow uint8) {
		d := Damping{InRow: 1 + int(inRow)%5, Unknown: 3 * time.Hour, Most: 4, Window: 12 * time.Hour}
		var s standing
		at, heard := time.Unix(0, 0), check.Verdict("")
		see := func(v check.Verdict) {
			at = at.Add(time.Hour)
			x, tell := s.see(v, at, d)
			if !tell {
				return
			}
			if x.From != heard {
				t.Fatalf("told %s>%s where %q was told before", x.From, x.To, heard)
			}
			heard = x.To
		}
		last := check.Ready
		for _, l := range looks {
			if v, ok := letters[l]; ok {
				see(v)
				if heard == "" && s.verdict == check.Ready {
					heard = check.Ready // need not be told
				}
				last = v
			}
		}
		for range 40 {
			see(last)
			if heard == "" && s.verdict == check.Ready {
				heard = check.Ready
			}
		}
		if heard != last || s.flapping || s.pending() {
			t.Errorf("%q: told %q, %q is so: %+v", looks, heard, last, s)
		}
		if len(s.changes) > d.Most {
			t.Errorf("%d changes are kept", len(s.changes))
		}
	})
}
