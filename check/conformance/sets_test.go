package conformance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"dns01/caa"

	"github.com/google/go-cmp/cmp"
)

var sets = flag.Int("sets", 3000, "how many CAA sets to compare")

// What dns01/caa decides about a set is what the CA decides, for every method
// and without a DNS between them.
func TestRelevantSets(t *testing.T) {
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	profile, ok := caa.ProfileNamed(reading)
	if !ok {
		t.Fatalf("no profile %s", reading)
	}
	for i := range uint64(*sets) {
		w, method := generateSet(*first + i)
		for _, az := range w.Authorizations {
			want, err := a.CheckCAA(t.Context(), w, az.Identifier, method)
			if err != nil {
				t.Fatalf("set %d: %v", w.Seed, err)
			}
			if diff := cmp.Diff(want, decide(w, az.Identifier, method, profile)); diff != "" {
				t.Errorf("set %d, %s by %s: -CA +dns01\n%s%s\nagain: go test . -run TestRelevantSets -sets 1 -first %d",
					w.Seed, az.Identifier, method, diff, w.Scenario(), w.Seed)
			}
		}
	}
}

// generateSet makes a world with a CAA set at the identifier's name, and
// perhaps one above, and the method of the validation.
func generateSet(seed uint64) (*World, string) {
	g := generator{rand.New(rand.NewPCG(seed, 2)), &World{
		Seed:  seed,
		Nodes: map[string]*Node{},
		Fates: map[Question]Fate{},
	}}
	g.identity()
	g.w.Method = dns01
	g.zones()
	g.w.node(g.w.Base).CAA = g.set()
	if g.chance(30) {
		g.w.node(up(g.w.Base)).CAA = g.set()
	}
	return g.w, pick(g, "dns-01", "dns-01", "http-01", "tls-alpn-01", "dns-account-01", "dns-persist-01")
}

// decide is the CA's answer as dns01/caa has it.
func decide(w *World, identifier, method string, p caa.Profile) *Problem {
	prefix := fmt.Sprintf("While processing CAA for %s: ", identifier)
	var climb []caa.Answer
	for _, name := range caa.Climb(identifier) {
		climb = append(climb, answerAt(w, name))
	}
	selected := caa.Select(climb, p)
	if selected.Failed >= 0 {
		return &Problem{"dns", prefix + "DNS problem: server failure at resolver looking up CAA for " + climb[selected.Failed].Name}
	}
	d := caa.Decide(selected.Records, caa.Request{
		Issuers:         []string{Issuer},
		Wildcard:        strings.HasPrefix(identifier, "*."),
		Account:         fmt.Sprintf("%s%d", AccountPrefixes[0], w.Account),
		AccountPrefixes: AccountPrefixes,
		Method:          method,
	}, p)
	if d.Allowed {
		return nil
	}
	return &Problem{"caa", prefix + fmt.Sprintf("CAA record for %s prevents issuance", climb[selected.Relevant].Name)}
}

// answerAt is the lookup at one name: RDATA that does not parse spoils it.
func answerAt(w *World, name string) caa.Answer {
	a := caa.Answer{Name: name}
	if n := w.Nodes[name]; n != nil {
		for _, rdata := range n.CAA {
			r, err := caa.Parse(rdata)
			a.Failed = a.Failed || err != nil
			a.Records = append(a.Records, r)
		}
	}
	return a
}
