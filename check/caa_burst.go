package check

import (
	"fmt"
	"strings"

	"dns01/resolver/survey"
)

// manyAtOnce is how many CAA queries at once are many for one address: more
// than name servers commonly let one client have in a second before they slow
// it down (100 is what this program allows itself).
const manyAtOnce = 100

// queryBursts notes zones whose servers get very many CAA queries of this
// order at once: a client starts all challenges together, and the CA asks for
// every name of every climb, from every perspective.
func (j *judge) queryBursts() {
	perspectives := 1
	if j.ca != nil {
		remotes, _ := j.ca.Perspectives.RemotesAt(j.o.Now)
		perspectives += remotes
	}
	labels := map[string]int{}
	concerned := map[string][]string{}
	for _, id := range j.s.Identifiers {
		if _, refused := j.refused[id.Name]; refused || id.Invalid != "" {
			continue
		}
		for _, name := range id.CAA {
			if l := j.start(survey.Question{Name: name, Type: "CAA"}); l != nil && !j.registry(l.Zone) {
				labels[l.Zone]++
				concerned[l.Zone] = unite(concerned[l.Zone], []string{id.Name})
			}
		}
	}
	for zone, n := range labels {
		servers := j.addresses(zone)
		if servers == 0 || n*perspectives/servers <= manyAtOnce {
			continue
		}
		for _, id := range concerned[zone] {
			j.raise(id, j.burst(zone, n, perspectives, servers, len(concerned[zone])), place{})
		}
	}
}

// burst tells of one zone.
func (j *judge) burst(zone string, labels, perspectives, servers, identifiers int) Finding {
	f := finding("caa-query-burst", zone, fmt.Sprintf(
		"For the %s below %s, %s sends %d CAA queries to %s: %s, from %s. %s",
		count(identifiers, "identifier"), zone, j.caName(), labels*perspectives, countOf(servers, "address", "addresses"),
		count(labels, "name"), count(perspectives, "perspective"), j.saved()))
	f.Fix = "Start the challenges of a few names at a time, order fewer names together, or a wildcard in the place of names beside each other."
	return f
}

// saved tells what a CAA record at each of the names would change.
func (j *judge) saved() string {
	if j.ca != nil && strings.HasPrefix(j.ca.CAAReading, "boulder") {
		return "A CAA record at each name saves none of them, since all are sent at once; it keeps those that fail further up from counting."
	}
	return "A CAA record at each name lets a CA that asks one name after another stop there."
}

// countOf is count for nouns with a plural of their own.
func countOf(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, verb(n, one, many))
}
