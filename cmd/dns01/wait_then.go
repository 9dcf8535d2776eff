package main

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// graceful is how long a command that is told to stop has for it.
const graceful = 10 * time.Second

// follow runs the command of --then, once what was waited for is there. Its
// exit status becomes ours.
func (p *program) follow(ctx context.Context, command string) (int, error) {
	if command == "" {
		return statusOK, nil
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.stdin, p.stdout, inherited(p.stderr)
	if f := fileOf(p.stdin); f != nil {
		cmd.Stdin = f // and nothing is read in its place
	}
	cmd.Cancel = func() error {
		return cmd.Process.Signal(syscall.SIGTERM) // it may have something to tidy up
	}
	cmd.WaitDelay = graceful
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() >= 0 {
		return exit.ExitCode(), nil
	}
	if err != nil {
		p.say("dns01: --then %s: %v", command, err)
		return statusUnknown, nil
	}
	return statusOK, nil
}
