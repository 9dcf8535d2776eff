package report

import (
	"fmt"
	"io"
	"strings"

	"dns01/check"
)

// mostNagios is how long the text of a Nagios line is, in characters: agents
// pass on 1024 octets.
const mostNagios = 600

// The states of a Nagios plugin, which are also its exit statuses.
const (
	NagiosOK       = 0
	NagiosWarning  = 1
	NagiosCritical = 2
	NagiosUnknown  = 3
)

// NagiosState is the state of a verdict. What passes later by itself is a
// warning; strict makes that, and a mere risk, critical.
func NagiosState(v check.Verdict, strict bool) int {
	switch v {
	case check.Ready:
		return NagiosOK
	case check.AtRisk, check.Retry:
		if strict {
			return NagiosCritical
		}
		return NagiosWarning
	case check.Blocked:
		return NagiosCritical
	}
	return NagiosUnknown
}

// NagiosStatus is the state of several orders: that of the worst of them.
func NagiosStatus(rs []Report, strict bool) int { return NagiosState(worst(rs), strict) }

// Nagios writes reports as the one line that a monitoring plugin prints: the
// state, a sentence on the worst order, and performance data after "|". The
// error is the writer's.
func Nagios(w io.Writer, rs []Report, strict bool) error {
	state := [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[NagiosStatus(rs, strict)]
	text := headline(worstOf(rs))
	if len(rs) > 1 {
		text = fmt.Sprintf("%s (%d orders)", text, len(rs))
	}
	var seconds float64
	var queries int
	for _, r := range rs {
		if r.Survey != nil {
			seconds += r.Survey.Took.Seconds()
			queries += r.Survey.Queries.Total
		}
	}
	return NagiosLine(w, state, text, fmt.Sprintf("time=%.3fs;;;0 queries=%d;;;0 errors=%d;;;0 warnings=%d;;;0",
		seconds, queries, countOf(rs, check.Error), countOf(rs, check.Warning)))
}

// NagiosLine writes one such line. Neither "|", which begins performance data,
// nor what the web pages take for HTML gets into its text; they are written
// as zone files do (RFC 1035 §5.1). The error is the writer's.
func NagiosLine(w io.Writer, state, text, data string) error {
	text = strings.NewReplacer("|", `\124`, "<", `\060`, ">", `\062`, "&", `\038`).Replace(ascii(text))
	line := "DNS01 " + state + " - " + clip(text, mostNagios)
	if data != "" {
		line += " | " + data
	}
	if _, err := io.WriteString(w, line+"\n"); err != nil {
		return fmt.Errorf("writing the status line: %w", err)
	}
	return nil
}
