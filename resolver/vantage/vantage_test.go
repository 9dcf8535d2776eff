package vantage

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/survey"
)

// mixed is a survey of one name that is looked up, one that the CA refuses for
// what it is called, and one that no DNS can look up.
func mixed() *survey.Survey {
	s := &survey.Survey{Starts: map[survey.Question]string{}}
	for _, id := range []survey.Identifier{
		{Name: "example.com", Challenge: "_acme-challenge.example.com", CAA: []string{"example.com", "com"}},
		{Name: "a_b.example.com", Challenge: "_acme-challenge.a_b.example.com", CAA: []string{"a_b.example.com", "example.com", "com"}, Unasked: true},
		{Name: "..", Invalid: "not a name that the DNS can look up"},
	} {
		s.Identifiers = append(s.Identifiers, id)
		q := survey.Question{Name: id.Challenge, Type: "TXT"}
		s.Starts[q] = "example.com"
		s.Lookups = append(s.Lookups, &survey.Lookup{Zone: "example.com", Question: q, Answers: []*survey.Answer{
			{Question: q, Server: "ns1.example.com", Addr: netip.MustParseAddr("93.184.216.34"), Status: survey.NXDomain},
		}})
	}
	return s
}

// What the CA refuses before it looks, no place elsewhere is asked about.
func TestWhatIsRefusedUnseenIsNotAskedElsewhere(t *testing.T) {
	want := []survey.Question{{Name: "_acme-challenge.example.com", Type: "TXT"}, {Name: "example.com", Type: "CAA"}, {Name: "com", Type: "CAA"}}
	if d := cmp.Diff(want, Questions(mixed())); d != "" {
		t.Errorf("questions (-want +got):\n%s", d)
	}
	var at []string
	for _, s := range ServersOf(mixed()) {
		at = append(at, s.Question.Name+" at "+s.Name)
	}
	if d := cmp.Diff([]string{"_acme-challenge.example.com at ns1.example.com"}, at); d != "" {
		t.Errorf("servers (-want +got):\n%s", d)
	}
}

// noted is an engine that counts how often it is asked.
type noted struct{ asked int }

func (n *noted) Name() string       { return "noted" }
func (n *noted) Cost(Target) string { return "" }

func (n *noted) Look(context.Context, Target) (Sight, error) {
	n.asked++
	return Sight{}, nil
}

// An order whose names are all refused unseen costs no engine anything, and
// that is said.
func TestNoEngineIsAskedForNothing(t *testing.T) {
	s, engine := mixed(), &noted{}
	Look(t.Context(), Target{Survey: s}, []Vantage{engine})
	if engine.asked != 1 {
		t.Fatalf("asked %d times about a name that is looked up", engine.asked)
	}
	s = mixed()
	s.Identifiers = s.Identifiers[1:]
	Look(t.Context(), Target{Survey: s}, []Vantage{engine})
	want := []survey.Vantage{{Name: "noted", Failure: "the CA refuses these names without looking, so that no place was asked"}}
	if d := cmp.Diff(want, s.Vantages); d != "" || engine.asked != 1 {
		t.Errorf("asked %d times (-want +got):\n%s", engine.asked, d)
	}
}

// What was not looked at elsewhere, since the run ended, is not taken for fine.
func TestLookThatIsCutShortLeavesAGap(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := mixed()
	Look(ctx, Target{Survey: s}, []Vantage{&noted{}})
	if len(s.Gaps) > 0 {
		t.Errorf("gaps %v, and the run went on", s.Gaps)
	}
	cancel()
	Look(ctx, Target{Survey: s}, []Vantage{&noted{}})
	if want := []survey.Gap{{Reason: "interrupted"}}; !slices.Equal(want, s.Gaps) {
		t.Errorf("gaps %v, want %v", s.Gaps, want)
	}
}
