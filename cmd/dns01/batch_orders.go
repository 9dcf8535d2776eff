package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"dns01/check"
)

// An orderLine is one order of a list, as it was read.
type orderLine struct {
	number  int // of the order, counted from 1
	line    int // of the list, where it begins
	id      string
	names   []string
	values  map[string][]string
	sources map[string]check.Source // of values given as key authorizations
	account string
	err     error // why it is no order; then nothing else is set but the number and the line
}

// emptyList is a usage error, since a pipeline whose list came out empty would
// pass without having looked at anything.
var emptyList error = usageError{"the list is empty; write an order a line, such as: example.com *.example.com"}

// The forms that a list may have.
var orderForms = []string{"lines", "csv", "ndjson"}

// maxOrderLine is how long a line may be, in octets: an order of a thousand
// long names.
const maxOrderLine = 1 << 18

// An orderReader reads the orders of a list one after another.
type orderReader struct {
	form    string
	lines   *bufio.Reader
	line    int
	number  int
	read    int64 // octets so far
	columns map[string]int
}

func newOrderReader(in io.Reader, o batchOptions) *orderReader {
	r := &orderReader{form: o.input, lines: bufio.NewReaderSize(in, 64<<10)}
	if r.form != "" {
		return r
	}
	switch strings.ToLower(filepath.Ext(o.file)) {
	case ".csv":
		r.form = "csv"
	case ".ndjson", ".jsonl", ".json":
		r.form = "ndjson"
	}
	return r
}

// next returns the next order, and io.EOF after the last.
func (r *orderReader) next() (orderLine, error) {
	for {
		text, err := r.readLine()
		if err != nil && (err != io.EOF || text == nil) {
			return orderLine{}, err
		}
		bare := bytes.TrimSpace(text)
		if len(bare) == 0 || bare[0] == '#' {
			continue
		}
		if r.form == "" {
			r.form = "lines"
			if bare[0] == '{' {
				r.form = "ndjson"
			}
		}
		if r.form == "csv" && r.columns == nil && r.header(string(bare)) {
			continue
		}
		r.number++
		q := orderLine{number: r.number, line: r.line}
		if len(text) > maxOrderLine {
			q.err = fmt.Errorf("the line is longer than %d octets", maxOrderLine)
			return q, nil
		}
		r.parse(&q, bare)
		if q.err == nil && len(q.names) == 0 {
			q.err = errors.New("the line names nothing")
		}
		if q.err != nil {
			q.names, q.values = nil, nil
		}
		return q, nil
	}
}

// readLine reads a line without its end. Of one that is too long only the
// beginning is kept.
func (r *orderReader) readLine() ([]byte, error) {
	var line []byte
	r.line++
	for {
		part, err := r.lines.ReadSlice('\n')
		r.read += int64(len(part))
		if len(line) <= maxOrderLine {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(line) > 0:
			return line, nil
		case err != nil:
			return nil, err
		}
		return line, nil
	}
}

// header takes the first line of a CSV list for the names of its columns when
// one of them is "names" or "name".
func (r *orderReader) header(text string) bool {
	r.columns = map[string]int{}
	cells, err := cellsOf(text)
	if err != nil {
		return false
	}
	for i, c := range cells {
		c = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))
		if c == "name" {
			c = "names"
		}
		r.columns[c] = i
	}
	if _, ok := r.columns["names"]; !ok {
		clear(r.columns)
		return false
	}
	return true
}

func cellsOf(text string) ([]string, error) {
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord, c.TrimLeadingSpace = -1, true
	return c.Read()
}

func (r *orderReader) parse(q *orderLine, text []byte) {
	switch r.form {
	case "csv":
		r.parseCSV(q, string(text))
	case "ndjson":
		q.parseJSON(text)
	default:
		bare, _, _ := strings.Cut(string(text), "#")
		q.name(splitNames(strings.Fields(bare)))
	}
}

// parseCSV reads the columns id, names (separated by white space), account and
// value of a list with a header, or names alone of one without.
func (r *orderReader) parseCSV(q *orderLine, text string) {
	cells, err := cellsOf(text)
	if err != nil {
		q.err = fmt.Errorf("the line is no CSV: %w", err)
		return
	}
	if len(r.columns) == 0 {
		q.name(slices.DeleteFunc(cells, func(c string) bool { return strings.TrimSpace(c) == "" }))
		return
	}
	cell := func(column string) string {
		if i, ok := r.columns[column]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	q.id = strings.ToValidUTF8(cell("id"), "?")
	q.name(splitNames(strings.Fields(cell("names"))))
	q.forAccount(cell("account"))
	for _, v := range strings.Fields(cell("value")) {
		q.expect("", v)
	}
}

// parseJSON reads an object with names, and id, account and values if wished.
func (q *orderLine) parseJSON(text []byte) {
	var x struct {
		ID      string              `json:"id"`
		Names   []string            `json:"names"`
		Account string              `json:"account"`
		Values  map[string][]string `json:"values"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		q.err = fmt.Errorf(`the line is no order: %w; write {"id":"1","names":["example.com"]}`, err)
		return
	}
	if d.More() {
		q.err = errors.New("the line goes on after the object")
		return
	}
	q.id = x.ID
	q.name(x.Names)
	q.forAccount(x.Account)
	for name, vs := range x.Values {
		for _, v := range vs {
			q.expect(name, v)
		}
	}
}

func (q *orderLine) name(raw []string) {
	for _, r := range raw {
		name, err := nameFrom(r)
		if err != nil {
			q.err = err
			return
		}
		q.names = append(q.names, name)
	}
}

func (q *orderLine) forAccount(account string) {
	if account == "" {
		return
	}
	if u, err := url.Parse(account); err != nil || u.Scheme != "https" || u.Host == "" {
		q.err = fmt.Errorf("the account %q is not an https URL", account)
		return
	}
	q.account = account
}

// expect adds a value of one name of the order, or of all of them.
func (q *orderLine) expect(name, value string) {
	if name != "" {
		n, err := nameFrom(name)
		if err != nil {
			q.err = err
			return
		}
		if !slices.Contains(q.names, n) {
			q.err = fmt.Errorf("a value is given for %s, which the order does not name", n)
			return
		}
		name = n
	}
	if q.values == nil {
		q.values = map[string][]string{}
	}
	if check.IsKeyAuthorization(value) && q.sources == nil {
		q.sources = map[string]check.Source{}
	}
	if check.IsKeyAuthorization(value) {
		q.sources[digested(value)] = check.SourceOf(value)
	}
	q.values[name] = append(q.values[name], digested(value))
}
