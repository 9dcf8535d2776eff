package report

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"dns01/check"
)

// styles are the colours of the text form: those of the terminal's own
// palette, so that they suit its background.
type styles struct {
	red, yellow, green, cyan, faint lipgloss.Style
}

func newStyles(w io.Writer, color bool) styles {
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(termenv.Ascii)
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	fg := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	return styles{
		red:    fg("1").Bold(true),
		yellow: fg("3").Bold(true),
		green:  fg("2").Bold(true),
		cyan:   fg("6"),
		faint:  r.NewStyle().Faint(true),
	}
}

func (s styles) verdict(v check.Verdict, word string) string {
	switch v {
	case check.Ready:
		return s.green.Render(word)
	case check.Blocked:
		return s.red.Render(word)
	}
	return s.yellow.Render(word)
}

func (s styles) severity(v check.Severity, word string) string {
	switch v {
	case check.Error:
		return s.red.Render(word)
	case check.Warning:
		return s.yellow.Render(word)
	}
	return s.cyan.Render(word)
}
