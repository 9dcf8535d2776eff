package tui

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"dns01/check"
)

// A look is how a piece of text is drawn. It never says anything that the
// text does not.
type look int

const (
	plain look = iota
	good
	warn
	bad
	info
	faint
	strong
)

// styles are the looks on one terminal, and the marks that it can draw.
type styles struct {
	looks [strong + 1]lipgloss.Style
	marks marks
}

// marks are the signs beside words.
type marks struct {
	cursor, here, last, bar, rule, dots, arrow, differ, down string
}

// Renderer draws on w: in the terminal's own sixteen colours, or in none.
func Renderer(w io.Writer, color bool) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(termenv.Ascii)
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	return r
}

func newStyles(r *lipgloss.Renderer, ascii bool) styles {
	fg := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	s := styles{
		looks: [...]lipgloss.Style{
			plain: r.NewStyle(), good: fg("2").Bold(true), warn: fg("3").Bold(true), bad: fg("1").Bold(true),
			info: fg("6"), faint: r.NewStyle().Faint(true), strong: r.NewStyle().Bold(true),
		},
		marks: marks{"▸", "●", "└ ", "│", "─", "…", "→", "≠", "↓"},
	}
	if ascii {
		s.marks = marks{">", "*", "`- ", "|", "-", "...", "->", "!", "v"}
	}
	return s
}

func (s styles) draw(l look, text string) string { return s.looks[l].Render(text) }

// verdictLook is the look of a verdict's word.
func verdictLook(v check.Verdict) look {
	switch v {
	case check.Ready:
		return good
	case check.Blocked:
		return bad
	case "":
		return faint
	}
	return warn
}

// severityLook is the look of a severity's word.
func severityLook(s check.Severity) look {
	switch s {
	case check.Error:
		return bad
	case check.Warning:
		return warn
	}
	return info
}
