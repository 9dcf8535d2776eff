package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dns01/resolver"
)

// fromHere is what faults call the place where a world is asked from, unless by a
// perspective.
const fromHere = "here"

// A placeText is a line of the perspectives section.
type placeText struct{ name, rir string }

// registries are the regional internet registries.
var registries = []string{"ARIN", "RIPE NCC", "APNIC", "LACNIC", "AFRINIC"}

// readPlace takes "NAME REGISTRY".
func (s *Scenario) readPlace(words []string) error {
	p := placeText{words[0], strings.Join(words[1:], " ")}
	switch {
	case !slices.Contains(registries, p.rir):
		return fmt.Errorf("%q is not a registry: want one of %s", p.rir, strings.Join(registries, ", "))
	case p.name == fromHere:
		return fmt.Errorf("%q is where the world is asked from anyway", fromHere)
	case slices.ContainsFunc(s.places, func(o placeText) bool { return o.name == p.name }):
		return fmt.Errorf("%s is listed twice", p.name)
	}
	s.places = append(s.places, p)
	return nil
}

// checkPlaces wants the places that faults name to be there.
func (s *Scenario) checkPlaces() error {
	for _, l := range s.faults {
		for _, from := range l.from {
			if from != "" && !slices.ContainsFunc(s.places, func(p placeText) bool { return p.name == from }) {
				return l.errorf("from=%s is not among the perspectives", from)
			}
		}
	}
	return nil
}

// A Perspective is another place that a world can be asked from. It has a
// network of its own, with nothing wrong: what the network section says is
// about the place here. Queries from there are not in the log.
type Perspective struct {
	Name string
	RIR  string // the registry in whose region it stands
	resolver.Exchanger
}

// Perspectives returns the other places, in the order of the file.
func (w *World) Perspectives() []Perspective {
	var ps []Perspective
	for _, p := range w.places {
		ps = append(ps, Perspective{p.name, p.rir, door{w, p.name}})
	}
	return ps
}

// A door is the way into a world from one of its perspectives.
type door struct {
	w    *World
	from string
}

func (d door) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	_, r, err := d.w.exchange(ctx, q, socket{from: d.from})
	return r, err
}
