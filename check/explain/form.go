package explain

import (
	"regexp"
	"strings"
	"sync"
)

// A form is one wording of an error, with placeholders in braces:
//
//	{name}   a domain name, perhaps quoted: what was looked up
//	{ident}  the same: an identifier of the order
//	{type}   a record type
//	{word}   one word
//	{n}      a number
//	{when}   a time
//	{*}      anything short
//
// Letter case does not count, nor does which white space parts the words.
// The longest run of literal words is looked for first: the anchor. What
// stands before and after it is then matched by expressions.
type form struct {
	m             *meaning
	wording       string
	anchor        string
	before, after *regexp.Regexp // nil: nothing to match
}

// wild are the placeholders as expressions.
var wild = map[string]string{
	"name":  `["'\x60“]*(?P<name>[^\s"'\x60“”<>,;()\[\]{}|]+)["'\x60”]*`,
	"ident": `["'\x60“]*(?P<ident>[^\s"'\x60“”<>,;()\[\]{}|]+)["'\x60”]*`,
	"type":  `(?P<type>[A-Z0-9]{1,10})`,
	"word":  `["']?(?P<word>[^\s"',;]+)["']?`,
	"n":     `(?P<n>\d{1,9})`,
	"when":  `(?P<when>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?(?:Z\b|UTC|[+-]\d\d:?\d\d))*)`,
	"*":     `.{0,120}?`,
}

var placeholder = regexp.MustCompile(`\{(?:name|ident|type|word|n|when|\*)\}`)

// newForm compiles a wording.
func newForm(m *meaning, wording string) *form {
	holes := placeholder.FindAllStringIndex(wording, -1)
	best, from := [2]int{}, 0
	for _, h := range append(holes, []int{len(wording), len(wording)}) {
		if h[0]-from > best[1]-best[0] {
			best = [2]int{from, h[0]}
		}
		from = h[1]
	}
	f := &form{m: m, wording: wording, anchor: strings.ToLower(wording[best[0]:best[1]])}
	if best[0] > 0 {
		f.before = regexp.MustCompile(`(?i)` + expression(wording[:best[0]]) + `$`)
	}
	if best[1] < len(wording) {
		f.after = regexp.MustCompile(`(?i)^` + expression(wording[best[1]:]))
	}
	return f
}

// expression is a wording, or a part of one, as a regular expression.
func expression(wording string) string {
	var b strings.Builder
	from := 0
	for _, h := range placeholder.FindAllStringIndex(wording, -1) {
		b.WriteString(regexp.QuoteMeta(wording[from:h[0]]))
		b.WriteString(wild[wording[h[0]+1:h[1]-1]])
		from = h[1]
	}
	b.WriteString(regexp.QuoteMeta(wording[from:]))
	return b.String()
}

// How far before and after its anchor a wording may reach, in octets.
const (
	reachBefore = 320
	reachAfter  = 640
)

// match matches the form at an anchor that was found, and returns what the
// placeholders stand for and where the wording begins and ends.
func (f *form) match(flat string, at int) (groups map[string]string, from, to int, ok bool) {
	from, to = at, at+len(f.anchor)
	if f.before != nil {
		start := max(0, at-reachBefore)
		loc := f.before.FindStringSubmatchIndex(flat[start:at])
		if loc == nil {
			return nil, 0, 0, false
		}
		groups = gather(groups, f.before, flat[start:at], loc)
		from = start + loc[0]
	}
	if f.after != nil {
		rest := flat[to:min(len(flat), to+reachAfter)]
		loc := f.after.FindStringSubmatchIndex(rest)
		if loc == nil {
			return nil, 0, 0, false
		}
		groups = gather(groups, f.after, rest, loc)
		to += loc[1]
	}
	return groups, from, to, true
}

// gather adds the named groups of a match.
func gather(groups map[string]string, re *regexp.Regexp, s string, loc []int) map[string]string {
	for i, name := range re.SubexpNames() {
		if name == "" || loc[2*i] < 0 {
			continue
		}
		if groups == nil {
			groups = map[string]string{}
		}
		groups[name] = s[loc[2*i]:loc[2*i+1]]
	}
	return groups
}

// An index finds every anchor in one pass over a text.
type index struct {
	buckets [1 << 14][]int32 // by the hash of the first gram octets
	forms   []*form
}

// gram is how many octets of an anchor are hashed; none is shorter.
const gram = 4

func hash(s string) uint32 {
	v := uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
	return v * 2654435761 >> 18
}

// forms are all wordings of all meanings, compiled when first needed.
var forms = sync.OnceValue(func() *index {
	ix := &index{}
	for _, m := range meanings() {
		for _, wording := range m.forms {
			f := newForm(m, wording)
			h := hash(f.anchor)
			ix.buckets[h] = append(ix.buckets[h], int32(len(ix.forms)))
			ix.forms = append(ix.forms, f)
		}
	}
	return ix
})

// hits are the places of each form's anchor in a text in lower case, the last
// most of them.
func (ix *index) hits(lower string, most int) [][]int {
	all := make([][]int, len(ix.forms))
	for i := 0; i+gram <= len(lower); i++ {
		for _, n := range ix.buckets[hash(lower[i:i+gram])] {
			if !strings.HasPrefix(lower[i:], ix.forms[n].anchor) {
				continue
			}
			if len(all[n]) >= 2*most {
				all[n] = append(all[n][:0], all[n][most:]...)
			}
			all[n] = append(all[n], i)
		}
	}
	for n, at := range all {
		all[n] = at[max(0, len(at)-most):]
	}
	return all
}
