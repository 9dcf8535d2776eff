package main

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"dns01/report"
)

// A heard writer knows whether anything was written to it.
type heard struct {
	io.Writer
	some bool
}

func (h *heard) Write(b []byte) (int, error) {
	h.some = h.some || len(b) > 0
	return h.Writer.Write(b)
}

// complainTo gives a program that reads the standard output what it can read:
// a JSON document, or the line of a Nagios plugin with the status of one. If
// a report has begun there, that stands.
func (p *program) complainTo(out *heard, f report.Failure) int {
	switch {
	case out.some:
	case p.asksFor("nagios"):
		_ = report.NagiosLine(out, "UNKNOWN", f.Message, "")
	case p.asksFor("json") || slices.Contains([]string{"json", "jsonl"}, p.formatAskedFor()):
		_ = report.JSONError(out, p.tool(), f)
	}
	if p.asksFor("nagios") {
		return report.NagiosUnknown
	}
	return f.Status
}

// asksFor reports whether a flag without a value is given. The arguments may
// be such that they cannot be parsed.
func (p *program) asksFor(flag string) bool {
	value := p.env(variable(flag))
	for _, a := range p.flagWords() {
		if name, v, found := strings.Cut(a, "="); name == "--"+flag {
			if value = v; !found {
				value = "true"
			}
		}
	}
	yes, _ := strconv.ParseBool(value)
	return yes
}

// formatAskedFor is the value of --format, as far as can be seen.
func (p *program) formatAskedFor() string {
	value := p.env(variable("format"))
	words := p.flagWords()
	for i, a := range words {
		if v, ok := strings.CutPrefix(a, "--format="); ok {
			value = v
		} else if a == "--format" && i+1 < len(words) {
			value = words[i+1]
		}
	}
	return value
}

// flagWords are the arguments in which flags may stand.
func (p *program) flagWords() []string {
	if i := slices.Index(p.args, "--"); i >= 0 {
		return p.args[:i]
	}
	return p.args
}
