package plan

import (
	"slices"

	"dns01/check"
	"dns01/check/known"
)

// A Holder is a name that holds validation values, of one identifier or of
// several.
type Holder struct {
	Name        string
	Challenges  []string // whose values it holds
	Identifiers []string

	PerOrder int // values that one order for all the names needs there
	AtOnce   int // values that all machines together need, when nobody waits
	// Capacity is how many of this plan's values it can hold at a time, and
	// Limit what sets that.
	Capacity int
	Limit    Limit

	Service string // ID of a known.Target, or ""
	Slots   int    // values that the service keeps; 0 when not limited
	// Now is the size of the TXT answer as it is, 0 when not known; Bytes
	// that with AtOnce values more.
	Now, Bytes int
	RoomAt     map[int]int // values of this plan that fit, by limit in octets

	empty int // octets of the answer without a value of this plan
}

// A Limit is what sets how many values a name can hold.
type Limit string

// The limits.
const (
	Slots   Limit = "slots"   // the service keeps so many
	DocCap  Limit = "4096"    // octets from which Let's Encrypt's documentation warns
	Forever Limit = "persist" // one record stands for all orders
)

// holders gathers the names that hold values, in the order of the challenges.
func holders(r Request, cs []Challenge) []Holder {
	var hs []Holder
	for _, c := range cs {
		t, ok := known.TargetOf(c.Target)
		name := c.Target
		if ok {
			name = t.Slot(name)
		}
		i := slices.IndexFunc(hs, func(h Holder) bool { return h.Name == name })
		if i < 0 {
			i = len(hs)
			h := Holder{Name: name}
			if ok {
				h.Service, h.Slots = t.ID, t.Slots
			}
			hs = append(hs, h)
		}
		h := &hs[i]
		h.Challenges = unique(append(h.Challenges, c.Name))
		h.Identifiers = append(h.Identifiers, c.Identifier)
		h.see(r, c)
	}
	for i := range hs {
		hs[i].measure(r)
	}
	return hs
}

// see takes over what was seen at a challenge.
func (h *Holder) see(r Request, c Challenge) {
	s, ok := r.Seen[c.Identifier]
	if !ok || s.Name != c.Name {
		if h.empty == 0 {
			h.empty = check.TXTMessage{Question: c.Target, MixedCase: true}.Size()
		}
		return
	}
	h.Service, h.Slots = s.Service, s.Slots
	h.Now = max(h.Now, s.Bytes)
	h.empty = max(h.empty, s.Forecast-s.Needed*check.ValueSize())
}

// measure says how many values it can hold.
func (h *Holder) measure(r Request) {
	h.PerOrder = len(h.Identifiers)
	h.AtOnce = h.PerOrder * r.Machines
	if r.Challenge == account01 {
		// Each account has a name of its own.
		h.AtOnce = h.PerOrder * ((r.Machines + r.Accounts - 1) / r.Accounts)
	}
	h.RoomAt = map[int]int{}
	for _, limit := range check.SizeLimits() {
		h.RoomAt[limit] = check.RoomWithin(h.empty, limit)
	}
	h.Bytes = h.empty + h.AtOnce*check.ValueSize()
	switch {
	case r.Challenge == persist01:
		h.PerOrder, h.AtOnce, h.Bytes = 0, 0, 0
		h.Capacity, h.Limit = 1, Forever
	case h.Slots > 0:
		h.Capacity, h.Limit = h.Slots, Slots
	default:
		h.Capacity, h.Limit = h.RoomAt[4096], DocCap
	}
}

// Fits reports whether it holds the values of all machines at once.
func (h Holder) Fits() bool { return h.AtOnce <= h.Capacity }

// service is the known target behind it, if it is one.
func (h Holder) service() (known.Target, bool) {
	for _, t := range known.Targets() {
		if t.ID == h.Service {
			return t, true
		}
	}
	return known.Target{}, false
}
