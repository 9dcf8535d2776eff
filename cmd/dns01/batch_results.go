package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/defect"
)

// results is where the lines of a batch go, each with one write: a run that is
// killed leaves whole lines and at most the beginning of another.
type results struct {
	io.Writer
	file *os.File // nil: not ours to close
}

func (r *results) add(line []byte) error {
	_, err := r.Write(line)
	if err != nil && delivered(err) == nil {
		return errReaderGone
	}
	return err
}

// errReaderGone ends a batch whose results nobody reads any more, as when they
// go to head: other people's servers are not asked for nothing.
var errReaderGone = errors.New("nobody reads the results any more")

// text is the line of a result.
func (r result) text(full bool) ([]byte, error) {
	if r.judged != nil {
		return r.judged.line, nil
	}
	return report.JSONBatchLine(r.line1(), full)
}

// lineOf is the text of a result, or that of one of which nothing is known when
// the program breaks down over what it holds.
func (b *batch) lineOf(r *result) (line []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			reason := b.p.tellDefect(defect.Of(fault)).Error()
			*r = result{orderLine: r.orderLine, report: b.p.unseen(r.names, b.o.order, reason)}
			line, err = r.text(b.o.full)
		}
	}()
	return r.text(b.o.full)
}

func (r *results) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// discard closes a file that holds no line, and removes it: the next run would
// take it for the results of another.
func (r *results) discard() error {
	if r.file == nil {
		return nil
	}
	info, err := r.file.Stat()
	if err != nil || info.Size() > 0 {
		return errors.Join(err, r.file.Close())
	}
	// While it is locked, so that nobody goes on with a file without a name. On
	// Windows nobody can remove what is open.
	err = os.Remove(r.file.Name())
	closed := r.file.Close()
	if err != nil {
		err = os.Remove(r.file.Name())
	}
	return errors.Join(err, closed)
}

// openResults opens the results, and reads which orders have one already.
func (p *program) openResults(o batchOptions) (*results, *doneOrders, error) {
	if o.output == "" || o.output == "-" {
		return &results{Writer: p.stdout}, &doneOrders{}, nil
	}
	f, err := openOwn(o)
	if err != nil {
		return nil, nil, err
	}
	done := &doneOrders{file: o.output}
	if err := done.read(f); err != nil {
		f.Close()
		return nil, nil, err
	}
	return &results{Writer: f, file: f}, done, nil
}

// openOwn opens the file of the results for this run alone. The error is a
// usageError.
func openOwn(o batchOptions) (*os.File, error) {
	how := os.O_RDWR | os.O_CREATE | nonBlocking
	if !o.resume {
		how |= os.O_EXCL
	}
	if err := ownLink(o.output); err != nil {
		return nil, usagef("--output %s cannot be written: %v", o.output, err)
	}
	f, err := os.OpenFile(o.output, how, 0o644)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil, usagef("--output %s exists; go on with --resume, or name another file", o.output)
	case err != nil:
		return nil, usagef("--output %s cannot be written: %s", o.output, reason(err))
	}
	if err := owned(f); err != nil {
		f.Close()
		return nil, usagef("--output %s %v", o.output, err)
	}
	return f, nil
}

// owned keeps others away from the file, or says why it is not ours alone.
func owned(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cannot be read: %s", reason(err))
	}
	if !info.Mode().IsRegular() {
		return errors.New("is no regular file; name one, or leave --output out")
	}
	mine := lock(f)
	// Another run may have removed it before we had it.
	if there, err := os.Stat(f.Name()); !mine || err != nil || !os.SameFile(there, info) {
		return errors.New("is being written by another batch; wait for its end, or name another file")
	}
	return nil
}

// doneOrders are the orders that have a result, with what tells that it is
// theirs. The zero value is that of none.
type doneOrders struct {
	file     string
	marks    []uint32               // by number less one; 0: not done
	verdicts map[check.Verdict]bool // that orders have
	wrong    bool                   // a line was no order
}

// read takes in the results of a run before, and cuts off the beginning of a
// line that was not finished.
func (d *doneOrders) read(f *os.File) error {
	r := bufio.NewReaderSize(f, 256<<10)
	d.verdicts = map[check.Verdict]bool{}
	var whole int64
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err == io.EOF && (len(line) == 0 || line[0] == '{') {
			break
		}
		if err == io.EOF {
			return usagef("--output %s ends with what is not a result of a batch; name another file", d.file)
		}
		if err != nil {
			return usagef("--output %s cannot be read: %s", d.file, reason(err))
		}
		var x struct {
			Order       int           `json:"order"`
			ID          string        `json:"id"`
			Error       string        `json:"error"`
			Identifiers []string      `json:"identifiers"`
			Verdict     check.Verdict `json:"verdict"`
		}
		if json.Unmarshal(line, &x) != nil || x.Order < 1 || x.Order > n+farApart {
			return usagef("--output %s: line %d is not a result of a batch; name another file", d.file, n)
		}
		names := x.Identifiers
		if x.Error != "" {
			names, d.wrong = nil, true
		} else {
			d.verdicts[x.Verdict] = true
		}
		d.set(x.Order, mark(x.ID, names))
		whole += int64(len(line))
	}
	if err := f.Truncate(whole); err != nil {
		return fmt.Errorf("--output %s: %w", d.file, err)
	}
	if _, err := f.Seek(whole, io.SeekStart); err != nil {
		return fmt.Errorf("--output %s: %w", d.file, err)
	}
	return nil
}

// farApart is how far the number of an order can be ahead of its line: as many
// orders as are under way at once have no result yet.
const farApart = 1 << 20

func (d *doneOrders) set(number int, mark uint32) {
	for len(d.marks) < number {
		d.marks = append(d.marks, 0)
	}
	d.marks[number-1] = mark
}

// has reports whether an order has a result. The error says that the result
// is another order's.
func (d *doneOrders) has(q orderLine) (bool, error) {
	if q.number > len(d.marks) || d.marks[q.number-1] == 0 {
		return false, nil
	}
	if d.marks[q.number-1] != mark(q.id, distinctNames(q.names)) {
		return false, usagef("line %d of the list is not the order that %s has a result for; the list has changed: name another file with --output", q.line, d.file)
	}
	return true, nil
}

// after is the number of the next order that has no result yet.
func (d *doneOrders) after(number int) int {
	for number++; number <= len(d.marks) && d.marks[number-1] != 0; number++ {
	}
	return number
}

// mark tells one order from another. It is not 0.
func mark(id string, names []string) uint32 {
	h := fnv.New32a()
	for _, s := range append([]string{id}, names...) {
		_, _ = io.WriteString(h, s+"\n")
	}
	return h.Sum32() | 1
}

// distinctNames are the names without those that come again, as results list
// them.
func distinctNames(names []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			once = append(once, n)
		}
	}
	return once
}
