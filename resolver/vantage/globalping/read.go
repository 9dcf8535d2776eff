package globalping

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// Limits of what results may hold.
const (
	maxResults = 500 // of one measurement
	maxProbes  = 500 // in all
	maxMissing = 500 // of what did not tell
	maxRecords = 1000
	maxCity    = 60 // octets
)

// collect makes a perspective of each probe, in the order of the results.
// Which server is meant is known from what was asked, never from what is told.
func collect(qs []question, answers []measurement, failed []error) vantage.Sight {
	var s vantage.Sight
	by := map[string]*survey.Perspective{}
	miss := func(who, why string) {
		if m := (survey.Missing{Perspective: who, Reason: why}); len(s.Missing) < maxMissing && !slices.Contains(s.Missing, m) {
			s.Missing = append(s.Missing, m)
		}
	}
	for i, q := range qs {
		if failed[i] != nil {
			miss("every probe", fmt.Sprintf("%s: %v", q, failed[i]))
			continue
		}
		same := map[string]int{}
		for _, r := range answers[i].Results[:min(len(answers[i].Results), maxResults)] {
			name := r.name()
			if same[name]++; same[name] > 1 {
				name = fmt.Sprintf("%s (%d)", name, same[name])
			}
			a, why := r.read(q)
			if why != "" {
				miss(name, fmt.Sprintf("%s: %s", q, why))
				continue
			}
			p := by[name]
			if p == nil && len(by) >= maxProbes {
				miss("others", fmt.Sprintf("more than %d probes answer", maxProbes))
				continue
			}
			if p == nil {
				p = &survey.Perspective{Name: name, RIR: vantage.RegistryOf(r.Probe.Country, r.Probe.Continent)}
				by[name] = p
				s.Perspectives = append(s.Perspectives, p)
			}
			p.Servers = append(p.Servers, a)
		}
	}
	return s
}

// name says where a probe stands: "Sydney AU AS202422".
func (r result) name() string {
	return fmt.Sprintf("%s %s AS%d", clipped(r.Probe.City, maxCity), clipped(r.Probe.Country, 2), r.Probe.ASN)
}

// read is what one probe got from a server, or why that is not known.
func (r result) read(q question) (*survey.Answer, string) {
	a := &survey.Answer{
		Question: q.Question, Server: q.server.Name, Addr: q.server.Addr, Owner: q.Name, Transport: "udp",
		RTT: time.Duration(min(max(r.Result.Timings.Total, 0), 60_000) * float64(time.Millisecond)),
	}
	if q.tcp {
		a.Transport = "tcp"
	}
	switch r.Result.Status {
	case "finished":
		if r.Result.Rcode == nil {
			return nil, "its result lacks a response code"
		}
		r.answered(a, *r.Result.Rcode)
		return a, ""
	case "failed":
		if r.Result.Source == "internal" {
			return nil, "the probe failed"
		}
		a.Status = survey.Timeout
		if strings.Contains(r.Result.Raw, "connection refused") {
			a.Status = survey.Unreachable
		}
		return a, ""
	case "offline":
		return nil, "the probe has gone away"
	}
	return nil, "it had not finished in the time there was"
}

// answered reads a reply with an rcode.
func (r result) answered(a *survey.Answer, rcode int) {
	a.Rcode = dns.RcodeToString[rcode]
	switch rcode {
	case dns.RcodeSuccess:
	case dns.RcodeNameError:
		a.Status = survey.NXDomain
		return
	default:
		a.Status, a.Lame = survey.Lame, strings.ToLower(a.Rcode)
		return
	}
	alias := false
	for _, told := range r.Result.Answers[:min(len(r.Result.Answers), maxRecords)] {
		switch {
		case told.Type == "CNAME":
			alias = true
		case told.Type == a.Type:
			take(a, told)
		}
	}
	switch {
	case len(a.Records) > 0:
		a.Status = survey.Answered
	case alias:
		a.Status = survey.Aliased
	default:
		a.Status = survey.NoData
	}
}

// take takes in one record of the type asked.
func take(a *survey.Answer, told answer) {
	rec := vantage.Parsed(a.Name, a.Type, told.Value)
	if a.Type == "TXT" && !strings.HasPrefix(told.Value, `"`) {
		rec = vantage.TXT(a.Name, told.Value)
	}
	rec.TTL = told.TTL
	a.Records = append(a.Records, rec)
	switch a.Type {
	case "NS":
		a.NS = append(a.NS, strings.ToLower(strings.TrimSuffix(rec.Text, ".")))
		slices.Sort(a.NS)
	case "SOA":
		if soa, ok := vantage.RR(".", 0, "SOA", rec.Text).(*dns.SOA); ok && rec.Bad == "" {
			a.SOA = &survey.SOA{
				Zone: a.Name, Serial: soa.Serial, Refresh: soa.Refresh, Retry: soa.Retry,
				TTL: told.TTL, Minimum: soa.Minttl, NegativeTTL: min(told.TTL, soa.Minttl),
			}
		}
	}
}

// clipped cuts a text, between runes.
func clipped(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
