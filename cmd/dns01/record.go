package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/miekg/dns"
	"github.com/spf13/pflag"

	"dns01/check"
	"dns01/resolver"
	"dns01/resolver/recording"
	"dns01/resolver/survey"
)

// A tape is what --record asks for. The zero value records nothing.
type tape struct {
	file    string
	command string
	flags   []string // to be given again when the recording is judged
	redact  bool
}

// keptFlags are those that a recording keeps as they were given: they say how
// to look and what to judge by. Names, values, roots, anchors and resolvers are
// kept as what they came to, so that no other file is needed; the others are about what comes out.
var keptFlags = []string{
	"ca", "account", "what-if", "challenge", "profile", "allow-private", "ipv4", "ipv6",
	"timeout", "deadline", "pace", "now", "no-probe", "probe", "strict",
}

// tape reads --record.
func (f *flags) tape() tape {
	t := tape{file: f.record, command: f.command, redact: f.redact}
	if f.record == "" {
		return t
	}
	t.flags = f.kept()
	return t
}

// kept are the flags that a recording keeps, as given.
func (f *flags) kept() (kept []string) {
	f.Visit(func(x *pflag.Flag) {
		if slices.Contains(keptFlags, x.Name) {
			values := []string{x.Value.String()}
			if several, ok := x.Value.(pflag.SliceValue); ok {
				values = several.GetSlice()
			}
			for _, v := range values {
				kept = append(kept, dashed(x)+"="+v)
			}
		}
	})
	return kept
}

// A recorder is a recording under way; nil when there is none.
type recorder struct {
	*recording.Recorder
	file   string
	tmp    *os.File // becomes the file once it is whole
	redact bool
	since  time.Time        // when the only look began, if there is only one
	facts  []recording.Fact // what validation concluded, to be kept if so
	made   bool             // how values are made is kept
}

// startRecording opens the file, so that one that cannot be written is known
// before anything is asked.
func (p *program) startRecording(w world, o options) (*recorder, error) {
	if o.tape.file == "" {
		return nil, nil
	}
	return openRecording(o.tape, p.recordingHeader(w, o))
}

// recordingHeader is what the recording of a check begins with.
func (p *program) recordingHeader(w world, o options) recording.Header {
	h := p.headerOf(w, o.start, o.settings)
	h.Names = o.names
	for name, values := range o.order.Values {
		for _, v := range values {
			from := o.order.Sources[v]
			h.Values = append(h.Values, recording.Value{Name: name, TXT: v, Token: from.Token, Thumbprint: from.Thumbprint})
		}
	}
	slices.SortStableFunc(h.Values, compareValues)
	for _, r := range o.resolvers {
		h.Resolvers = append(h.Resolvers, recording.Resolver{
			Name: r.Name, Addr: r.Addr, Transport: cmp.Or(r.Transport, resolver.UDP), Local: r.Local, Around: r.Around,
		})
	}
	return h
}

// recordLookup is startRecording for a lookup.
func (p *program) recordLookup(w world, o lookupOptions) (*recorder, error) {
	if o.tape.file == "" {
		return nil, nil
	}
	h := p.headerOf(w, o.start, o.settings)
	h.Names, h.Type = []string{o.name}, dns.Type(o.qtype).String()
	return openRecording(o.tape, h)
}

// headerOf is what every recording begins with.
func (p *program) headerOf(w world, from start, s settings) recording.Header {
	h := recording.Header{
		Tool: p.tool().Name + " " + p.tool().Version, Command: s.tape.command, Lab: w.lab,
		Started: p.clock(w)().Truncate(time.Millisecond),
		Flags:   s.tape.flags, Anchors: from.anchors, SignedAt: from.signedAt, Allow: w.allow,
		Roots: from.roots,
	}
	if h.Roots == nil {
		h.Roots = resolver.BuiltinRoots()
	}
	return h
}

// openRecording wants a place where a file can be put. The error is a
// usageError.
func openRecording(t tape, h recording.Header) (*recorder, error) {
	file := t.file
	info, err := os.Stat(file)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, usagef("--record %s is no file that can be replaced; name one that is to be written", file)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--record %s cannot be written: %s", file, reason(err))
	}
	// Only its owner may read it (CreateTemp): it tells what a run was about.
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return nil, usagef("--record %s cannot be written: %s", file, reason(err))
	}
	return &recorder{Recorder: recording.NewRecorder(h), file: file, tmp: tmp, redact: t.redact}, nil
}

// into is the world with every exchange noted. It begins a look.
func (r *recorder) into(p *program, w world) world {
	if r == nil {
		return w
	}
	w = r.look(p, w, 0)
	w.exchanger = r.Exchanger(w.exchanger, "")
	return w
}

// look begins a look of a wait, and returns the world with its luck settled.
func (r *recorder) look(p *program, w world, at time.Duration) world {
	if r == nil {
		return w
	}
	seed := p.luck(w)
	w.seed = &seed
	r.Look(at, seed)
	return w
}

// record lets a wait be recorded. Each look then holds what it asked and what
// it still remembered, so that it can be judged by itself.
func (wt *waiter) record(r *recorder) {
	if wt.rec = r; r != nil {
		wt.asked = r.Exchanger(wt.asked, "")
	}
}

// resolvers are caches with every exchange noted, whatever way it takes.
func (r *recorder) resolvers(rs []survey.Resolver) []survey.Resolver {
	if r == nil {
		return rs
	}
	rs = slices.Clone(rs)
	for i := range rs {
		if rs[i].Exchanger != nil {
			rs[i].Exchanger = r.Exchanger(rs[i].Exchanger, rs[i].Name)
		}
	}
	return rs
}

// began notes when the only look there is began, as its report says it.
func (r *recorder) began(s *survey.Survey) {
	if r != nil {
		r.since = s.Started.Truncate(time.Millisecond)
	}
}

// judged notes whether the judgement of a look hangs on how values are made. A
// token and a thumbprint are kept for that alone: then something that is made of
// them is published in the place of the value.
func (r *recorder) judged(s *survey.Survey, o check.Order) {
	if r == nil || r.made || len(o.Sources) == 0 {
		return
	}
	plain := o
	plain.Sources = nil
	r.made = !slices.EqualFunc(check.Judge(s, o).Findings, check.Judge(s, plain).Findings, func(a, b check.Finding) bool {
		return a.Rule.ID == b.Rule.ID && a.Detail == b.Detail
	})
}

// done ends a look.
func (r *recorder) done(took time.Duration, part bool) {
	if r != nil {
		r.Done(took, part)
	}
}

// save writes the recording in one step: whoever looks sees the old file or
// the whole new one.
func (r *recorder) save() error {
	if r == nil {
		return nil
	}
	err := r.whole().Write(r.tmp)
	if err == nil {
		err = r.tmp.Close()
	}
	if err == nil {
		err = os.Rename(r.tmp.Name(), r.file)
	}
	if err != nil {
		return recordError{r.file, err}
	}
	r.tmp = nil
	return nil
}

// A recordError says that a recording was not kept. What the run found stands
// all the same.
type recordError struct {
	file string
	err  error
}

func (e recordError) Error() string {
	return "the recording " + e.file + " was not written: " + reason(e.err) + "; see to its folder and run again"
}

func (e recordError) Unwrap() error { return e.err }

// drop removes what was not saved.
func (r *recorder) drop() {
	if r == nil || r.tmp == nil {
		return
	}
	_ = r.tmp.Close()
	_ = os.Remove(r.tmp.Name()) // there is nothing to do about it
}

// compareValues leaves the order of the values of one name as it was given.
func compareValues(a, b recording.Value) int { return cmp.Compare(a.Name, b.Name) }
