package survey

import (
	"net/netip"

	"dns01/resolver"
)

// A lookup gathers a [Lookup]. Its fields are guarded by the taker's mutex.
type lookup struct {
	Lookup
	t      *taker
	led    map[string]bool // where its answers have led already
	ways   int             // aliases among these
	probed bool            // for a wildcard
	wild   string          // what a random sibling answers, see signature
}

type lookupKey struct {
	zone string
	Question
}

// lookup returns a new gatherer for q at d's zone, or nil if there is one
// already, or too many.
func (t *taker) lookup(d *resolver.Delegation, q Question) *lookup {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := lookupKey{d.Zone, q}
	if _, ok := t.lookups[key]; ok || len(t.lookups) >= maxLookups {
		return nil
	}
	l := &lookup{Lookup: Lookup{Zone: d.Zone, Question: q}, t: t, led: map[string]bool{}}
	t.lookups[key] = l
	return l
}

// lookupOf returns the gatherer for a question at a zone that has one, or nil.
func (t *taker) lookupOf(zone string, q Question) *lookup {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lookups[lookupKey{zone, q}]
}

// first reports whether a lookup leads to a place for the first time.
func (t *taker) first(l *lookup, place string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.led[place] {
		return false
	}
	l.led[place] = true
	return true
}

// branches reports whether one more alias that servers of a zone have for a
// name is followed. They may all have another one, and the servers of its
// target too: of a fan that somebody has spread for us the rest is a gap.
func (t *taker) branches(l *lookup) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.ways++; l.ways == 1 {
		return true
	}
	t.spread++
	return l.ways <= maxWays && t.spread <= maxSpread*len(t.s.Identifiers)
}

func (l *lookup) cut(why string) {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	l.Cut = why
}

// usable counts the answers that a resolver would take.
func (l *lookup) usable() int {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	n := 0
	for _, a := range l.Answers {
		if a.Status.Usable() {
			n++
		}
	}
	return n
}

// has reports whether an address has been asked.
func (l *lookup) has(addr netip.Addr) bool {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	for _, a := range l.Answers {
		if a.Addr == addr {
			return true
		}
	}
	return false
}
