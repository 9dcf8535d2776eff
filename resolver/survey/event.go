package survey

import (
	"fmt"
	"net/netip"
	"slices"

	"dns01/resolver"
)

// An Event is something that happens while a survey is taken: [Sent],
// [Received], [CutFound], [HopFollowed] or [StageBegun]. Events are for who
// watches; whatever counts for a judgement is in the [Survey].
type Event interface{ event() }

// Sent tells that a query has left for a server.
type Sent struct {
	Question
	Addr      netip.AddrPort // the zero value for a resolver asked by URL
	Transport string
}

// Received tells what came of a query: a reply, or how it failed.
type Received struct {
	Exchange
	// Message is the reply, nil when none came. Its text is in presentation
	// form, a record a line.
	Message fmt.Stringer
}

// CutFound tells that a zone cut was met: Zone is delegated by Parent.
type CutFound struct {
	Zone, Parent string
	Servers      []string // as the parent lists them
	Signed       bool     // the delegation has DS records
}

// HopFollowed tells that an alias leads a resolution on.
type HopFollowed struct{ From, To, Type string }

// StageBegun tells that a survey goes on to another of its stages.
type StageBegun struct{ Stage Stage }

// A Stage is a part of a survey that has to be over before the next begins.
type Stage string

// The stages of a survey, in their order. Servers are probed from the first
// one on, as they become known.
const (
	Resolving  Stage = "resolving"  // every server that counts, from the root
	Seeking    Stage = "seeking"    // values that went astray
	Suspecting Stage = "suspecting" // servers whose first probes were odd
	Caching    Stage = "caches"     // what caches hold
)

// Stages returns the stages in their order.
func Stages() []Stage { return []Stage{Resolving, Seeking, Suspecting, Caching} }

func (Sent) event()        {}
func (Received) event()    {}
func (CutFound) event()    {}
func (HopFollowed) event() {}
func (StageBegun) event()  {}

// Sending makes an event of a query.
func Sending(q resolver.Query) Sent {
	s := Sent{Addr: q.Server, Transport: string(q.Transport)}
	if len(q.Msg.Question) > 0 {
		s.Question = Question{name(q.Msg.Question[0].Name), resolver.TypeName(q.Msg.Question[0].Qtype)}
	}
	return s
}

// Receiving makes an event of an exchange. The name is kept in the letter case
// sent.
func Receiving(o resolver.Observation) Received {
	r := Received{Exchange: Exchange{Addr: o.Query.Server, Transport: string(o.Query.Transport), At: o.At, RTT: o.Took}}
	if len(o.Query.Msg.Question) > 0 {
		r.Exchange = exchange("", o)
	}
	if o.Reply.Msg != nil {
		r.Message = o.Reply.Msg
	}
	return r
}

// tell hands an event to who watches.
func (t *taker) tell(e Event) {
	if t.o.Events != nil {
		t.o.Events(e)
	}
}

// cutFound is the event of a delegation.
func cutFound(d *resolver.Delegation) CutFound {
	c := CutFound{Zone: d.Zone, Parent: d.Parent, Signed: len(d.DS) > 0}
	for _, ns := range d.NS {
		c.Servers = append(c.Servers, ns.Name)
	}
	slices.Sort(c.Servers)
	return c
}
