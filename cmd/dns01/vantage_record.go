package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/miekg/dns"

	"dns01/resolver/recording"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// saw keeps what was seen from elsewhere.
func (r *recorder) saw(s *survey.Survey) {
	if r == nil {
		return
	}
	var all []recording.Sight
	for _, v := range s.Vantages {
		sight := recording.Sight{Engine: v.Name, Failure: v.Failure, Limits: v.Limits}
		for _, x := range v.Verdicts {
			sight.Verdicts = append(sight.Verdicts, recording.Verdict(x))
		}
		for _, m := range v.Missing {
			sight.Missing = append(sight.Missing, recording.Missing(m))
		}
		for _, p := range s.Perspectives {
			if p.Vantage == v.Name {
				sight.Perspectives = append(sight.Perspectives, perspectiveToKeep(p))
			}
		}
		all = append(all, sight)
	}
	r.Saw(all)
}

func perspectiveToKeep(p *survey.Perspective) recording.Perspective {
	kept := recording.Perspective{Name: p.Name, RIR: p.RIR}
	for _, a := range p.Answers {
		kept.Seen = append(kept.Seen, recording.Seen{Status: string(a.Status), Message: messageOf(a.Question, a.Records, nil)})
	}
	for _, a := range p.Servers {
		kept.Seen = append(kept.Seen, recording.Seen{
			Status: string(a.Status), Server: a.Server, Addr: a.Addr, Transport: cmp.Or(a.Transport, "udp"), Lame: a.Lame, Took: a.RTT,
			Message: messageOf(a.Question, recordsOf(a), a.SOA),
		})
	}
	return kept
}

// recordsOf are the records that answer a question, whatever it was for.
func recordsOf(a *survey.Answer) []survey.Record {
	if len(a.Records) > 0 {
		return a.Records
	}
	var rs []survey.Record
	for _, ns := range a.NS {
		rs = append(rs, survey.Record{Owner: a.Name, Text: dns.Fqdn(ns)})
	}
	return rs
}

// messageOf is a question with its records as a message, the SOA beside them. A
// record that cannot stand in one is left out.
func messageOf(q survey.Question, records []survey.Record, soa *survey.SOA) []byte {
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(q.Name), dns.StringToType[q.Type])
	m.Id, m.Response, m.Compress = 0, true, true
	for _, r := range records {
		if rr := vantage.RR(cmp.Or(r.Owner, q.Name), r.TTL, q.Type, r.Text); rr != nil {
			m.Answer = append(m.Answer, rr)
		}
	}
	if soa != nil {
		m.Ns = append(m.Ns, &dns.SOA{
			Hdr: dns.RR_Header{Name: dns.Fqdn(soa.Zone), Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: soa.TTL},
			Ns:  ".", Mbox: ".", Serial: soa.Serial, Refresh: soa.Refresh, Retry: soa.Retry, Minttl: soa.Minimum,
		})
	}
	wire, err := m.Pack()
	if err != nil {
		return nil
	}
	return wire
}

// A seenBefore is an engine as a recording has it.
type seenBefore recording.Sight

func (s seenBefore) Name() string               { return s.Engine }
func (s seenBefore) Cost(vantage.Target) string { return "" }

// Look brings back what was seen when the recording was made.
func (s seenBefore) Look(context.Context, vantage.Target) (vantage.Sight, error) {
	if s.Failure != "" {
		return vantage.Sight{Limits: s.Limits}, errors.New(s.Failure)
	}
	seen := vantage.Sight{Limits: s.Limits}
	for _, x := range s.Verdicts {
		seen.Verdicts = append(seen.Verdicts, survey.EngineVerdict(x))
	}
	for _, m := range s.Missing {
		seen.Missing = append(seen.Missing, survey.Missing(m))
	}
	for _, p := range s.Perspectives {
		seen.Perspectives = append(seen.Perspectives, perspectiveKept(p))
	}
	return seen, nil
}

// vantagesOf are the engines of a look that was recorded.
func vantagesOf(l recording.Look) []vantage.Vantage {
	var all []vantage.Vantage
	for _, s := range l.Sights {
		all = append(all, seenBefore(s))
	}
	return all
}

func perspectiveKept(kept recording.Perspective) *survey.Perspective {
	p := &survey.Perspective{Name: kept.Name, RIR: kept.RIR}
	for _, s := range kept.Seen {
		m := new(dns.Msg)
		if m.Unpack(s.Message) != nil || len(m.Question) != 1 {
			continue // the reader refuses those
		}
		q := survey.Question{Name: bareName(m.Question[0].Name), Type: dns.Type(m.Question[0].Qtype).String()}
		if s.Server == "" {
			a := survey.PerspectiveAnswer{Question: q, Status: survey.Status(s.Status)}
			for _, rr := range m.Answer {
				a.Records = append(a.Records, survey.RecordOf(rr))
			}
			p.Answers = append(p.Answers, a)
			continue
		}
		p.Servers = append(p.Servers, serverKept(q, s, slices.Concat(m.Answer, m.Ns)))
	}
	return p
}

func serverKept(q survey.Question, s recording.Seen, records []dns.RR) *survey.Answer {
	a := &survey.Answer{
		Question: q, Server: s.Server, Addr: s.Addr, Status: survey.Status(s.Status), Lame: s.Lame,
		Transport: s.Transport, RTT: s.Took, Owner: q.Name,
	}
	for _, rr := range records {
		switch rr := rr.(type) {
		case *dns.NS:
			a.NS = append(a.NS, bareName(rr.Ns))
		case *dns.SOA:
			a.SOA = &survey.SOA{Zone: bareName(rr.Hdr.Name), Serial: rr.Serial, Refresh: rr.Refresh, Retry: rr.Retry, TTL: rr.Hdr.Ttl, Minimum: rr.Minttl, NegativeTTL: min(rr.Hdr.Ttl, rr.Minttl)}
		default:
			a.Records = append(a.Records, survey.RecordOf(rr))
		}
	}
	slices.Sort(a.NS)
	return a
}
