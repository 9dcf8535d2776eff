package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"dns01/check"
)

// A Terminal is where the program is seen and typed at. In and Out have to be
// those of a terminal.
type Terminal struct {
	In    io.Reader
	Out   io.Writer
	Mouse bool
}

// An Outcome is what is left when the program has ended.
type Outcome struct {
	Verdict check.Verdict // "" when no run was over
	Kept    []string      // what the user wants printed
}

// longestEnd is how long the end of the program waits for the end of its run.
const longestEnd = 2 * time.Second

// Run runs the program until the user quits or ctx ends. The terminal is left
// as it was found, after a panic too; the error then says so.
func Run(ctx context.Context, t Terminal, cfg Config) (Outcome, error) {
	m := New(ctx, cfg)
	opts := []tea.ProgramOption{tea.WithAltScreen(), tea.WithContext(ctx), tea.WithInput(t.In), tea.WithOutput(t.Out), tea.WithoutSignalHandler()}
	if t.Mouse {
		opts = append(opts, tea.WithMouseCellMotion())
	}
	final, err := tea.NewProgram(m, opts...).Run()
	m.eng.cancel()
	end, stop := context.WithTimeout(context.Background(), longestEnd)
	defer stop()
	m.eng.wait(end)
	last, ok := final.(Model)
	if !ok {
		last = m
	}
	out := Outcome{last.Verdict(), last.Kept()}
	switch {
	case last.fault != nil:
		return out, last.fault
	case errors.Is(err, tea.ErrProgramPanic):
		return out, fmt.Errorf("the screen program broke down, which is a fault of dns01: please report it; \"dns01 check\" does without it")
	case ctx.Err() != nil:
		return out, nil
	}
	return out, err
}

// colored reports whether the renderer draws colours.
func (m Model) colored() bool { return m.cfg.Renderer.ColorProfile() != termenv.Ascii }
