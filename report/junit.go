package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dns01/check"
)

// JUnitOptions say what counts as a failure: errors do, and warnings when
// Warnings is set.
type JUnitOptions struct{ Warnings bool }

// JUnit writes reports as test results, in the form that Ant, Jenkins and
// GitLab read: a suite for each order, in it a case for each identifier and
// subject of findings. A case that could not be looked at is skipped. Findings
// that fail no case stand in the suite's output. The error is the writer's.
func JUnit(w io.Writer, rs []Report, o JUnitOptions) error {
	doc := junitSuites{Suites: []junitSuite{}}
	for i, r := range rs {
		doc.Suites = append(doc.Suites, suite(i, r, o))
	}
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, body)
	}
	if err != nil {
		return fmt.Errorf("writing JUnit XML: %w", err)
	}
	return nil
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`      // seconds
	Timestamp  string          `xml:"timestamp,attr"` // UTC, without zone
	Hostname   string          `xml:"hostname,attr"`
	ID         int             `xml:"id,attr"`
	Package    string          `xml:"package,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	Time      string        `xml:"time,attr"`
	Skipped   *junitSkipped `xml:"skipped"`
	Failure   *junitFailure `xml:"failure"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// subjects are those of the rules, in their order.
func subjects() []string {
	var all []string
	for _, r := range check.All() {
		if !slices.Contains(all, r.Subject) {
			all = append(all, r.Subject)
		}
	}
	return all
}

func suite(n int, r Report, o JUnitOptions) junitSuite {
	s := junitSuite{
		Name: "dns01 " + orderName(r), ID: n, Package: "dns01", Hostname: "localhost",
		Time: "0.000", Timestamp: "1970-01-01T00:00:00",
		Properties: []junitProperty{
			{"verdict", string(r.Result.Verdict)},
			{"ca", caName(r.Order.CA)},
			{"version", visible(r.Tool.Version)},
		},
		Out: visible(headline(r)) + "\n",
	}
	if r.Survey != nil {
		s.Time = fmt.Sprintf("%.3f", r.Survey.Took.Seconds())
		s.Timestamp = r.Survey.Started.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05")
	}
	for _, i := range distinct(r.Result.Identifiers) {
		for _, subject := range subjects() {
			c := junitCaseOf(r.Result, i, subject, o)
			s.Cases = append(s.Cases, c)
			s.Tests++
			switch {
			case c.Failure != nil:
				s.Failures++
			case c.Skipped != nil:
				s.Skipped++
			}
		}
	}
	for i := range r.Result.Findings {
		if f := &r.Result.Findings[i]; !o.fails(f) {
			s.Out += "\n" + strings.Join(findingText(f), "\n") + "\n"
		}
	}
	return s
}

func (o JUnitOptions) fails(f *check.Finding) bool {
	return f.Severity == check.Error || o.Warnings && f.Severity == check.Warning
}

// junitCaseOf is one subject of one identifier. What was not looked at, since
// it could not be or since the CA refuses the name before, is skipped.
func junitCaseOf(res check.Result, i check.IdentifierResult, subject string, o JUnitOptions) junitCase {
	c := junitCase{Name: subject, Classname: bare(i.Identifier), Time: "0.000"}
	var texts []string
	for n := range res.Findings {
		f := &res.Findings[n]
		if !o.fails(f) || f.Rule.Subject != subject || !slices.Contains(f.Identifiers, i.Identifier) {
			continue
		}
		if c.Failure == nil {
			c.Failure = &junitFailure{Type: f.Rule.ID, Message: visible(f.Rule.Title + ": " + said(f))}
		}
		texts = append(texts, strings.Join(findingText(f), "\n"))
	}
	if c.Failure != nil {
		c.Failure.Text = strings.Join(texts, "\n\n")
		return c
	}
	if why := notLooked(res, i, subject); why != "" {
		c.Skipped = &junitSkipped{visible(why)}
	}
	return c
}

// notLooked says why a subject of an identifier was not judged, or "". A name
// that the CA's policy refuses is never looked up.
func notLooked(res check.Result, i check.IdentifierResult, subject string) string {
	switch {
	case i.Verdict == check.Unknown && subject != "name" && subject != "order":
		if f := leading(res); f != nil {
			return said(f)
		}
		return "could not look"
	case slices.ContainsFunc(i.Predicted, func(p check.Problem) bool { return p.Stage == "new-order" }) &&
		!slices.Contains([]string{"name", "order"}, subject):
		return cmp.Or(i.Predicted[0].Detail, "the CA refuses the name before it asks the DNS")
	}
	return ""
}
