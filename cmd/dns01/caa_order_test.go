package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"dns01/resolver/lab"
)

// largeOrder is a world with 99 names below one parent.
func largeOrder(t *testing.T) (*lab.Scenario, []string) {
	t.Helper()
	var names []string
	zone := "@ CAA 0 issue \"letsencrypt.org\"\n"
	for i := range 99 {
		names = append(names, fmt.Sprintf("host%02d.eu.example.com", i))
		zone += fmt.Sprintf("host%02d.eu A 192.0.2.80\n", i)
	}
	text := "A large order\nNinety-nine names below one parent.\n\n-- target --\n" + names[0] +
		"\n-- servers --\nns1.example.com 192.0.2.1\nns2.example.com 203.0.113.1\n" +
		"-- zone example.com @ ns1.example.com ns2.example.com --\n" + zone + "-- want --\nverdict ready\nqueries 999\n"
	s, err := lab.Parse("large-order", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s, names
}

// A large order asks each name of its climbs once a server, and tells how many
// queries it is to the CA: a client that asked more would itself cause the
// limits it warns of.
func TestLargeOrderAsksEachNameOnce(t *testing.T) {
	s, names := largeOrder(t)
	const labels, perspectives = 99 * 4, 5
	for command, estimate := range map[string]func([]byte) (int, error){"check": checkEstimate, "caa": caaEstimate} {
		t.Run(command, func(t *testing.T) {
			var asked map[string]int
			synctest.Test(t, func(t *testing.T) {
				p, stdout, stderr := newProgram(t, append([]string{command, "--json"}, names...)...)
				p.rand = rand.New(always(0))
				var err error
				if p.world, err = labWorld(s); err != nil {
					t.Fatal(err)
				}
				if status := p.run(t.Context()); status != statusOK {
					t.Fatalf("status %d: %s", status, stderr)
				}
				asked = caaAsked(p.world.exchanger.(*lab.World).Log())
				if n, err := estimate(stdout.Bytes()); err != nil || n != labels*perspectives {
					t.Errorf("%d CAA queries estimated (%v), want %d", n, err, labels*perspectives)
				}
			})
			for question, n := range asked {
				if n > 1 {
					t.Errorf("%s: asked %d times", question, n)
				}
			}
			if len(asked) < len(names) {
				t.Errorf("%d questions asked for %d names", len(asked), len(names))
			}
		})
	}
}

// checkEstimate and caaEstimate are the CAA queries that the CA will send, as
// the documents of the two commands tell.
func checkEstimate(doc []byte) (int, error) {
	var d struct {
		Queries struct {
			CAA struct {
				Estimated int `json:"estimated_at_ca"`
			} `json:"caa"`
		} `json:"queries"`
	}
	err := json.Unmarshal(doc, &d)
	return d.Queries.CAA.Estimated, err
}

func caaEstimate(doc []byte) (int, error) {
	var d struct {
		CAs []struct {
			Estimated int `json:"estimated_queries"`
		} `json:"cas"`
	}
	if err := json.Unmarshal(doc, &d); err != nil || len(d.CAs) != 1 {
		return 0, fmt.Errorf("%d CAs: %w", len(d.CAs), err)
	}
	return d.CAs[0].Estimated, nil
}

// caaAsked counts the CAA queries by server and name.
func caaAsked(log []lab.Arrival) map[string]int {
	n := map[string]int{}
	for _, a := range log {
		if a.Type == "CAA" {
			n[fmt.Sprintf("%s CAA at %s", strings.ToLower(a.Name), a.Server)]++
		}
	}
	return n
}
