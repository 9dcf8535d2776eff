package explain

import (
	"cmp"
	"slices"
	"strings"
)

// A text is plain text in three forms of the same length: lines, as legible
// makes them; flat, with spaces for line feeds; lower, which is flat in lower
// case, with what a TXT value says left out.
type text struct{ lines, flat, lower string }

func newText(lines string) *text {
	return &text{lines: lines, flat: strings.ReplaceAll(lines, "\n", " "), lower: asciiLower(lines)}
}

// asciiLower keeps the length, which strings.ToLower does not.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case c >= 'A' && c <= 'Z':
			b[i] = c + 'a' - 'A'
		case c == '\n':
			b[i] = ' '
		}
	}
	return string(b)
}

// A tier is how much an event weighs. A higher one that is there decides.
type tier int

const (
	summary  tier = iota // something failed, and it does not say what
	waiting              // not passed yet
	after                // the consequence of an earlier failure, or a passing one
	general              // a broad wording, such as an ACME problem type, that often has the reason beside it
	decisive             // a failure
)

// An event is a wording that was found.
type event struct {
	from, to int // in the text
	m        *meaning
	wording  string // of the form that was found, or ""
	groups   map[string]string
	prefix   prefix
	names    []string // identifiers
	lookedUp *Question
	seen     string
	guessed  bool // names come from what was looked up alone
}

// mostHits is how many places of one wording are looked at: the last ones.
const mostHits = 120

// scan finds every wording, in the order of the text.
func (t *text) scan() []event {
	es := t.incorrectTXT() // first: it hides the values
	es = append(es, t.lookups()...)
	ix := forms()
	for n, places := range ix.hits(t.lower, mostHits) {
		f := ix.forms[n]
		for _, at := range places {
			groups, from, to, ok := f.match(t.flat, at)
			if ok && f.m.category == OtherChallenge && infrastructure(urlHost(groups["name"])) {
				continue // what the CA's API said to the client
			}
			if ok {
				es = append(es, event{from: from, to: to, m: f.m, wording: f.wording, groups: groups})
			}
		}
	}
	slices.SortStableFunc(es, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to))
	})
	es = latest(t.distinct(es))
	for i := range es {
		t.place(&es[i])
		if i > 0 {
			t.inherit(&es[i-1], &es[i])
		}
	}
	agree(es)
	return es
}

// inherit gives the second error of a list its prefix: "Rechecking CAA: While
// processing CAA for …: …, While processing CAA for …: …".
func (t *text) inherit(before, e *event) {
	const reach = 400
	if e.prefix.caaFor == "" || e.prefix.stage != "" || before.prefix.caaFor == "" || e.from-before.to > reach || before.to > e.from {
		return
	}
	if !strings.Contains(t.lines[before.to:e.from], "\n") {
		e.prefix.stage, e.prefix.secondary = before.prefix.stage, before.prefix.secondary
	}
}

// mostEvents is how many events are looked at, of those that tell a reason and
// of those that do not.
const mostEvents = 800

// latest leaves out what is too much, from the beginning of the text.
func latest(es []event) []event {
	var n [2]int
	kept := es[:0:0]
	for i := len(es) - 1; i >= 0; i-- {
		k := 0
		if es[i].m.kind == problem && es[i].m.tier < general {
			k = 1
		}
		if n[k]++; n[k] <= mostEvents {
			kept = append(kept, es[i])
		}
	}
	slices.Reverse(kept)
	return kept
}

// agree gives events whose identifiers are guessed from the name looked up
// those of others about the same name, which tell of a wildcard.
func agree(es []event) {
	told := map[string][]string{}
	for _, e := range es {
		if e.lookedUp != nil && !e.guessed && len(e.names) > 0 {
			told[e.lookedUp.Name] = e.names
		}
	}
	for i := range es {
		if e := &es[i]; e.guessed && told[e.lookedUp.Name] != nil {
			e.names = told[e.lookedUp.Name]
		}
	}
}

// distinct leaves out what lies within the words of a heavier event, and
// problem types and broad wordings beside a text that says more.
func (t *text) distinct(es []event) []event {
	var out []event
	for i, e := range es {
		switch {
		case slices.ContainsFunc(out[max(0, len(out)-8):], func(o event) bool {
			within := o.to >= e.to && o.from <= e.from && o.m.tier >= e.m.tier
			return o.m.kind == problem && e.m.kind == problem && (within || o.m == e.m && o.to > e.from)
		}):
		case (e.m.tier == general || e.m.broad) && saysMore(es, i):
		case len(out) > 0 && t.detailOf(&out[len(out)-1], &e):
		case slices.ContainsFunc(es[max(0, i-4):i], func(o event) bool { return t.cleanedUp(&o, &e) }):
		default:
			out = append(out, e)
		}
	}
	return out
}

// detailOf reports whether e, which a client may say too, is the detail of
// what a CA has said on the same line: "error looking up TXT records for domain
// …: lookup … on …: no such host".
func (t *text) detailOf(o, e *event) bool {
	const reach = 160
	return o.m.kind == problem && e.m.kind == problem && o.m.byCA && !e.m.byCA && o.m.tier == decisive &&
		e.from >= o.from && e.from-o.to < reach &&
		(o.m.category == TXTLookupFailed || !strings.Contains(t.lines[o.from:e.from], "\n"))
}

// cleanedUp reports whether e tells why a clean-up failed, which o tells of on
// the same line or right before.
func (t *text) cleanedUp(o, e *event) bool {
	const reach, beside = 240, 40
	if !o.m.cleans || e.m.kind != problem || e.m.byCA || e.m.cleans {
		return false
	}
	return e.from-o.to < beside || e.from-o.from < reach && !strings.Contains(t.lines[o.from:e.from], "\n")
}

// near is how far apart the type and the text of one problem are, in octets.
const near = 700

// saysMore reports whether a text beside the problem type es[i] says more.
func saysMore(es []event, i int) bool {
	more := func(o event) bool {
		return o.m.kind == problem && o.m.byCA == es[i].m.byCA && !o.m.broad && (o.m.tier == decisive || o.m.tier == after)
	}
	for j := i - 1; j >= 0 && es[i].from-es[j].to < near; j-- {
		if more(es[j]) {
			return true
		}
	}
	for j := i + 1; j < len(es) && es[j].from-es[i].to < near; j++ {
		if more(es[j]) {
			return true
		}
	}
	return false
}

// incorrectTXT finds "Incorrect TXT record" and hides the values that it
// quotes: they can say anything.
func (t *text) incorrectTXT() (es []event) {
	const head = `incorrect txt record `
	var hidden []byte
	for at := 0; ; {
		i := strings.Index(t.lower[at:], head)
		if i < 0 {
			break
		}
		from := at + i
		at = from + len(head)
		e, value, ok := t.incorrectAt(from, at)
		if !ok {
			continue
		}
		if hidden == nil {
			hidden = []byte(t.lower)
		}
		for k := value[0]; k < value[1]; k++ {
			hidden[k] = 0
		}
		at = e.to
		es = append(es, e)
	}
	if hidden != nil {
		t.lower = string(hidden)
	}
	return es[max(0, len(es)-mostHits):]
}

// longestValue is how much of a text a quoted TXT value takes at most: the CA
// cuts it to 100 octets and escapes them.
const longestValue = 420

// incorrectAt reads the value and the name after the words.
func (t *text) incorrectAt(from, at int) (e event, value [2]int, ok bool) {
	end := min(len(t.lower), at+longestValue)
	if next := strings.Index(t.lower[at:end], "incorrect txt record"); next >= 0 {
		end = at + next
	}
	sep := endOfValue(t.lower[at:end])
	if sep < 0 {
		return e, value, false
	}
	name := firstName(t.flat[at+sep+len(" found at "):])
	shown := t.flat[at : at+sep]
	e = event{from: from, to: at + sep + len(" found at ") + len(name), m: txtWrong, groups: map[string]string{"name": name}}
	if i := strings.LastIndex(shown, " (and "); i >= 0 && strings.HasSuffix(shown, " more)") {
		e.groups["n"] = strings.TrimSuffix(shown[i+len(" (and "):], " more)")
		shown = shown[:i]
	}
	e.seen = strings.TrimSpace(shown)
	if len(e.seen) >= 2 && strings.ContainsRune(`"'`, rune(e.seen[0])) {
		e.seen = e.seen[1 : len(e.seen)-1]
	}
	e.m = txtWrongAs(e.seen)
	return e, [2]int{at, at + sep}, true
}

// endOfValue is where the quoted value ends that s begins with: the name
// follows. The value may hold the same words, so the last place counts at
// which a quotation ends.
func endOfValue(s string) int {
	const words = " found at "
	for end := len(s); ; {
		i := strings.LastIndex(s[:end], words)
		if i <= 0 || !strings.ContainsRune(`"'`, rune(s[0])) || strings.ContainsRune(`"')`, rune(s[i-1])) {
			return i
		}
		end = i
	}
}

// firstName is the first word of s, without what closes a quotation.
func firstName(s string) string {
	s = s[:min(len(s), 300)]
	if i := strings.IndexAny(s, " \"'`<>,;()[]{}"); i >= 0 {
		s = s[:i]
	}
	return s
}
