// Command dns01 predicts whether an ACME certificate authority will issue for
// names over DNS-01, and says what stands in the way. "dns01 help" is its
// manual.
//
// main only gathers what belongs to the process. [program] is the whole
// program as a value: its arguments, streams, environment and door to the
// network, so that a test can run it. run.go dispatches; each command has a
// file; wiring.go joins the packages that look, judge and show.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"dns01/resolver"
)

func main() { os.Exit(run()) }

func run() int {
	// A closed pipe is an error of the write, not the end of the process: the
	// exit status still tells the verdict.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	go endOverdue(ctx, os.Args[1:])

	build, _ := debug.ReadBuildInfo()
	p := &program{
		args:   os.Args[1:],
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		env:    os.Getenv,
		now:    time.Now,
		screen: screenOf(os.Stdout),
		build:  build,
		hangup: hangups,
		world: world{
			exchanger: resolver.Live{},
			anchors:   resolver.BuiltinAnchors(),
			caches:    publicCaches,
		},
	}
	return p.run(ctx)
}

// endOverdue ends the process that goes on computing after an interrupt. Those
// that serve others have a grace of their own.
func endOverdue(ctx context.Context, args []string) {
	if len(args) > 0 && (args[0] == "agent" || args[0] == "watch") {
		return
	}
	keyboard, _ := term.GetState(os.Stdin.Fd())
	overdue(ctx, processorTime)
	if len(args) > 0 && args[0] == "tui" && keyboard != nil {
		_ = term.Restore(os.Stdin.Fd(), keyboard)
		_, _ = os.Stdout.WriteString(leaveScreen)
	}
	_, _ = os.Stderr.WriteString("dns01: interrupted\n")
	os.Exit(statusUnknown)
}

// leaveScreen ends bracketed paste and reports of the mouse, shows the cursor and
// gives the terminal's own screen back.
const leaveScreen = "\x1b[?2004l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?25h\x1b[?1049l"

// screenOf looks at where the output goes.
func screenOf(f *os.File) screen {
	if !term.IsTerminal(f.Fd()) {
		return screen{}
	}
	width, height, err := term.GetSize(f.Fd())
	if err != nil {
		width, height = 0, 0
	}
	return screen{terminal: true, width: width, height: height}
}
