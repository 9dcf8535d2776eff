package survey_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver"
	"dns01/resolver/dnssec"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/testdata"
)

// What a resolver elsewhere would give out decides whether that perspective
// passes: an answer that validation throws away is none, and silence is not
// the same as an error.
func TestConclude(t *testing.T) {
	txt := survey.Question{Name: "_acme-challenge.example.com", Type: "TXT"}
	for _, tt := range []struct {
		world  string
		q      survey.Question
		status survey.Status
		texts  []string
	}{
		{"healthy", survey.Question{Name: "example.com", Type: "CAA"}, survey.Answered, []string{`0 issue "letsencrypt.org"`}},
		{"healthy", survey.Question{Name: "com", Type: "CAA"}, survey.NoData, nil},
		{"healthy", survey.Question{Name: "_acme-challenge.www.example.com", Type: "TXT"}, survey.NXDomain, nil},
		{"all-silent", txt, survey.Timeout, nil},
		{"all-lame", txt, survey.Lame, nil},
		{"private-addresses-only", txt, survey.NotAsked, nil},
		{"dnssec-expired", txt, survey.Lame, nil},
	} {
		t.Run(tt.world+" "+tt.q.Name+" "+tt.q.Type, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := concludedIn(t, tt.world, tt.q)
				var texts []string
				for _, r := range got.Records {
					texts = append(texts, r.Text)
				}
				if d := cmp.Diff(tt.texts, texts); got.Status != tt.status || got.Question != tt.q || d != "" {
					t.Errorf("%+v, want %s; records (-want +got):\n%s", got, tt.status, d)
				}
			})
		})
	}
}

func concludedIn(t *testing.T, name string, q survey.Question) survey.PerspectiveAnswer {
	t.Helper()
	data, err := testdata.Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := lab.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: w.Public()})
	v := dnssec.New(dnssec.Config{Anchors: w.Anchors(), Now: w.Epoch, Fetch: c.Fetch})
	a := survey.Conclude(t.Context(), c, v, q)
	c.Wait()
	return a
}
