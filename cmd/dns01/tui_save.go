package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/recording"
	"dns01/resolver/survey"
	"dns01/tui"
)

// savers are the forms in which the screen program saves a run.
func (p *program) savers(tapes *tapeBox) []tui.Saver {
	text := report.TextOptions{Verbose: true, ASCII: !p.unicode()}
	return []tui.Saver{
		{Name: "JSON", Extension: "json", Save: saver(0o644, report.JSON)},
		{Name: "Markdown", Extension: "md", Save: saver(0o644, func(w io.Writer, r report.Report) error { return report.Markdown(w, []report.Report{r}) })},
		{Name: "text", Extension: "txt", Save: saver(0o644, func(w io.Writer, r report.Report) error { return report.Text(w, r, text) })},
		// It tells what a run was about, so only its owner may read it.
		{Name: "recording", Extension: "rec", Save: saver(0o600, tapes.write)},
	}
}

// saver writes a new file. One that is there already is left alone.
func saver(mode fs.FileMode, write func(io.Writer, report.Report) error) func(string, report.Report) error {
	return func(path string, r report.Report) error {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		switch {
		case errors.Is(err, fs.ErrExist):
			return fmt.Errorf("%s is there already; choose another name", path)
		case err != nil:
			return fmt.Errorf("%s cannot be written: %s; choose another place", path, reason(err))
		}
		if err := errors.Join(write(f, r), f.Close()); err != nil {
			_ = os.Remove(path) // half a file helps nobody
			return fmt.Errorf("%s cannot be written: %s; choose another place", path, reason(err))
		}
		return nil
	}
}

// keptTapes is how many runs can still be saved as recordings: the last one of
// all names, and a few of single names after it.
const keptTapes = 4

// A tapeBox holds the recordings of the last runs.
type tapeBox struct {
	asked *flags // how the runs look

	mu    sync.Mutex
	order []*survey.Survey
	tapes map[*survey.Survey]*recording.Recording
}

// tape is what the recording of a run begins with, as if it were a check with
// the order as it then was.
func (b *tapeBox) tape(o check.Order) tape {
	t := tape{command: "check"}
	for _, f := range b.asked.kept() {
		if name, _, _ := strings.Cut(f, "="); name != "--ca" && name != "--account" && name != "--challenge" {
			t.flags = append(t.flags, f)
		}
	}
	t.flags = append(t.flags, "--challenge="+o.Challenge)
	if _, ok := known.Find(o.CA.ID); ok { // not one that --ca-directory describes
		t.flags = append(t.flags, "--ca="+o.CA.ID)
	}
	if o.Account != "" {
		t.flags = append(t.flags, "--account="+o.Account)
	}
	return t
}

func (b *tapeBox) keep(s *survey.Survey, r *recording.Recording) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tapes == nil {
		b.tapes = map[*survey.Survey]*recording.Recording{}
	}
	b.tapes[s] = r
	if b.order = append(b.order, s); len(b.order) > keptTapes {
		delete(b.tapes, b.order[0])
		b.order = b.order[1:]
	}
}

// write writes the recording of a run.
func (b *tapeBox) write(w io.Writer, r report.Report) error {
	b.mu.Lock()
	rec := b.tapes[r.Survey]
	b.mu.Unlock()
	if rec == nil {
		return errors.New("this run was not recorded, or too many came after it")
	}
	return rec.Write(w)
}
