package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"dns01/cmd/dns01/internal/watch"
	"dns01/report"
)

// A watchedList is the list of orders, which may change.
type watchedList struct {
	file  string // "-" is the standard input, "" a list that never changes
	stdin io.Reader
	form  string
	most  int
	make  func(orderLine) watch.Order
	fixed []orderLine // for no file
	size  int         // orders, when it was read last

	once bool      // it is no regular file: it was read, and cannot be again
	read fileStamp // of what was read last
	seen fileStamp // when somebody looked last
	sum  [sha256.Size]byte
	fail string // why it could not be read the last time
}

// A fileStamp tells whether a file may have changed.
type fileStamp struct {
	size int64
	at   time.Time
}

// maxList is how large a list may be, in octets.
const maxList = 64 << 20

// watchedList makes sense of the argument.
func (p *program) watchedList(ctx context.Context, f *watchFlags, w world, own []string, o watchOptions) (*watchedList, error) {
	l := &watchedList{file: f.Arg(0), stdin: p.stdin, form: f.input, most: f.most}
	switch {
	case f.NArg() > 1:
		return nil, usagef("watch reads one list, not %q as well; put all orders into one file", f.Arg(1))
	case l.form != "" && !slices.Contains(orderForms, l.form):
		return nil, usagef("%s is %s, not %q", f.source("input"), strings.Join(orderForms, ", "), l.form)
	case f.NArg() == 0 && f.scenario == "":
		return nil, usagef(`watch needs a list of orders: name a file, or "-" for the standard input`)
	case f.NArg() == 0:
		q, err := f.ownOrder(own)
		if err != nil {
			return nil, err
		}
		l.fixed = []orderLine{q}
	}
	b := batchOptions{settings: o.settings}
	var err error
	if b.order, err = p.order(ctx, f.flags, nil, w); err != nil {
		return nil, err
	}
	if b.start, err = f.start(w); err != nil {
		return nil, err
	}
	l.make = p.watchedOrders(w, b, o.interval)
	return l, nil
}

// ownOrder is what a scenario's command line asks for. Of the CA and the
// account the flags say more, where they are given.
func (f *watchFlags) ownOrder(target []string) (q orderLine, err error) {
	d := demoFlags()
	if err := d.parse(target); err != nil {
		return q, fmt.Errorf("scenario %s: %w", f.scenario, err)
	}
	q.number, q.line = 1, 1
	q.name(splitNames(d.Args()))
	if q.err != nil {
		return q, fmt.Errorf("scenario %s: %w", f.scenario, q.err)
	}
	if q.values, err = d.expected(q.names); err != nil {
		return q, err
	}
	for _, flag := range []string{"ca", "account", "challenge"} {
		if d.Changed(flag) && !f.Changed(flag) {
			if err := f.Set(flag, d.Lookup(flag).Value.String()); err != nil {
				return q, err
			}
		}
	}
	return q, nil
}

// load reads the list: always when forced, else when it has changed and was
// then left alone for the time between two calls, lest half a file be read. An
// error that stays the same is returned once.
func (l *watchedList) load(force bool) (watch.List, bool, error) {
	if l.file == "" || l.once {
		return l.again(force)
	}
	list, changed, err := l.fresh(force)
	switch {
	case err == nil && changed:
		l.fail = ""
	case err != nil && !force && err.Error() == l.fail:
		return watch.List{}, false, nil
	case err != nil:
		l.fail = err.Error()
	}
	return list, changed, err
}

// fresh reads the file, if there is something new in it.
func (l *watchedList) fresh(force bool) (watch.List, bool, error) {
	text, changed, err := l.text(force)
	if err != nil || !changed {
		return watch.List{}, false, err
	}
	list, err := l.parse(text)
	return list, err == nil, err
}

// again answers for a list that cannot change.
func (l *watchedList) again(force bool) (watch.List, bool, error) {
	switch {
	case !force:
		return watch.List{}, false, nil
	case l.file == "":
		list, err := l.orders(func(yield func(orderLine)) {
			for _, q := range l.fixed {
				yield(q)
			}
		})
		return list, true, err
	}
	return watch.List{}, false, errors.New("it came from a pipe, which can be read only once; name a file")
}

// text is what the file holds, and whether that is something new.
func (l *watchedList) text(force bool) ([]byte, bool, error) {
	if l.file == "-" {
		l.once = true
		text, err := limited(l.stdin)
		return text, true, err
	}
	file, err := l.open()
	if errors.Is(err, errFolder) {
		return nil, false, usagef("%s is a folder; name a file with an order a line", l.file)
	}
	if err != nil {
		return nil, false, usagef("the list %s cannot be read: %s", l.file, reason(err))
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, false, usagef("the list %s cannot be read: %s", l.file, reason(err))
	}
	l.once = !info.Mode().IsRegular()
	now := fileStamp{info.Size(), info.ModTime()}
	if !force && (now != l.seen || now == l.read && l.fail == "") {
		l.seen = now
		return nil, false, nil
	}
	text, err := limited(file)
	if err != nil {
		return nil, false, usagef("the list %s cannot be read: %s", l.file, reason(err))
	}
	sum := sha256.Sum256(text)
	changed := force || sum != l.sum || l.fail != ""
	l.read, l.seen, l.sum = now, now, sum
	return text, changed, nil
}

// open opens the file: a pipe, too, as long as none was read. One that takes
// the place of a file would keep the watch waiting.
func (l *watchedList) open() (*os.File, error) {
	if l.read == (fileStamp{}) {
		return openInput(l.file)
	}
	return openRegular(l.file)
}

func limited(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxList+1))
	if err == nil && len(text) > maxList {
		err = fmt.Errorf("it is larger than %d MiB", maxList>>20)
	}
	return text, err
}

func (l *watchedList) parse(text []byte) (watch.List, error) {
	in := newOrderReader(bytes.NewReader(text), batchOptions{file: l.file, input: l.form})
	var failed error
	list, err := l.orders(func(yield func(orderLine)) {
		for {
			q, err := in.next()
			if err != nil {
				if err != io.EOF {
					failed = err
				}
				return
			}
			yield(q)
		}
	})
	return list, errors.Join(failed, err)
}

// orders gives each order its name: its id or first identifier, with "#2" and
// so on when another order has that. An order that stands twice is one.
func (l *watchedList) orders(each func(yield func(orderLine))) (list watch.List, err error) {
	used, had, wrong := map[string]int{}, map[string]bool{}, 0
	reject := func(q orderLine, why error) {
		if wrong++; wrong <= mostRejected {
			list.Rejected = append(list.Rejected, printable(fmt.Sprintf("line %d: %v", q.line, why)))
		}
	}
	each(func(q orderLine) {
		if q.err == nil {
			q.err = nameable(q.id)
		}
		if q.err != nil {
			reject(q, q.err)
			return
		}
		o := l.make(q)
		if key := q.id + "\n" + o.Mark; had[key] {
			return
		} else {
			had[key] = true
		}
		o.Name = q.id
		if o.Name == "" {
			o.Name = q.names[0]
		}
		if used[o.Name]++; used[o.Name] > 1 {
			o.Name = fmt.Sprintf("%s#%d", o.Name, used[o.Name])
		}
		list.Orders = append(list.Orders, o)
	})
	switch n := len(list.Orders); {
	case n == 0 && wrong > 0:
		return list, usagef("no line of the list is an order; %s", list.Rejected[0])
	case n == 0:
		return list, emptyList
	case n > l.most:
		return list, usagef("the list has %d orders, and --max-orders allows %d; raise it, or watch a part", n, l.most)
	}
	list.Wrong = wrong
	l.size = len(list.Orders)
	return list, nil
}

// mostRejected is how many lines that are no orders are told of; the others
// are counted.
const mostRejected = 100

// nameable says why an id cannot stand in a label, a log and a URL.
func nameable(id string) error {
	switch {
	case len(id) > 200:
		return fmt.Errorf("the id is %d octets long; write one of 200 at most", len(id))
	case id == "." || id == "..":
		return fmt.Errorf("the id %q cannot stand in a URL; write another one", id)
	case strings.ContainsFunc(id, func(r rune) bool { return !report.Seen(r) || r == unicode.ReplacementChar }):
		return fmt.Errorf("the id %q holds what cannot be printed; write another one", id)
	}
	return nil
}
