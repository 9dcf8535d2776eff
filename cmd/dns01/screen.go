package main

import (
	"fmt"
	"strconv"
	"strings"

	"dns01/check"
	"dns01/report"
)

// A screen is where the output is seen. The zero value is a pipe or a file.
type screen struct {
	terminal bool
	width    int // columns; 0 when not known
	height   int // lines; 0 when not known
}

// show writes what is to be seen of an order as soon as it is judged: text, a
// line of JSON, or one word. Other formats wait for the last order.
func (p *program) show(r report.Report, n int, run runOptions) error {
	switch format := run.outputs.stdout(); {
	case format == "jsonl":
		return delivered(report.JSONLine(p.stdout, r))
	case run.quiet && format == "":
		_, err := fmt.Fprintln(p.stdout, r.Result.Verdict)
		return delivered(err)
	case format != "text":
		return nil
	}
	if n > 0 {
		if _, err := fmt.Fprintln(p.stdout); err != nil {
			return delivered(err)
		}
	}
	return delivered(report.Text(p.stdout, r, p.textOptions(run.settings)))
}

func (p *program) textOptions(s settings) report.TextOptions {
	return report.TextOptions{
		Width:   p.width(),
		Color:   p.colored(s.color),
		ASCII:   !p.screen.terminal || !p.unicode(),
		Verbose: s.verbose,
	}
}

// width is COLUMNS if set, or the terminal's; 0 when neither is known.
func (p *program) width() int {
	if n, err := strconv.Atoi(p.env("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return p.screen.width
}

// colored follows --color, then NO_COLOR (https://no-color.org).
func (p *program) colored(when string) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	return p.screen.terminal && p.env("NO_COLOR") == "" && p.env("TERM") != "dumb"
}

// unicode reports whether the locale is one of UTF-8, as POSIX looks it up.
func (p *program) unicode() bool {
	for _, v := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if s := p.env(v); s != "" {
			s = strings.ToLower(s)
			return strings.Contains(s, "utf-8") || strings.Contains(s, "utf8")
		}
	}
	return false
}

// statusOf is the exit status of a verdict.
func statusOf(v check.Verdict, strict bool) int {
	switch v {
	case check.Ready:
		return statusOK
	case check.AtRisk:
		if strict {
			return statusBlocked
		}
		return statusOK
	case check.Retry:
		return statusRetry
	case check.Blocked:
		return statusBlocked
	}
	return statusUnknown
}
