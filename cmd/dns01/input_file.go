package main

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/charmbracelet/x/term"
)

// A file that is named to be read may be something else by the time that it is
// opened: to open a pipe waits for whoever writes to it, and a device may have
// no end.

// openInput opens what is read once: a file, a terminal, or a pipe as a
// process substitution makes it.
func openInput(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeNamedPipe != 0:
		return openPipe(name, os.O_RDONLY, pipeWait)
	case mode&fs.ModeSocket != 0: // the system says that no such device is there
		return nil, errEndless
	}
	f, err := os.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = endsSometime(f, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// endsSometime refuses what is opened and has no end, or none that is known.
func endsSometime(f *os.File, info fs.FileInfo) error {
	mode := info.Mode()
	switch {
	case mode.IsDir():
		return errFolder
	case mode.IsRegular(), mode&fs.ModeCharDevice != 0 && term.IsTerminal(f.Fd()):
		return nil
	}
	if null, err := os.Stat(os.DevNull); err == nil && os.SameFile(info, null) {
		return nil
	}
	return errEndless
}

var (
	errEndless    = errors.New("it is no file that ends; name a regular one")
	errFolder     = errors.New("it is a folder; name a file in it")
	errNotRegular = errors.New("it is no regular file, and it is read more than once; name one")
)

// openRegular opens what is read again and again: a regular file. Nobody who
// puts something else in its place makes us wait.
func openRegular(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Mode().IsDir():
		err = errFolder
	case !info.Mode().IsRegular():
		err = errNotRegular
	default:
		return f, nil
	}
	f.Close()
	return nil, err
}

// pipeWait is how long a pipe may have nobody at its other end.
const pipeWait = 10 * time.Second

// openPipe opens a pipe once there is somebody at its other end.
func openPipe(name string, how int, wait time.Duration) (*os.File, error) {
	type opened struct {
		*os.File
		err error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.OpenFile(name, how, 0)
		done <- opened{f, err}
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.File, o.err
	case <-timer.C:
	}
	other, err := os.OpenFile(name, how^os.O_WRONLY|nonBlocking, 0) // the other end, which ends the wait
	if err == nil {
		if o := <-done; o.err == nil {
			o.Close()
		}
		other.Close()
	}
	if how == os.O_RDONLY {
		return nil, errors.New("it is a pipe that nobody writes to; start what writes to it, or name a file")
	}
	return nil, errors.New("it is a pipe that nobody reads from; start what reads from it, or name a file")
}
