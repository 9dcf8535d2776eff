// Package report shows a judgement: as text for a person ([Text]), as a
// versioned JSON document for a program ([JSON]), and in the forms that other
// systems read: [Markdown] for tickets, [HTML] for browsers, [JUnit], [SARIF]
// and [GitHub] for pipelines, [Nagios] and [Prometheus] for monitoring. Each
// has a file.
//
// It looks nothing up and judges nothing. All it has is a [Report]: what was
// ordered, what was seen (dns01/resolver/survey) and what follows from that
// (dns01/check). Streams come in as io.Writer, the width and the use of colour
// as [TextOptions]; no terminal is looked for here.
//
// Whatever comes from the DNS is data, and arrives escaped. Should an octet
// that steers a terminal come through all the same, visible.go turns it into
// the \DDD of zone files (RFC 1035 §5.1) before it is written, and each format
// escapes on top of that what is markup there.
//
// Start reading at text.go, which states the rules of the text form, and at
// json.go, the one place where the JSON document is described.
package report

import (
	"dns01/check"
	"dns01/resolver/survey"
)

// A Report is one run, ready to be shown. Survey may be nil when nothing was
// looked at.
type Report struct {
	Tool   Tool
	Order  check.Order
	Survey *survey.Survey
	Result check.Result
	// Supposition is what Result supposes of CAA records, nil for nothing.
	Supposition *Supposition
	// Places say where each identifier was named, for those that were in a file.
	Places map[string]Place
}

// A Place is a line of a file, counted from 1. The zero value is the command
// line.
type Place struct {
	File string
	Line int
}

// A Tool names the program that made the report.
type Tool struct{ Name, Version string }
