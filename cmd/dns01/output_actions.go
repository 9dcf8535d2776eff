package main

import (
	"cmp"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Runners take orders from the log of a build. Names, values and texts of the
// DNS may stand anywhere in a line of it, and at its beginning where text is
// wrapped.
var (
	// lineCommand is one of GitHub Actions: "::name …::" at the beginning of a
	// line, after any white space. One that is not finished may become one.
	lineCommand = regexp.MustCompile(`(?:^|[\n\r])(?:[\t\v\f \pZ\x{85}\x{feff}])*(::)(?:[A-Za-z-]+[^\n\r]*(?:::|$)|$)`)
	// innerCommand is the older form of GitHub Actions, "##[name]", that of Azure
	// Pipelines and that of TeamCity, all of which are looked for within a line.
	innerCommand = regexp.MustCompile(`#(#)(?:vso|teamcity)?\[`)
)

// An inert writer lets nothing be a command to a runner. A backslash before the
// colons is enough; "##" becomes "#\u0023", which is the same text to a reader
// of JSON.
type inert struct {
	io.Writer
	line string // what has been written of the line under way, or its end
}

// longestOpening is how much of a line has to be known to see a command that
// comes in pieces: more than "##teamcity".
const longestOpening = 16

func (w *inert) Write(b []byte) (int, error) {
	now := disarm(w.line+string(b), len(w.line))
	if _, err := io.WriteString(w.Writer, now); err != nil {
		return 0, err
	}
	text := w.line + now
	if end := strings.LastIndexAny(text, "\r\n"); end >= 0 {
		text = text[end+1:]
	}
	if len(text) > longestOpening && strings.Trim(text, " \t:") != "" {
		text = "…" + text[len(text)-longestOpening:]
	}
	w.line = text
	return len(b), nil
}

// disarm writes text from an offset on without commands. What lies before it
// has been written already.
func disarm(text string, from int) string {
	type edit struct {
		at   int
		with string
		skip int // octets that it stands for
	}
	var edits []edit
	for _, m := range lineCommand.FindAllStringSubmatchIndex(text, -1) {
		if m[1] > from {
			edits = append(edits, edit{max(m[2], from), `\`, 0})
		}
	}
	for _, m := range innerCommand.FindAllStringSubmatchIndex(text, -1) {
		switch {
		case m[2] >= from:
			edits = append(edits, edit{m[2], `\u0023`, 1})
		case m[1] > from:
			edits = append(edits, edit{from, `\`, 0})
		}
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var out strings.Builder
	for _, e := range edits {
		out.WriteString(text[from:e.at] + e.with)
		from = e.at + e.skip
	}
	out.WriteString(text[from:])
	return out.String()
}

// inPipeline reports whether a runner reads what we print.
func (p *program) inPipeline() bool {
	return p.inActions() || p.env("TF_BUILD") != "" || p.env("TEAMCITY_VERSION") != ""
}

// inActions reports whether a runner of GitHub Actions does.
func (p *program) inActions() bool { return p.env("GITHUB_ACTIONS") == "true" }
