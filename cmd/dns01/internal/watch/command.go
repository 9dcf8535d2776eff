package watch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A Command is a program that is run for each change. What happened is in its
// environment and, as JSON, on its standard input; no shell comes between, so
// that nothing of it can be taken for a command.
type Command struct {
	Words  []string // the program and its arguments
	Output io.Writer
}

// commandTimeout is how long the program may run.
const commandTimeout = time.Minute

// Sink is where the watch tells changes. A program that fails is not run
// again: it may have done half of its work.
func (c Command) Sink() Sink {
	return Sink{Kind: "command", Name: c.Words[0], Tries: 1, Send: c.run}
}

func (c Command) run(ctx context.Context, n Notice) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Words[0], c.Words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(n.Body), c.Output, c.Output
	cmd.Env = append(inherited(), n.environment()...)
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("ended by us: %w", context.Cause(ctx))
	}
	return err
}

// inherited is our own environment without what only we need.
func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "DNS01_") })
}

// environment are the variables that tell the change.
func (n Notice) environment() []string {
	return []string{
		"DNS01_CHANGE_ID=" + n.ID,
		"DNS01_CHANGE_KIND=" + string(n.Kind),
		"DNS01_CHANGE_ORDER=" + n.Order,
		"DNS01_CHANGE_IDENTIFIERS=" + strings.Join(n.Identifiers, " "),
		"DNS01_CHANGE_FROM=" + n.From,
		"DNS01_CHANGE_TO=" + n.To,
		"DNS01_CHANGE_FINDINGS=" + strings.Join(n.Findings, " "),
		"DNS01_CHANGE_TEXT=" + n.Text,
	}
}
