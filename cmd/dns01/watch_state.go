package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"dns01/cmd/dns01/internal/watch"
)

// A stateFile is where a watch keeps what the one after it has to know.
type stateFile struct {
	file, flag string
	say        func(string)
	quiet      bool
	last       fs.FileInfo // as we left it; nil: not yet
	shared     bool        // somebody else writes to it too, and that was told
}

// maxState is how large a state may be, in octets: some 200 an order.
const maxState = 256 << 20

// stateFile reads --state.
func (f *watchFlags) stateFile() (*stateFile, error) {
	if f.state == "" {
		return nil, nil
	}
	if f.state == "-" {
		return nil, usagef("%s - cannot be: what is kept is read again; name a file", f.source("state"))
	}
	return &stateFile{file: f.state, flag: f.source("state")}, nil
}

// load reads what a watch before this one left. What is damaged begins anew;
// what is somebody else's is an error, since it would be written over.
func (s *stateFile) load() (watch.State, error) {
	var state watch.State
	file, err := openRegular(s.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.tell("%s %s is new: what is not ready is told as on a first start", s.flag, s.file)
		return state, nil
	case errors.Is(err, errFolder):
		return state, usagef("%s %s is a folder; name a file in it", s.flag, s.file)
	case errors.Is(err, errNotRegular):
		return state, usagef("%s %s is no regular file; name one, or one that is not there yet", s.flag, s.file)
	case err != nil:
		return state, usagef("%s %s cannot be read: %s", s.flag, s.file, reason(err))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxState+1))
	switch {
	case err != nil:
		return state, usagef("%s %s cannot be read: %s", s.flag, s.file, reason(err))
	case len(data) > maxState:
		return state, usagef("%s %s is larger than any state of a watch; name another file", s.flag, s.file)
	}
	state, err = watch.ReadState(data)
	if foreign, ok := errors.AsType[watch.ErrForeign](err); ok {
		return state, usagef("%s %s: %s; name another file, or remove this one", s.flag, s.file, foreign)
	}
	if err != nil {
		s.say(fmt.Sprintf("%s %s cannot be used: %v; the watch begins anew and tells again what is not ready", s.flag, s.file, err))
		return watch.State{}, nil
	}
	s.tell("%s %s: %s known, as of %s", s.flag, s.file, plural(state.Size(), "order"), state.SavedAt.UTC().Format(time.RFC3339))
	return state, nil
}

// tell says what is of no consequence.
func (s *stateFile) tell(format string, args ...any) {
	if !s.quiet {
		s.say(fmt.Sprintf(format, args...))
	}
}

// save puts a state in the place of the one before. Two watches that keep
// theirs in one file would forget for each other, which is told once.
func (s *stateFile) save(data []byte) error {
	info, err := os.Stat(s.file)
	if err == nil && s.last != nil && !s.shared && (!os.SameFile(info, s.last) || !info.ModTime().Equal(s.last.ModTime())) {
		s.shared = true
		s.say(fmt.Sprintf("another process writes to %s too; give each watch a file of its own with --state", s.file))
	}
	if err == nil && !info.Mode().IsRegular() { // a pipe would keep the watch waiting
		return fmt.Errorf("%s is no regular file any more; remove it, and the state is written again", s.file)
	}
	if err := replace(s.file, data, private); err != nil {
		if s.last == nil {
			return usagef("%s %s cannot be written: %s", s.flag, s.file, reason(err))
		}
		return fmt.Errorf("%s: %s", s.file, reason(err))
	}
	s.last, err = os.Stat(s.file)
	if err != nil { // it was removed at once
		s.last = nil
	}
	return nil
}
