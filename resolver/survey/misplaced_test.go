package survey_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

const sought = "_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"

// astrayWorld is example.com with a subdomain of its own zone, and what the
// records say.
func astrayWorld(records string) string {
	return `astray
-- target --
example.com
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 203.0.113.1
ns1.example.net 192.0.2.129
-- zone example.com @ ns1.example.com ns2.example.com --
@ CAA 0 issue "ca.example"
` + strings.ReplaceAll(records, "VALUE", `60 TXT "`+sought+`"`) + "\n"
}

// survey1 surveys names of a world for a value, and returns the world for its
// log.
func survey1(t *testing.T, text string, names []string, seek map[string][]string, caches ...survey.Resolver) (s *survey.Survey, w *lab.World) {
	t.Helper()
	w = worldOf(t, text)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		client := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(1, 1))})
		s = survey.Take(ctx, survey.Target{Names: names, Seek: seek}, survey.Options{
			Client: client, Exchanger: w, Resolvers: caches, Probes: survey.ProbesDefault,
		})
	})
	return s, w
}

// Wherever a value is likely to have gone, it is found there, and the place is
// told with what is wrong about it.
func TestMisplaced(t *testing.T) {
	tests := []struct {
		name    string
		names   string
		records string
		want    []string // "how name"
	}{
		{"the zone appended twice", "example.com", "_acme-challenge.example.com VALUE", []string{"zone-doubled _acme-challenge.example.com.example.com"}},
		{"the zone appended below a host", "www.example.com", "_acme-challenge.www.example.com VALUE", []string{"zone-doubled _acme-challenge.www.example.com.example.com"}},
		{"the label forgotten", "example.com", "@ VALUE", []string{"at-base example.com"}},
		{"the host's value at its domain", "www.example.com", "_acme-challenge VALUE", []string{"one-up _acme-challenge.example.com"}},
		{"far above", "a.b.c.example.com", "_acme-challenge VALUE", []string{"at-apex _acme-challenge.example.com"}},
		{"one label below", "example.com", "_acme-challenge.www VALUE", []string{"one-down _acme-challenge.www.example.com"}},
		{"an asterisk in the name", "*.example.com", "_acme-challenge.* VALUE", []string{"literal-wildcard _acme-challenge.*.example.com"}},
		{"an escaped asterisk", "*.example.com", `_acme-challenge.\\* VALUE`, []string{`literal-wildcard _acme-challenge.\\*.example.com`}},
		{"no underscore", "example.com", "acme-challenge VALUE", []string{"misspelt acme-challenge.example.com"}},
		{"a misspelt label", "example.com", "_acme-challange VALUE", []string{"misspelt _acme-challange.example.com"}},
		{"the label twice", "example.com", "_acme-challenge._acme-challenge VALUE", []string{"challenge-doubled _acme-challenge._acme-challenge.example.com"}},
		{"the name of another challenge type", "example.com", "_validation-persist VALUE", []string{"persist-name _validation-persist.example.com"}},
		{"below the alias's target", "example.com", "_acme-challenge CNAME v.example.net.\n-- zone example.net @ ns1.example.net --\n_acme-challenge.v VALUE", []string{"below-target _acme-challenge.v.example.net"}},
		{"above the alias's target", "example.com", "_acme-challenge CNAME _acme-challenge.v.example.net.\n-- zone example.net @ ns1.example.net --\nv VALUE", []string{"above-target v.example.net"}},
		{"the target's zone appended twice", "example.com", "_acme-challenge CNAME v.example.net.\n-- zone example.net @ ns1.example.net --\nv.example.net VALUE", []string{"target-doubled v.example.net.example.net"}},
		{"two places", "example.com", "@ VALUE\nacme-challenge VALUE", []string{"at-base example.com", "misspelt acme-challenge.example.com"}},
		{"nowhere", "example.com", "www A 192.0.2.80", nil},
		{"where it belongs", "example.com", "_acme-challenge VALUE\n@ VALUE", nil},
		{"a wildcard everywhere", "www.example.com", "* VALUE\nwww A 192.0.2.80", nil},
		{"a wildcard that hides whether it stands there", "www.example.com", "* VALUE\nwww VALUE", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, w := survey1(t, astrayWorld(tt.records), strings.Fields(tt.names), map[string][]string{"": {sought}})
			var got []string
			for _, p := range s.Misplaced {
				got = append(got, fmt.Sprintf("%s %s", p.How, p.Name))
				if p.Value != sought || p.Server == "" || len(p.Exchanges) == 0 || !strings.HasPrefix(p.Challenge, "_acme-challenge.") {
					t.Errorf("incomplete: %+v", p)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			without, w0 := survey1(t, astrayWorld(tt.records), strings.Fields(tt.names), nil)
			if len(without.Misplaced) > 0 {
				t.Errorf("found unasked: %v", without.Misplaced)
			}
			// Fourteen names at most, and a random sibling where one has it.
			if extra := len(w.Log()) - len(w0.Log()); extra > 14+len(tt.want)+3 {
				t.Errorf("%d questions to find it", extra)
			}
		})
	}
}

// Values for one identifier are not looked for at another's.
func TestSoughtByIdentifier(t *testing.T) {
	s, _ := survey1(t, astrayWorld("www.example.com VALUE\nwww VALUE"), []string{"example.com", "www.example.com"},
		map[string][]string{"example.com": {sought}})
	for _, p := range s.Misplaced {
		if p.Challenge != "_acme-challenge.example.com" {
			t.Errorf("%s is looked for from %s", p.Value, p.Challenge)
		}
	}
}

// A zone that does not answer is not asked over and over for lost values.
func TestNothingSoughtInSilence(t *testing.T) {
	dead := astrayWorld("@ VALUE") + "-- faults --\nns1.example.com drop\nns2.example.com drop\n"
	_, with := survey1(t, dead, []string{"example.com"}, map[string][]string{"": {sought}})
	_, without := survey1(t, dead, []string{"example.com"}, nil)
	if a, b := len(with.Log()), len(without.Log()); a != b {
		t.Errorf("%d questions, %d without a value to find", a, b)
	}
}

// A wildcard that a challenge record would cut off is seen, for one question
// where there is none.
func TestCoverings(t *testing.T) {
	tests := []struct {
		name, records string
		want          []string // "above base exists"
	}{
		{"no wildcard", "foo.apps A 192.0.2.80", nil},
		{"a wildcard answers for the name", "*.apps A 192.0.2.80", []string{"apps.example.com foo.apps.example.com false"}},
		{"one that has IPv6 alone", "*.apps AAAA 2001:db8::80", []string{"apps.example.com foo.apps.example.com false"}},
		{"one that is an alias", "*.apps CNAME www.example.net.", []string{"apps.example.com foo.apps.example.com false"}},
		{"one further up", "* A 192.0.2.80", []string{"apps.example.com foo.apps.example.com false"}},
		{"the name has an address of its own", "*.apps A 192.0.2.80\nfoo.apps A 192.0.2.81", nil},
		{"the name has an address of the other family", "*.apps A 192.0.2.80\nfoo.apps AAAA 2001:db8::81", nil},
		{"the challenge is there and cuts it off", "*.apps A 192.0.2.80\n_acme-challenge.foo.apps VALUE", []string{"apps.example.com foo.apps.example.com true"}},
		{"a wildcard below the name", "*.apps A 192.0.2.80\n*.foo.apps A 192.0.2.81", nil},
		{"a wildcard of text alone", "*.apps TXT x", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := survey1(t, astrayWorld(tt.records), []string{"foo.apps.example.com", "*.foo.apps.example.com"}, nil)
			var got []string
			for _, c := range s.Coverings {
				got = append(got, fmt.Sprintf("%s %s %t", c.Above, c.Base, c.Exists))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
