package main

import (
	"io"
	"slices"
	"strings"

	"dns01/check"
	"dns01/report"
)

// formats are the forms of a report of check and demo.
var formats = []string{"text", "json", "jsonl", "markdown", "html", "junit", "sarif", "github", "nagios", "prometheus"}

// An output is a form of the report, and the file it goes to; "-" is the
// standard output.
type output struct{ format, file string }

// outputs are what comes out of a run, and which verdicts fail it.
type outputs struct {
	all    []output
	nagios bool // the exit status is a Nagios plugin's
	limit  limit
}

// stdout is the format that goes to the standard output, or "" for one word.
func (o outputs) stdout() string {
	for _, out := range o.all {
		if out.file == "-" {
			return out.format
		}
	}
	return ""
}

// has reports whether a format is asked for anywhere.
func (o outputs) has(format string) bool {
	return slices.ContainsFunc(o.all, func(out output) bool { return out.format == format })
}

// readOutputs makes sense of --format, --output and what goes with them, and
// leaves in f.format what [flags.settings] knows. The error is a usageError.
func (f *checkFlags) readOutputs() (o outputs, err error) {
	if o.limit, err = f.readLimit(f.failOn); err != nil {
		return o, err
	}
	main, err := f.mainFormat()
	if err != nil {
		return o, err
	}
	o.nagios = f.nagios
	for _, arg := range f.outputs {
		out, err := f.outputOf(arg)
		if err != nil {
			return o, err
		}
		if i := slices.IndexFunc(o.all, func(b output) bool { return b.file == out.file }); i >= 0 {
			return o, usagef("%s %s: two reports for one file; give each a file of its own", f.source("output"), printable(arg))
		}
		o.all = append(o.all, out)
	}
	chosen := f.Changed("format") || f.json || f.nagios
	switch stdout := o.stdout(); {
	case stdout == "" && f.quiet:
	case stdout == "":
		o.all = append(o.all, output{main, "-"})
	case f.quiet:
		return o, usagef("-q prints one word and %s %s=- a document; give one of them", f.source("output"), stdout)
	case chosen && stdout != main:
		return o, usagef("%s %s=- and format %s both want the standard output; give one of them a file", f.source("output"), stdout, main)
	}
	f.format, f.json = "text", false
	if o.stdout() == "json" || o.stdout() == "jsonl" {
		f.format = "json"
	}
	return o, nil
}

// mainFormat is that of --format, --json or --nagios.
func (f *checkFlags) mainFormat() (string, error) {
	explicit := f.Changed("format") && !f.fromEnv["format"]
	switch {
	case !slices.Contains(formats, f.format):
		return "", usagef("%s is one of %s, not %q%s", f.source("format"), strings.Join(formats, ", "), f.format, didYouMean(f.format, formats))
	case f.json && f.nagios:
		return "", usagef("--json and --nagios contradict each other; give one of them")
	case f.json && explicit && f.format != "json":
		return "", usagef("--json and --format %s contradict each other; give one of them", f.format)
	case f.nagios && explicit && f.format != "nagios":
		return "", usagef("--nagios and --format %s contradict each other; give one of them", f.format)
	case f.quiet && (f.json || f.format != "text"):
		return "", usagef("-q prints one word, --json and --format %s a document; give one of them", f.format)
	case f.json:
		return "json", nil
	case f.nagios:
		return "nagios", nil
	}
	return f.format, nil
}

// outputOf reads FORMAT=FILE.
func (f *checkFlags) outputOf(arg string) (output, error) {
	format, file, ok := strings.Cut(arg, "=")
	switch {
	case !ok || file == "":
		return output{}, usagef("%s %q names no file; write FORMAT=FILE, as in sarif=out.sarif, with - for the standard output", f.source("output"), arg)
	case !slices.Contains(formats, format):
		return output{}, usagef("%s %q: the format is one of %s%s", f.source("output"), arg, strings.Join(formats, ", "), didYouMean(format, formats))
	case file == "-":
		return output{format, file}, nil
	}
	return output{format, file}, f.writable("output", file)
}

// render writes reports in one of the formats but text.
func (p *program) render(w io.Writer, rs []report.Report, format string, o outputs) error {
	switch format {
	case "json":
		if len(rs) == 1 {
			return report.JSON(w, rs[0])
		}
		return report.JSONOrders(w, rs)
	case "jsonl":
		for _, r := range rs {
			if err := report.JSONLine(w, r); err != nil {
				return err
			}
		}
		return nil
	case "markdown":
		return report.Markdown(w, rs)
	case "html":
		return report.HTML(w, rs)
	case "junit":
		return report.JUnit(w, rs, report.JUnitOptions{Warnings: o.limit.warning})
	case "sarif":
		return report.SARIF(w, rs)
	case "github":
		return report.GitHub(w, rs)
	case "nagios":
		return report.Nagios(w, rs, o.limit.warning)
	}
	return report.Prometheus(w, rs)
}

// A limit says which verdicts fail a run, see --fail-on.
type limit struct{ never, warning, quietUnknown bool }

// readLimit reads --fail-on and --strict. An error always fails, unless
// nothing does.
func (f *flags) readLimit(failOn string) (l limit, err error) {
	words := strings.Split(failOn, ",")
	l.quietUnknown = !slices.Contains(words, "unknown")
	for _, w := range words {
		switch w {
		case "error", "unknown":
		case "warning":
			l.warning = true
		case "never":
			l.never = true
		default:
			return l, usagef("%s is error, warning and unknown, separated by commas, or never; not %q", f.source("fail-on"), w)
		}
	}
	if l.never && len(words) > 1 {
		return l, usagef("%s never contradicts the words beside it; give one or the other", f.source("fail-on"))
	}
	if f.strict && f.Changed("fail-on") && !l.warning && !f.fromEnv["fail-on"] && !f.fromEnv["strict"] {
		return l, usagef("--strict and --fail-on %s contradict each other; give one of them", failOn)
	}
	l.warning = l.warning || f.strict
	return l, nil
}

// status is the exit status of a verdict within the limit.
func (l limit) status(v check.Verdict) int {
	s := statusOf(v, l.warning)
	if l.never || s == statusUnknown && l.quietUnknown {
		return statusOK
	}
	return s
}

// worse orders exit statuses: a refusal is worse than not to know, and that
// than to have to wait.
func worse(a, b int) int {
	order := []int{statusOK, statusRetry, statusUnknown, statusBlocked}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}

// statusFor is the exit status of a run.
func (o outputs) statusFor(rs []report.Report) int {
	if o.nagios {
		return report.NagiosStatus(rs, o.limit.warning)
	}
	status := statusOK
	for _, r := range rs {
		status = worse(status, o.limit.status(r.Result.Verdict))
	}
	return status
}
