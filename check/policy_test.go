package check

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPolicy(t *testing.T) {
	label := strings.Repeat("a", 61)
	long := label + "." + label + "." + label + "." + strings.Repeat("a", 42) + ".example.com"
	var hundred []string
	for i := range 101 {
		hundred = append(hundred, fmt.Sprintf("h%d.example.com", i))
	}
	runVerdicts(t, []verdictTest{
		{name: "a wildcard over a public suffix", ids: []string{"*.co.uk"}, verdict: Blocked, want: []string{"error name-is-public-suffix"}},
		{name: "too long for a challenge name", ids: []string{long}, verdict: Blocked, want: []string{"error name-too-long-for-challenge"}},
		{name: "too many names", ids: hundred, values: []string{}, verdict: Blocked, want: []string{"error order-too-large"}},
		{name: "too many names, with values of several orders", ids: hundred, verdict: Ready, want: []string{"note order-too-large", "note caa-query-burst"}},
		{name: "given twice", ids: []string{"example.com", "example.com"}, verdict: Ready, want: []string{"note order-duplicate-names"}},
		{name: "a TLD that is not listed and exists", ids: []string{"host.internal"}, verdict: Ready, want: []string{"note name-has-no-public-suffix"}, change: func(w world, _ *Order) {
			w.zone("internal", ".", "a.nic.internal 198.51.100.30").Public = true
			w.zone("host.internal", "internal", "ns1.host.internal 203.0.113.1", "ns2.host.internal 203.0.113.2")
			w.start("host.internal", "CAA", "host.internal")
			w.ask("host.internal", "host.internal", "CAA", noDataAnswer)
			w.start("internal", "CAA", "internal")
			w.ask("internal", "internal", "CAA", noDataAnswer)
			w.start("_acme-challenge.host.internal", "TXT", "host.internal")
			w.ask("host.internal", "_acme-challenge.host.internal", "TXT", txtAnswer(v1))
		}},
		{name: "not looked up", verdict: Blocked, want: []string{"error name-invalid"}, change: func(w world, _ *Order) {
			w.Identifiers[0].Invalid = "the label is too long"
		}},
	})
}

// The whole order is refused with one text; it stands with those to blame.
func TestNewOrderPrediction(t *testing.T) {
	w := newWorld("a_b.example.com", "c_d.example.com", "example.com")
	r := judgeAll(t, w, letsEncrypt(v1))
	want := []Problem{{"new-order", "rejectedIdentifier",
		`Invalid identifiers requested :: Cannot issue for "a_b.example.com": Domain name contains an invalid character (and 1 more problems. Refer to sub-problems for more information.)`}}
	for _, id := range r.Identifiers[:2] {
		if diff := cmp.Diff(want, id.Predicted); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id.Identifier, diff)
		}
	}
	if got := r.Identifiers[2]; got.Verdict != Ready || got.Predicted != nil {
		t.Errorf("%s: %s, predicted %v", got.Identifier, got.Verdict, got.Predicted)
	}
}
