package report

import (
	"fmt"
	"net/netip"
	"time"

	"dns01/caa"
	"dns01/check"
	"dns01/check/known"
	"dns01/resolver/survey"
)

// The samples are runs written by hand, one for each kind of report.

var samples = []struct {
	name   string
	report Report
}{
	{"healthy", healthy()},
	{"healthy-with-value", healthyWithValue()},
	{"stale-secondary", staleSecondary()},
	{"lame-zone", lameZone()},
	{"caa-forbids", caaForbids()},
	{"retry", retry()},
	{"no-network", noNetwork()},
	{"hostile-bytes", hostileBytes()},
	{"many-names", manyNames()},
}

const (
	challenge = "_acme-challenge.example.com"
	value1    = "gfj9Xq-Rg85nM2D0cUoWY7cV1PQ3zkxWD5Z0yQq8KcU"
	value2    = "LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM"
)

var (
	start = time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	txt   = survey.Question{Name: challenge, Type: "TXT"}

	ns1v4 = netip.MustParseAddr("192.0.2.53")
	ns1v6 = netip.MustParseAddr("2001:db8:1::53")
	ns2v4 = netip.MustParseAddr("198.51.100.53")
)

func order(values map[string][]string) check.Order {
	return check.Order{
		CA:        &known.CA{ID: "letsencrypt", Name: "Let's Encrypt"},
		Challenge: "dns-01",
		Values:    values,
		Now:       start,
	}
}

func soa(serial uint32) *survey.SOA {
	return &survey.SOA{Zone: "example.com", Serial: serial, Refresh: 7200, Retry: 900, TTL: 3600, Minimum: 300, NegativeTTL: 300}
}

func server(name string, addr netip.Addr, serial uint32) *survey.Server {
	return &survey.Server{
		Name: name, Addr: addr, InParent: true, OwnData: true,
		SOA: &survey.Answer{
			Question: survey.Question{Name: "example.com", Type: "SOA"}, Server: name, Addr: addr,
			Status: survey.Answered, Rcode: "NOERROR", Authoritative: true, RTT: 12300 * time.Microsecond, SOA: soa(serial),
		},
	}
}

func txtAnswer(name string, addr netip.Addr, values ...string) *survey.Answer {
	a := &survey.Answer{
		Question: txt, Server: name, Addr: addr, Status: survey.NXDomain, Rcode: "NXDOMAIN",
		Authoritative: true, Transport: "udp", Bytes: 98, RTT: 11800 * time.Microsecond, SOA: soa(2026112501),
	}
	if len(values) > 0 {
		a.Status, a.Rcode, a.SOA = survey.Answered, "NOERROR", nil
	}
	for _, v := range values {
		a.Records = append(a.Records, survey.Record{Owner: challenge, TTL: 60, Text: `"` + v + `"`, TXT: v, Strings: 1})
	}
	return a
}

func exampleSurvey(serial2 uint32, answers ...*survey.Answer) *survey.Survey {
	tld := netip.MustParseAddr("192.5.6.30")
	return &survey.Survey{
		Started: start, Took: 312 * time.Millisecond,
		Identifiers: []survey.Identifier{{Name: "example.com", Challenge: challenge, CAA: []string{"example.com", "com"}}},
		Zones: []*survey.Zone{
			{Name: "com", Public: true, Servers: []*survey.Server{{Name: "a.gtld-servers.net", Addr: tld, InParent: true}}},
			{Name: "example.com", Parent: "com", Servers: []*survey.Server{
				server("ns1.example.net", ns1v4, 2026112501),
				server("ns1.example.net", ns1v6, 2026112501),
				server("ns2.example.net", ns2v4, serial2),
			}},
		},
		Lookups: []*survey.Lookup{
			{Zone: "com", Question: txt, Answers: []*survey.Answer{{
				Question: txt, Server: "a.gtld-servers.net", Addr: tld, Status: survey.Referral, Rcode: "NOERROR",
				RTT: 20 * time.Millisecond, Child: "example.com", ChildNS: []string{"ns1.example.net", "ns2.example.net"},
			}}},
			{Zone: "example.com", Question: txt, Answers: answers},
		},
		Starts: map[survey.Question]string{txt: "com"},
		Queries: survey.Queries{Total: 23, UDP: 23, CAA: 4, ByServer: map[string]int{
			"192.5.6.30": 3, "192.0.2.53": 7, "2001:db8:1::53": 6, "198.51.100.53": 7,
		}},
		Network: survey.Network{IPv4: "works", IPv6: "works"},
	}
}

func exampleResult(v check.Verdict) check.IdentifierResult {
	return check.IdentifierResult{
		Identifier: "example.com", Verdict: v,
		Challenge: check.ChallengeResult{Name: challenge, Target: challenge, Chain: []string{challenge}, Room: 21},
		CAA:       check.CAAResult{Authorized: new(true), Reason: "no CAA record from example.com up to com, so any CA may issue", Queries: 2},
	}
}

func healthy() Report {
	return Report{
		Tool: Tool{"dns01", "v1.0.0"}, Order: order(nil),
		Survey: exampleSurvey(2026112501,
			txtAnswer("ns1.example.net", ns1v4), txtAnswer("ns1.example.net", ns1v6), txtAnswer("ns2.example.net", ns2v4)),
		Result: check.Result{
			Mode: check.Preflight, Verdict: check.Ready, CAAQueries: 10,
			Identifiers: []check.IdentifierResult{exampleResult(check.Ready)},
		},
	}
}

func healthyWithValue() Report {
	r := healthy()
	r.Order = order(map[string][]string{"example.com": {value1}, "*.example.com": {value2}})
	r.Survey = exampleSurvey(2026112501,
		txtAnswer("ns1.example.net", ns1v4, value1, value2), txtAnswer("ns1.example.net", ns1v6, value1, value2),
		txtAnswer("ns2.example.net", ns2v4, value2, value1))
	r.Result.Mode = check.Validation
	apex := exampleResult(check.Ready)
	apex.Challenge.Values = []string{value1, value2}
	apex.Challenge.Bytes, apex.Challenge.Room = 168, 19
	wild := apex
	wild.Identifier = "*.example.com"
	r.Result.Identifiers = []check.IdentifierResult{apex, wild}
	r.Result.Findings = []check.Finding{{
		Rule: &check.Rule{
			ID: "caa-unshielded", Subject: "caa", Severity: check.Note, Title: "No CAA record ends the climb",
			Why: "The decision hangs on every parent up to the TLD.", Fix: "Publish a CAA record of your own.", Source: "RFC 8659 §3",
		},
		Severity: check.Note, Identifiers: []string{"example.com", "*.example.com"}, Name: "example.com",
		Detail: "example.com has no CAA record, so the CA also asks com",
		Fix:    `example.com. 3600 IN CAA 0 issue "letsencrypt.org"`,
	}}
	return r
}

func staleSecondary() Report {
	r := healthy()
	r.Order = order(map[string][]string{"example.com": {value1}})
	r.Survey = exampleSurvey(2026112201,
		txtAnswer("ns1.example.net", ns1v4, value1), txtAnswer("ns1.example.net", ns1v6, value1),
		txtAnswer("ns2.example.net", ns2v4, "an-older-value"))
	r.Survey.Resolvers = []survey.ResolverAnswer{
		{
			Question: txt, Resolver: "google", Addr: netip.MustParseAddrPort("8.8.8.8:53"), Status: survey.Answered, Rcode: "NOERROR",
			Records: []survey.Record{{Owner: challenge, TTL: 42, TXT: value1}}, TTL: 42,
		},
		{
			Question: txt, Resolver: "quad9", Addr: netip.MustParseAddrPort("9.9.9.9:53"), Status: survey.Lame, Rcode: "SERVFAIL",
			EDE: "22 (No Reachable Authority)",
		},
		{
			Question: txt, Resolver: "local", Local: true, Addr: netip.MustParseAddrPort("127.0.0.53:53"), Status: survey.NXDomain,
			Rcode: "NXDOMAIN", TTL: 287,
		},
	}
	i := exampleResult(check.AtRisk)
	i.Challenge.Values = []string{value1, "an-older-value"}
	i.Challenge.Bytes, i.Challenge.Room = 112, 20
	i.Predicted = []check.Problem{{
		Stage: "validation", Type: "unauthorized",
		Detail: `Incorrect TXT record "an-older-value" found at _acme-challenge.example.com`,
	}}
	stale := "ns2.example.net (198.51.100.53)"
	r.Result = check.Result{
		Mode: check.Validation, Verdict: check.AtRisk, CAAQueries: 10,
		Identifiers: []check.IdentifierResult{i},
		Findings: []check.Finding{
			{
				Rule: &check.Rule{
					ID: "challenge-not-on-every-server", Subject: "challenge", Severity: check.Warning,
					Title:  "some authoritative servers do not have the value",
					Why:    "The CA asks one server of its own choice from each place, and refuses when that one lacks the value.",
					Fix:    "Let the zone reach every server before you ask the CA: check NOTIFY and transfers to the servers named.",
					Source: "RFC 8555 §8.4",
				},
				Severity: check.Warning, Transient: true, Identifiers: []string{"example.com"}, Name: challenge, Servers: []string{stale},
				Detail: stale + " has serial 2026112201 and none of the 1 expected values; the others have serial 2026112501",
				Evidence: []survey.Exchange{
					{
						Server: "ns2.example.net", Addr: netip.AddrPortFrom(ns2v4, 53), Transport: "udp", Name: challenge, Type: "TXT",
						EDNS: true, At: start, RTT: 11800 * time.Microsecond, Rcode: "NOERROR", Flags: "aa", Bytes: 112,
					},
					{
						Server: "ns1.example.net", Addr: netip.AddrPortFrom(ns1v6, 53), Transport: "udp", Name: challenge, Type: "TXT",
						EDNS: true, At: start, RTT: 11800 * time.Microsecond, Rcode: "NOERROR", Flags: "aa", Bytes: 112,
					},
					{
						Server: "ns1.example.net", Addr: netip.AddrPortFrom(ns1v4, 53), Transport: "tcp", Name: challenge, Type: "TXT",
						EDNS: true, At: start, RTT: 23 * time.Millisecond, Rcode: "NOERROR", Flags: "aa", Bytes: 112,
					},
				},
			},
			{
				Rule: &check.Rule{
					ID: "zone-serial-differs", Subject: "delegation", Severity: check.Note, Title: "the servers of the zone have different serials",
					Fix: "Check NOTIFY and transfers.",
				},
				Severity: check.Note, Transient: true, Identifiers: []string{"example.com"}, Name: "example.com", Servers: []string{stale},
				Detail: stale + " has serial 2026112201, the others 2026112501", Because: "challenge-not-on-every-server",
			},
		},
	}
	return r
}

func lameZone() Report {
	r := healthy()
	refused := func(name string, addr netip.Addr) *survey.Answer {
		return &survey.Answer{Question: txt, Server: name, Addr: addr, Status: survey.Lame, Lame: "refused", Rcode: "REFUSED", RTT: 9 * time.Millisecond}
	}
	silent := &survey.Answer{Question: txt, Server: "ns2.example.net", Addr: ns2v4, Status: survey.Timeout}
	r.Survey = exampleSurvey(0, refused("ns1.example.net", ns1v4), refused("ns1.example.net", ns1v6), silent)
	for _, s := range r.Survey.Zones[1].Servers[:2] {
		s.SOA = &survey.Answer{Status: survey.Lame, Lame: "refused", Rcode: "REFUSED", Addr: s.Addr, RTT: 9 * time.Millisecond}
	}
	r.Survey.Zones[1].Servers[2].SOA = &survey.Answer{Status: survey.Timeout, Addr: ns2v4}
	r.Survey.Zones[1].Servers = append(r.Survey.Zones[1].Servers,
		&survey.Server{Name: "ns3.example.net", Addr: netip.MustParseAddr("10.0.0.53"), InParent: true, Special: "Private-Use"})
	r.Survey.Took = 3400 * time.Millisecond
	r.Survey.Queries.TCP, r.Survey.Queries.UDP = 3, 20
	i := exampleResult(check.Blocked)
	i.CAA = check.CAAResult{Reason: "not known: no server of example.com answers", Queries: 2}
	i.Predicted = []check.Problem{{
		Stage: "validation", Type: "dns",
		Detail: "DNS problem: SERVFAIL looking up TXT for _acme-challenge.example.com - the domain's nameservers may be malfunctioning",
	}}
	r.Result = check.Result{
		Mode: check.Preflight, Verdict: check.Blocked, CAAQueries: 10,
		Identifiers: []check.IdentifierResult{i},
		Findings: []check.Finding{
			{
				Rule: &check.Rule{
					ID: "delegation-lame", Subject: "delegation", Severity: check.Error, Title: "no server answers for the zone",
					Why: "A resolver that finds no server with authority gives up.",
					Fix: "Set the zone up on the servers that the parent names, or name the right ones at the registrar.",
				},
				Severity: check.Error, Identifiers: []string{"example.com"}, Name: "example.com",
				Servers: []string{"ns1.example.net (192.0.2.53)", "ns1.example.net (2001:db8:1::53)", "ns2.example.net (198.51.100.53)"},
				Detail:  "ns1.example.net (192.0.2.53, 2001:db8:1::53) answers REFUSED, ns2.example.net (198.51.100.53) does not answer",
				Evidence: []survey.Exchange{
					{
						Server: "ns1.example.net", Addr: netip.AddrPortFrom(ns1v4, 53), Transport: "udp", Name: "example.com", Type: "SOA",
						EDNS: true, At: start, RTT: 9 * time.Millisecond, Rcode: "REFUSED", Bytes: 29,
					},
					{
						Server: "ns2.example.net", Addr: netip.AddrPortFrom(ns2v4, 53), Transport: "udp", Name: "example.com", Type: "SOA",
						EDNS: true, At: start, RTT: time.Second, Failure: "timeout",
					},
				},
			},
			{
				Rule:     &check.Rule{ID: "caa-lookup-failed", Subject: "caa", Severity: check.Error, Title: "CAA cannot be looked up"},
				Severity: check.Error, Identifiers: []string{"example.com"}, Name: "example.com",
				Detail: "no server answers for CAA at example.com", Because: "delegation-lame",
			},
			{
				Rule:     &check.Rule{ID: "delegation-single-server", Subject: "delegation", Severity: check.Note, Title: "one server only"},
				Severity: check.Note, Name: "example.com", Detail: "com names one server for example.com",
			},
		},
	}
	return r
}

func caaForbids() Report {
	r := healthy()
	r.Order.Account = "https://acme-v02.api.letsencrypt.org/acme/acct/1234567"
	record := &caa.Record{Tag: "issue", Value: "ca.example.org"}
	r.Survey.Lookups = append(r.Survey.Lookups, &survey.Lookup{
		Zone: "example.com", Question: survey.Question{Name: "example.com", Type: "CAA"},
		Answers: []*survey.Answer{{Addr: ns1v4, Status: survey.Answered, Records: []survey.Record{{Text: `0 issue "ca.example.org"`, CAA: record}}}},
	})
	i := exampleResult(check.Blocked)
	i.CAA = check.CAAResult{
		RelevantName: "example.com", Records: []string{`0 issue "ca.example.org"`}, Authorized: new(false),
		Reason: "the CAA set at example.com names ca.example.org only", Queries: 1,
	}
	i.Predicted = []check.Problem{{
		Stage: "validation", Type: "caa",
		Detail: `CAA record for example.com prevents issuance`,
	}}
	r.Result = check.Result{
		Mode: check.Preflight, Verdict: check.Blocked, CAAQueries: 5,
		Identifiers: []check.IdentifierResult{i},
		Findings: []check.Finding{{
			Rule: &check.Rule{
				ID: "caa-forbids", Subject: "caa", Severity: check.Error, Title: "CAA does not allow this CA",
				Fix: "Add a CAA record for the CA, or take the set away.",
			},
			Severity: check.Error, Identifiers: []string{"example.com"}, Name: "example.com",
			Detail: `example.com has CAA 0 issue "ca.example.org", and none for letsencrypt.org`,
			Fix:    `example.com. 3600 IN CAA 0 issue "letsencrypt.org"`,
			Evidence: []survey.Exchange{{
				Server: "ns1.example.net", Addr: netip.AddrPortFrom(ns1v4, 5353), Transport: "udp", Name: "eXamPle.cOm", Type: "CAA",
				EDNS: true, At: start, RTT: 11 * time.Millisecond, Rcode: "NOERROR", Flags: "aa", Bytes: 71,
			}},
		}},
	}
	return r
}

func retry() Report {
	r := caaForbids()
	r.Result.Verdict, r.Result.RetryAfter = check.Retry, 95*time.Second
	r.Result.Identifiers[0].Verdict, r.Result.Identifiers[0].RetryAfter = check.Retry, 95*time.Second
	r.Result.Findings[0].Rule = &check.Rule{ID: "caa-lookup-failed-above", Severity: check.Error, Title: "a CAA query fails above the domain"}
	r.Result.Findings[0].Transient = true
	r.Result.Findings[0].Detail, r.Result.Findings[0].Fix = "com answers SERVFAIL for CAA", ""
	return r
}

func noNetwork() Report {
	i := exampleResult(check.Unknown)
	i.CAA = check.CAAResult{Reason: "not known: nothing could be asked"}
	return Report{
		Tool: Tool{"dns01", "v1.0.0"}, Order: order(nil),
		Survey: &survey.Survey{
			Started: start, Took: 4 * time.Millisecond,
			Gaps:    []survey.Gap{{Question: survey.Question{Name: ".", Type: "NS"}, Reason: "no-route"}},
			Network: survey.Network{IPv4: "none", IPv6: "none"},
		},
		Result: check.Result{
			Mode: check.Preflight, Verdict: check.Unknown, CAAQueries: 10,
			Identifiers: []check.IdentifierResult{i},
			Findings: []check.Finding{{
				Rule: &check.Rule{
					ID: "could-not-look", Subject: "views", Severity: check.Note, Title: "this host could not look",
					Fix: "Run dns01 where UDP and TCP port 53 are open to the world.",
				},
				Severity: check.Note, Identifiers: []string{"example.com"}, Detail: "no route to any root server, over IPv4 or IPv6",
			}},
		},
	}
}

// hostileBytes is what must not happen: data that steers a terminal and got
// through unescaped.
func hostileBytes() Report {
	r := caaForbids()
	evil := "\x1b[2J\x1b]0;owned\x07\r\nREADY\u202e\u009b31m\xff\u2028"
	f := &r.Result.Findings[0]
	f.Detail = "CAA is " + evil
	f.Fix = "first " + evil + "second"
	f.Name = evil
	f.Servers = []string{evil}
	f.Evidence[0].Name = "-f" + evil + "';rm -rf $HOME;'"
	r.Result.Identifiers[0].Challenge.Values = []string{evil}
	r.Result.Identifiers[0].CAA.Reason = evil
	r.Result.Identifiers[0].CAA.Records = []string{evil}
	r.Result.Identifiers[0].Predicted[0].Detail = evil
	r.Survey.Zones[1].Servers[0].Name = evil
	r.Survey.Zones[1].Servers[0].SOA.SOA.Serial++
	return r
}

func manyNames() Report {
	r := healthy()
	r.Result.Identifiers = nil
	for n := range 30 {
		i := exampleResult(check.Ready)
		i.Identifier = fmt.Sprintf("host%02d.example.com", n)
		i.Challenge.Name = "_acme-challenge." + i.Identifier
		i.Challenge.Target, i.Challenge.Chain = i.Challenge.Name, []string{i.Challenge.Name}
		if n >= 3 && n < 6 {
			i.Verdict = check.Blocked
			i.Predicted = []check.Problem{{Stage: "validation", Type: "dns", Detail: "DNS problem: SERVFAIL looking up CAA for " + i.Identifier}}
		}
		r.Result.Identifiers = append(r.Result.Identifiers, i)
		q := survey.Question{Name: i.Challenge.Name, Type: "TXT"}
		l := &survey.Lookup{Zone: "example.com", Question: q}
		for _, a := range r.Survey.Lookups[1].Answers {
			b := *a
			b.Question = q
			l.Answers = append(l.Answers, &b)
		}
		r.Survey.Lookups = append(r.Survey.Lookups, l)
	}
	r.Result.Verdict = check.Blocked
	r.Result.Findings = []check.Finding{{
		Rule:     &check.Rule{ID: "caa-lookup-failed", Severity: check.Error, Title: "CAA cannot be looked up", Fix: "Let the servers answer."},
		Severity: check.Error, Identifiers: []string{"host03.example.com", "host04.example.com", "host05.example.com"},
		Name: "example.com", Detail: "ns1.example.net (192.0.2.53) answers SERVFAIL for CAA",
	}}
	return r
}
