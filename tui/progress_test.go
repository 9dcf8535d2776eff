package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/survey"
)

// A stage may begin before the last reply of the one before: "4 of 2 answered"
// would make people doubt the rest.
func TestAReplyCountsForTheStageThatAsked(t *testing.T) {
	p := progress{stage: survey.Resolving}
	for _, e := range []survey.Event{
		survey.Sent{}, survey.Sent{}, survey.Received{},
		survey.StageBegun{Stage: survey.Seeking},
		survey.Received{}, survey.Sent{}, survey.Received{},
	} {
		p = p.with(e)
	}
	if diff := cmp.Diff([4]int{2, 1}, p.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([4]int{2, 1}, p.received); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}
