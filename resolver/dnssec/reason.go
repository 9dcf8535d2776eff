package dnssec

import (
	"fmt"
	"strings"
)

// A fault is why a check failed: Unbound's words for it, the extended error
// that goes with them, and our one-word reason.
type fault struct {
	text   string
	ede    EDE
	reason Reason
	link   Link
}

// A note is one piece of the text of a verdict. The text is all pieces in the
// order in which they were added, with a space between.
type note struct {
	text string
	ede  EDE // edeNone, or the code that the piece carries
}

// A trail collects the notes of one validation.
type trail []note

func (t *trail) add(text string) { *t = append(*t, note{text, edeNone}) }

// fault adds the text of f, if it has one. Without a text its code does not
// enter the trail either.
func (t *trail) fault(f fault) {
	if f.text != "" {
		*t = append(*t, note{f.text, f.ede})
	}
}

func (t *trail) servers(addrs []string) {
	for i, a := range addrs {
		if i == 0 {
			t.add("from " + a)
		} else {
			t.add("and " + a)
		}
	}
}

func (t *trail) name(what string, n name) { t.add(what + " " + n.String()) }

// ede is the last specific code of the trail: "bogus" says least and does not
// replace another.
func (t trail) ede() EDE {
	e := edeNone
	for _, n := range t {
		e = moreSpecific(e, n.ede)
	}
	return e
}

// moreSpecific returns the code that is kept when a new one comes to an old.
func moreSpecific(old, new EDE) EDE {
	if new == edeNone || new == EDEBogus && old != edeNone {
		return old
	}
	return new
}

// text is the extended error's text for a question.
func (t trail) text(q name, qtype uint16) string {
	if len(t) == 0 {
		return fmt.Sprintf("validation failure <%s %s IN>: misc failure", q, typeString(qtype))
	}
	return fmt.Sprintf("validation failure <%s %s IN>: %s", q, typeString(qtype), t)
}

func (t trail) String() string {
	parts := make([]string, len(t))
	for i, n := range t {
		parts[i] = n.text
	}
	return strings.Join(parts, " ")
}
