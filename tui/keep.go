package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dns01/report"
)

// worthCopying is what the row under the cursor has to copy.
func (m Model) worthCopying() string {
	return strings.TrimRight(m.current().pane.copied(m.subject(), m.current().row()), "\n")
}

// copyRow hands it to the terminal's clipboard. Whether the terminal takes it
// cannot be seen.
func copyRow(m Model) (Model, cmd) {
	text := m.worthCopying()
	switch {
	case text == "":
		return m.say("nothing to copy here"), nil
	case m.cfg.Copy == nil:
		return keepRow(m), nil
	}
	put := m.cfg.Copy
	return m.say("sent to the clipboard (c prints it at the end instead): " + short(text)), func() (none msg) {
		put(text)
		return nil
	}
}

// keepRow prints it at the end.
func keepRow(m Model) Model {
	text := m.worthCopying()
	switch {
	case text == "":
		return m.say("nothing to print here")
	case slices.Contains(m.kept, text):
		return m.say("will be printed at the end already")
	}
	m.kept = append(slices.Clone(m.kept), text)
	return m.say("will be printed at the end: " + short(text))
}

func short(text string) string {
	first, _, more := strings.Cut(text, "\n")
	if more {
		return first + " ..."
	}
	return first
}

// saved is the message of what became of a file.
type saved string

// chooseSaver asks in which form to save, then where.
func chooseSaver(m Model) (Model, cmd) {
	if m.subject().report == nil {
		return m.say("there is nothing to save yet"), nil
	}
	var items []Choice
	for _, s := range m.cfg.Savers {
		items = append(items, Choice{s.Name, "a ." + s.Extension + " file"})
	}
	if len(items) == 0 {
		return m.say("nothing can be saved here"), nil
	}
	return m.choice("Save this run as", items, "", func(m Model, name string) (Model, cmd) {
		i := slices.IndexFunc(m.cfg.Savers, func(s Saver) bool { return s.Name == name })
		return m.askPath(m.cfg.Savers[i])
	})
}

func (m Model) askPath(sv Saver) (Model, cmd) {
	s := m.subject()
	base := strings.ReplaceAll(strings.TrimPrefix(s.name, "*."), "/", "_")
	path := fmt.Sprintf("dns01-%s-%s.%s", base, s.report.Survey.Started.UTC().Format("20060102T150405"), sv.Extension)
	return m.ask("save "+sv.Name+" to", path, func(m Model, path string) (Model, cmd, error) {
		if path = strings.TrimSpace(path); path == "" {
			return m, nil, fmt.Errorf("a file needs a name")
		}
		if err := sv.Save(path, *s.report); err != nil {
			return m, nil, err
		}
		return m.say("saved " + report.Clean(path, m.cfg.ASCII)), nil, nil
	})
}

// clockWord is a time of day as the status line has it.
func clockWord(t time.Time) string { return t.UTC().Format(time.TimeOnly) }
