package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"dns01/report"
)

// A program is one run of dns01.
type program struct {
	args     []string // without the program's name
	stdin    io.Reader
	stdout   io.Writer // results, and nothing else
	stderr   io.Writer // complaints and chatter
	env      func(string) string
	now      func() time.Time
	rand     *rand.Rand // letter case, and which server comes first; nil: at random
	screen   screen
	build    *debug.BuildInfo // may be nil
	commands io.Writer        // stdout for workflow commands of GitHub Actions
	world    world            // what is asked, unless a command brings its own
	tls      *tls.Config      // for documents of CAs; nil: as usual

	hangup        func(context.Context) <-chan struct{} // signals that ask to read files again; nil: there are none
	globalpingAPI string                                // "" for the one there is

	chatter sync.Mutex // held while a line is written to stderr
}

// The exit statuses. Those of a verdict are in statusOf.
const (
	statusOK      = 0
	statusBlocked = 1
	statusUsage   = 2
	statusUnknown = 3
	statusRetry   = 75 // EX_TEMPFAIL of sysexits.h
)

// A command does one thing and returns the exit status. An error of type
// usageError is the caller's to mend.
type command func(p *program, ctx context.Context, args []string) (int, error)

// commandNames are the commands in the order in which help lists them.
var commandNames = []string{"check", "caa", "wait", "lookup", "plan", "explain", "batch", "agent", "watch", "replay", "diff", "tui", "demo", "completion", "version", "help"}

func commandNamed(name string) command {
	switch name {
	case "check":
		return (*program).check
	case "caa":
		return (*program).caa
	case "wait":
		return (*program).wait
	case "lookup":
		return (*program).lookup
	case "plan":
		return (*program).plan
	case "explain":
		return (*program).explain
	case "batch":
		return (*program).batch
	case "agent":
		return (*program).agent
	case "watch":
		return (*program).watch
	case "replay":
		return (*program).replay
	case "diff":
		return (*program).diff
	case "demo":
		return (*program).demo
	case "tui":
		return (*program).tui
	case "completion":
		return (*program).completion
	case "version", "--version":
		return (*program).version
	case "help":
		return (*program).help
	}
	return nil
}

// run runs the command that the arguments name and returns the exit status.
func (p *program) run(ctx context.Context) int {
	in := &breakable{ctx: ctx, stream: p.stdin}
	results, chatter := &breakable{ctx: ctx, stream: p.stdout}, &breakable{ctx: ctx, stream: p.stderr}
	out := &heard{Writer: results}
	p.stdin, p.stdout, p.stderr, p.commands = in, out, chatter, out
	if p.inPipeline() {
		p.stdout, p.stderr = &inert{Writer: out}, &inert{Writer: p.stderr}
	}
	run, args, err := p.dispatch()
	if err != nil {
		return p.complain(err, out)
	}
	status, err := p.guarded(ctx, run, args)
	if err != nil && (in.broken.Load() || results.broken.Load()) {
		err = errInterrupted // and not what became of what was read so far
	}
	if err != nil {
		return p.complain(err, out)
	}
	return status
}

// dispatch finds the command. A name stands for "check NAME".
func (p *program) dispatch() (command, []string, error) {
	if len(p.args) == 0 {
		return nil, nil, usagef(`no names given; try "dns01 check example.com", "dns01 demo" or "dns01 help"`)
	}
	first := p.args[0]
	switch {
	case commandNamed(first) != nil:
		return commandNamed(first), p.args[1:], nil
	case first == "-h" || first == "--help":
		return (*program).help, nil, nil
	case strings.HasPrefix(first, "-") || looksLikeNames(first):
		return (*program).check, p.args, nil
	}
	hint := didYouMean(first, commandNames)
	if hint == "" {
		hint = `; "dns01 help" lists the commands`
	}
	return nil, nil, usagef("%q is neither a command nor a domain name with a dot%s", first, hint)
}

// looksLikeNames tells a name, or several with commas, from a mistyped command.
func looksLikeNames(arg string) bool {
	return strings.ContainsAny(arg, ".,*:/_") || strings.ContainsFunc(arg, func(r rune) bool { return r > '~' })
}

// A usageError is wrong input. Its text is one sentence that names the
// argument and says what to do.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// longestComplaint is how much of an error is shown, in octets: some quote what
// they cannot read, however long that is.
const longestComplaint = 4000

// complain writes an error to stderr and returns the status for it. Who reads
// the standard output gets it there too, see [program.complainTo].
func (p *program) complain(err error, out *heard) int {
	text := err.Error()
	if len(text) > longestComplaint {
		text = strings.ToValidUTF8(text[:longestComplaint], "") + " …"
	}
	p.say("dns01: %s", text)
	status, kind := p.statusOfFailure(), "failure"
	if _, ok := errors.AsType[usageError](err); ok {
		status, kind = statusUsage, "usage"
	}
	return p.complainTo(out, report.Failure{Kind: kind, Message: text, Status: status})
}

// statusOfFailure is the status of what is nobody's wrong usage, a fault of the
// program itself included: nothing is known of the names. That of diff is the
// "trouble" of diff(1).
func (p *program) statusOfFailure() int {
	if len(p.args) > 0 && p.args[0] == "diff" {
		return statusUsage
	}
	return statusUnknown
}

// say writes one line to stderr. There is nothing to do about its failure.
func (p *program) say(format string, args ...any) {
	p.chatter.Lock()
	defer p.chatter.Unlock()
	line := fmt.Sprintf(format, args...)
	_, _ = io.WriteString(p.stderr, printable(line)+"\n")
}

// printable replaces what steers a terminal or is not seen on it: control
// characters, and those that turn or hide text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !report.Seen(r) {
			return '?'
		}
		return r
	}, s)
}

// delivered forgives a reader that has gone away: it has seen enough, and the
// exit status is still to come.
func delivered(err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		return nil
	}
	return err
}

// isCommand reports whether a word is a command's name.
func isCommand(word string) bool { return slices.Contains(commandNames, word) }
