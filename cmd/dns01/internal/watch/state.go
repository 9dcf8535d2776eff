package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"dns01/check"
)

// A State is what a watch leaves to the one after it: what is believed of each
// order, and what was told of it. The zero value is that of a first start.
type State struct {
	SavedAt time.Time
	orders  map[string]stateOrder
}

// Size is how many orders it knows.
func (s State) Size() int { return len(s.orders) }

// stateSchema is that of the document; a change that older programs would
// misread makes another one.
const stateSchema = 1

// stateMark begins every such document, whatever its schema.
const stateMark = `{"watch_state":`

// A stateDocument is a state in JSON. docs/monitoring.md describes it.
type stateDocument struct {
	Schema  int          `json:"watch_state"`
	Tool    string       `json:"tool"`
	SavedAt time.Time    `json:"saved_at"`
	Orders  []stateOrder `json:"orders"`
}

type stateOrder struct {
	Order    string        `json:"order"`
	CA       string        `json:"ca"`
	Verdict  check.Verdict `json:"verdict"` // believed; "" as long as nothing is
	Since    time.Time     `json:"since,omitzero"`
	Told     check.Verdict `json:"told"` // last, and delivered; "" for nothing
	Pending  *statePending `json:"pending,omitempty"`
	Changes  []time.Time   `json:"changes,omitempty"` // the last of them
	Flapping bool          `json:"flapping,omitempty"`
	Success  time.Time     `json:"last_success,omitzero"`
}

// A statePending is a verdict that contradicts, and is not believed yet.
type statePending struct {
	Verdict check.Verdict `json:"verdict"`
	Since   time.Time     `json:"since"`
	Same    int           `json:"same"`    // looks in a row that gave it
	Against int           `json:"against"` // looks in a row that contradicted
}

// ErrForeign is that of a document that is no state of a watch, or that of a
// newer program: it is somebody's, and not to be written over.
type ErrForeign struct{ Reason string }

func (e ErrForeign) Error() string { return e.Reason }

// ReadState reads a state. The error is [ErrForeign], or says in a clause how
// the document is damaged.
func ReadState(data []byte) (State, error) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return State{}, errors.New("it is empty")
	}
	if !bytes.HasPrefix(data, []byte(stateMark)) {
		return State{}, ErrForeign{"it holds something else than the state of a watch"}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	var x stateDocument
	switch err := d.Decode(&x); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return State{}, errors.New("it ends too early")
	case x.Schema > stateSchema: // other members may have changed with it
		return State{}, ErrForeign{fmt.Sprintf("it is of a newer dns01, which writes schema %d", x.Schema)}
	case err != nil:
		return State{}, errors.New("it is no JSON of this kind")
	case x.Schema != stateSchema:
		return State{}, fmt.Errorf("its schema is %d", x.Schema)
	}
	if _, err := d.Token(); err != io.EOF {
		return State{}, errors.New("something follows the JSON object")
	}
	s := State{SavedAt: x.SavedAt, orders: map[string]stateOrder{}}
	for _, o := range x.Orders {
		if err := o.check(); err != nil {
			return State{}, fmt.Errorf("the order %.80q %w", o.Order, err)
		}
		s.orders[o.Order] = o
	}
	return s, nil
}

// mostPending bounds counts of looks: more than any damping asks for.
const mostPending = 1000

// check says what cannot be so.
func (o stateOrder) check() error {
	known := func(v check.Verdict) bool { return v == "" || slices.Contains(verdicts, v) }
	switch p := o.Pending; {
	case o.Order == "":
		return errors.New("has no name")
	case !known(o.Verdict) || !known(o.Told) || p != nil && !slices.Contains(verdicts, p.Verdict):
		return errors.New("has a verdict that there is not")
	case p != nil && (p.Same < 0 || p.Same > mostPending || p.Against < 0 || p.Against > mostPending):
		return errors.New("has a number of looks that cannot be")
	case o.Flapping && len(o.Changes) == 0:
		return errors.New("flaps without a change")
	case len(o.Changes) > mostPending || !slices.IsSortedFunc(o.Changes, time.Time.Compare):
		return errors.New("has changes out of order")
	}
	return nil
}

// standing is what is believed of the order from the beginning. What lies in
// the future, because a clock was wrong, is taken to be now.
func (o stateOrder) standing(now time.Time, d Damping) standing {
	past := func(t time.Time) time.Time {
		if t.After(now) {
			return now
		}
		return t
	}
	s := standing{verdict: o.Verdict, held: past(o.Since), told: o.Told, flapping: o.Flapping}
	if p := o.Pending; p != nil && p.Verdict != o.Verdict {
		s.candidate, s.since, s.same, s.against = p.Verdict, past(p.Since), p.Same, p.Against
	}
	for _, t := range o.Changes[max(0, len(o.Changes)-d.Most):] {
		s.changes = append(s.changes, past(t))
	}
	if !s.flapping && s.told != s.verdict {
		s.doubt(d)
	}
	return s
}

// doubt makes what was told what is believed, and leaves it to the next look
// to confirm what was believed: so that it is told.
func (s *standing) doubt(d Damping) {
	v, since := s.verdict, s.held
	s.verdict, s.held = s.told, time.Time{}
	s.candidate, s.since, s.same, s.against = v, since, d.InRow-1, d.InRow-1
	if v == "" {
		s.same, s.against = 0, 0
	}
}

// stateOf is what is kept of an order: nothing, when nothing is known.
func stateOf(e *entry) (o stateOrder, known bool) {
	s := e.settled
	o = stateOrder{
		Order: e.Name, CA: e.ca, Verdict: s.verdict, Since: s.held.UTC(), Told: s.told,
		Changes: slices.Clone(s.changes), Flapping: s.flapping, Success: e.success.UTC(),
	}
	for i, t := range o.Changes {
		o.Changes[i] = t.UTC()
	}
	if s.candidate != "" && s.candidate != check.Unknown {
		o.Pending = &statePending{s.candidate, s.since.UTC(), s.same, s.against}
	}
	return o, s.verdict != "" || o.Pending != nil
}

// state writes down what is known, an order a line.
func (w *Watcher) state() []byte {
	now := w.c.Now()
	w.mu.Lock()
	orders := make([]stateOrder, 0, len(w.order))
	for _, e := range w.order {
		if o, known := stateOf(e); known {
			orders = append(orders, o)
		}
	}
	w.mu.Unlock()
	var b bytes.Buffer
	head, _ := json.Marshal(stateDocument{stateSchema, w.c.Tool.Name + " " + w.c.Tool.Version, now.UTC(), []stateOrder{}})
	b.Write(bytes.TrimSuffix(head, []byte("]}")))
	for i, o := range orders {
		line, _ := json.Marshal(o) // has nothing that JSON has not
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Bytes()
}
