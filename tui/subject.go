package tui

import (
	"slices"
	"time"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// A subject is what the views are about: one identifier of the order, and the
// run that last looked at it.
type subject struct {
	name      string
	report    *report.Report // nil until the first run is over
	result    check.IdentifierResult
	order     check.Order
	entries   []entry
	exchanges []survey.Received
	hosts     map[string]string // names of servers by address
	flips     []flip
	marks     marks
	ascii     bool
}

// An entry is one identifier of the order, as last seen.
type entry struct {
	name   string
	report *report.Report
	result check.IdentifierResult
}

// A flip is a change from one run to another.
type flip struct {
	at   time.Time
	name string // identifier, or "" for a change of a server
	text string
	look look
}

// want are the values expected for the identifier.
func (s subject) want() []string {
	return slices.Concat(s.order.Values[s.name], s.order.Values[""])
}

// findings are those that concern the identifier, causes folded.
func (s subject) findings() []report.Cause {
	if s.report == nil {
		return nil
	}
	var own []check.Finding
	for _, f := range s.report.Result.Findings {
		if len(f.Identifiers) == 0 || slices.Contains(f.Identifiers, s.name) {
			own = append(own, f)
		}
	}
	return report.Causes(own)
}

// clean makes text from outside fit for a row.
func (s subject) clean(text string) string { return report.Clean(text, s.ascii) }

// host names the server of an address, as far as the run knows it.
func (s subject) host(addr string) string { return s.hosts[addr] }

// hostsOf reads the names of servers by address.
func hostsOf(sv *survey.Survey) map[string]string {
	hosts := map[string]string{}
	if sv == nil {
		return hosts
	}
	for _, z := range sv.Zones {
		for _, v := range z.Servers {
			hosts[v.Addr.String()] = v.Name
		}
	}
	for _, r := range sv.Resolvers {
		hosts[r.Addr.Addr().String()] = r.Resolver
	}
	return hosts
}

// worst is the worst verdict of entries, "" when none has been looked at.
func worst(es []entry) check.Verdict {
	var v check.Verdict
	for _, e := range es {
		if e.report != nil && (v == "" || check.Worse(e.result.Verdict, v)) {
			v = e.result.Verdict
		}
	}
	return v
}
