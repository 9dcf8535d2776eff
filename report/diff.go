package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dns01/check"
)

// A Document is a report in the form that it is kept in, to be compared with
// another: read from a file, or made of a run.
type Document struct {
	Name string // of the file that it comes from
	doc  jsonDocument
}

// DocumentOf is the document of a run.
func DocumentOf(name string, r Report) Document { return Document{name, document(r)} }

// maxDocument is as large as the report on the largest order can get, in octets.
const maxDocument = 64 << 20

// ReadDocument reads what [JSON] wrote. The error says what is wrong with it.
func ReadDocument(name string, r io.Reader) (Document, error) {
	d := Document{Name: name}
	text, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	switch {
	case err != nil:
		return d, err
	case len(text) > maxDocument:
		return d, fmt.Errorf("the file is larger than %d MiB, which no report is", maxDocument>>20)
	}
	if err := json.Unmarshal(text, &d.doc); err != nil {
		return d, notJSON(text, err)
	}
	switch {
	case d.doc.Schema == 0:
		return d, errors.New("it is no report of dns01: it has no schema; \"dns01 check --json\" makes one")
	case d.doc.Schema != Schema:
		return d, fmt.Errorf("it has schema %d, and this dns01 reads schema %d; use a newer dns01", d.doc.Schema, Schema)
	case verdictWords[d.doc.Verdict] == "":
		return d, errors.New("it has no verdict: it is no report of a check")
	}
	return d, nil
}

// notJSON says in which line a document goes wrong.
func notJSON(text []byte, err error) error {
	line := func(offset int64) int {
		return 1 + bytes.Count(text[:min(max(offset, 0), int64(len(text)))], []byte("\n"))
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("line %d: it is no JSON: %v", line(e.Offset), e)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("line %d: %s is %s, which no report has there", line(e.Offset), e.Field, e.Value)
	}
	return err
}

// A Kind is what has changed.
type Kind string

// The kinds of changes, in the order in which they are told.
const (
	KindOrder      Kind = "order"      // what was ordered
	KindIdentifier Kind = "identifier" // a name of the order
	KindVerdict    Kind = "verdict"
	KindFinding    Kind = "finding"
	KindValue      Kind = "value" // at a challenge name
	KindCAA        Kind = "caa"
	KindServer     Kind = "server"
)

// A Difference is one thing that two reports have not in common. Before is ""
// where it is new, After where it is gone.
type Difference struct {
	Kind          Kind
	Subject       string // what it is about: a name, a server, a finding's id
	Before, After string
	Severity      check.Severity // of a finding
}

// Differences compares two reports: first what was asked for, then what came of
// it, then what was seen. What differs from run to run is left out: times and
// evidence.
func Differences(before, after Document) []Difference {
	var ds []Difference
	a, b := before.doc, after.doc
	add := func(k Kind, subject, before, after string) {
		if before != after {
			ds = append(ds, Difference{Kind: k, Subject: subject, Before: before, After: after})
		}
	}
	add(KindOrder, "CA", a.Order.CA, b.Order.CA)
	add(KindOrder, "challenge", a.Order.Challenge, b.Order.Challenge)
	add(KindOrder, "account", a.Order.Account, b.Order.Account)
	add(KindOrder, "mode", string(a.Order.Mode), string(b.Order.Mode))
	compared(identifiersOf(a), identifiersOf(b), func(name string, x, y *jsonIdentifier) {
		if x == nil || y == nil {
			add(KindIdentifier, name, verdictOf(x), verdictOf(y))
			return
		}
		add(KindVerdict, name, verdictOf(x), verdictOf(y))
	})
	ds = append(ds, findingsDiffer(a, b)...)
	compared(valuesOf(a), valuesOf(b), func(key [2]string, x, y *string) {
		add(KindValue, key[0], orNone(x), orNone(y))
	})
	compared(identifiersOf(a), identifiersOf(b), func(name string, x, y *jsonIdentifier) {
		if x != nil && y != nil {
			add(KindCAA, name, caaWords(x), caaWords(y))
		}
	})
	compared(serverAnswers(a), serverAnswers(b), func(key [3]string, x, y *string) {
		add(KindServer, fmt.Sprintf("%s (%s) of %s", key[1], key[2], key[0]), orNone(x), orNone(y))
	})
	return ds
}

// compared calls f for every key that one of two sets has, in order.
func compared[K cmpKey, V any](a, b map[K]V, f func(key K, x, y *V)) {
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(x, y K) int { return strings.Compare(fmt.Sprintf("%q", x), fmt.Sprintf("%q", y)) })
	at := func(m map[K]V, k K) *V {
		if v, ok := m[k]; ok {
			return &v
		}
		return nil
	}
	for _, k := range keys {
		f(k, at(a, k), at(b, k))
	}
}

type cmpKey interface {
	string | [2]string | [3]string
}

func orNone(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func identifiersOf(d jsonDocument) map[string]jsonIdentifier {
	m := map[string]jsonIdentifier{}
	for _, id := range d.Identifiers {
		m[id.Identifier] = id
	}
	return m
}

func verdictOf(id *jsonIdentifier) string {
	if id == nil {
		return ""
	}
	return string(id.Verdict)
}

// valuesOf are the values at each challenge name; one that is an alias has them
// at its target.
func valuesOf(d jsonDocument) map[[2]string]string {
	m := map[[2]string]string{}
	for _, id := range d.Identifiers {
		for _, v := range id.Challenge.Values {
			at := cmp.Or(id.Challenge.Target, id.Challenge.Name)
			m[[2]string{at, v}] = v
		}
	}
	return m
}

// caaWords say how a climb was decided.
func caaWords(id *jsonIdentifier) string {
	c := id.CAA
	word := "not known"
	if c.Authorized != nil {
		word = "refused"
		if *c.Authorized {
			word = "authorized"
		}
	}
	at := "no CAA records"
	if c.RelevantName != "" {
		at = strings.Join(append([]string{"at " + c.RelevantName}, c.Records...), ", ")
	}
	return word + "; " + at
}

// serverAnswers is what each server address of each zone said, by zone, name and
// address.
func serverAnswers(d jsonDocument) map[[3]string]string {
	m := map[[3]string]string{}
	for _, z := range d.Zones {
		for _, s := range z.Servers {
			words := s.Answers
			if s.Serial != nil {
				words += ", serial " + strconv.FormatUint(uint64(*s.Serial), 10)
			}
			m[[3]string{z.Name, s.Name, s.Address}] = words
		}
	}
	return m
}

// findingsDiffer compares findings by what they are about. Worse ones come
// first.
func findingsDiffer(a, b jsonDocument) []Difference {
	var ds []Difference
	compared(findingsOf(a), findingsOf(b), func(key [2]string, x, y *jsonFinding) {
		d := Difference{Kind: KindFinding, Subject: key[0], Before: findingWords(x), After: findingWords(y)}
		if d.Before == d.After {
			return
		}
		if key[1] != "" {
			d.Subject += " at " + key[1]
		}
		for _, f := range []*jsonFinding{x, y} {
			if f != nil {
				d.Severity = f.Severity
			}
		}
		ds = append(ds, d)
	})
	slices.SortStableFunc(ds, func(a, b Difference) int { return rank(a.Severity) - rank(b.Severity) })
	return ds
}

// findingsOf are the findings by id and place. Several in one place count as
// one that has the servers of all.
func findingsOf(d jsonDocument) map[[2]string]jsonFinding {
	m := map[[2]string]jsonFinding{}
	for _, f := range d.Findings {
		key := [2]string{f.ID, f.Name}
		if old, ok := m[key]; ok {
			f.Servers = append(slices.Clone(old.Servers), f.Servers...)
		}
		m[key] = f
	}
	return m
}

func findingWords(f *jsonFinding) string {
	if f == nil {
		return ""
	}
	servers := slices.Sorted(slices.Values(f.Servers))
	words := string(f.Severity)
	if len(servers) > 0 {
		words += ": " + strings.Join(slices.Compact(servers), ", ")
	}
	return words
}
