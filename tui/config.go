package tui

import (
	"context"
	"time"

	"github.com/charmbracelet/lipgloss"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// A Config is what the terminal program needs. Names, Order, Now and Renderer
// are always set; a field that is a function and nil switches off the keys
// that would call it.
type Config struct {
	Names []string // identifiers as a CA has them
	Order check.Order

	// Look takes one run: it asks for the names, judges as ordered, and tells
	// emit what happens, which does not block. It returns soon after ctx ends.
	Look func(ctx context.Context, names []string, o check.Order, emit func(survey.Event)) report.Report
	// Opened is a run that is shown at once, such as a recorded one, and Told
	// what happened in it.
	Opened *report.Report
	Told   []survey.Event

	// Value reads what a user gives as expected TXT value: NAME=TXT, or TXT
	// for all names (the name is then "").
	Value func(text string) (name, value string, err error)
	// Accept says what is wrong with an order that the user has put together.
	Accept func(check.Order) error
	// Challenges are the challenge types to choose from.
	Challenges []string

	// Savers are the forms in which a run can be saved.
	Savers []Saver

	Demo *Demo // nil unless a made-up world is asked

	Now      func() time.Time
	Renderer *lipgloss.Renderer // with the colours that the terminal has
	ASCII    bool               // nothing above 0x7e is drawn
	Copy     func(text string)  // to the terminal's clipboard
}

// A Saver writes a run to a file that must not be there yet.
type Saver struct {
	Name      string // "JSON"
	Extension string // "json"
	Save      func(path string, r report.Report) error
}

// A Demo is the made-up world that is asked.
type Demo struct {
	Name, Title, Story string
	// Advance sets the world's clock to its next change and says what time
	// that is; "" when there is none left.
	Advance func() string
	// Others are worlds to go to, by [Demo.Open].
	Others []Choice
	Open   func(name string) (Config, error)
}

// A Choice is one of several things to choose from.
type Choice struct{ Name, Title string }
