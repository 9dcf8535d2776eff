package check

import (
	"strings"
	"testing"

	"dns01/resolver/survey"
)

// google is what a resolver elsewhere says of example.com.
func google(name, qtype string, s survey.Status, edits ...func(*survey.ResolverAnswer)) survey.ResolverAnswer {
	r := survey.ResolverAnswer{Question: survey.Question{Name: name, Type: qtype}, Resolver: "Google", Status: s, Rcode: "NXDOMAIN"}
	if qtype == "NS" {
		r.Records = []survey.Record{{Text: "ns1.example.com."}, {Text: "ns2.example.com."}}
	}
	for _, e := range edits {
		e(&r)
	}
	return r
}

// Silence is a refusal only as far as nobody else is heard to be answered: a
// firewall that has this host on its list is no fault of the zone.
func TestShutOut(t *testing.T) {
	silent := func(w world, answers ...survey.ResolverAnswer) {
		for i := range w.Zone("example.com").Servers {
			w.everything("example.com", i, lost(survey.Timeout))
		}
		if len(answers) > 0 {
			w.Zone("example.com").Elsewhere = &survey.View{Answers: answers}
		}
	}
	own := func(r *survey.ResolverAnswer) { r.SOA = "example.com" }
	unheard := func(r *survey.ResolverAnswer) { r.Rcode, r.Records = "", nil }
	lossyLine := func(w world) {
		a := w.Lookup("com", survey.Question{Name: "com", Type: "CAA"}).Answers[0]
		a.Exchanges = append([]survey.Exchange{{Failure: "timeout"}}, a.Exchanges...)
	}
	dead := []string{"error delegation-lame", "error caa-lookup-timeout because delegation-lame", "warning nameserver-silent because delegation-lame"}
	others := []string{"note answers-others-only", "note could-not-look because answers-others-only"}
	const probe = "dns01-abcdefghij.example.com"
	fresh, ns := google(probe, "TXT", survey.NXDomain, own), google("example.com", "NS", survey.Answered)
	for _, test := range []struct {
		name    string
		verdict Verdict
		want    []string
		said    string // in the first detail
		answers []survey.ResolverAnswer
		change  func(world)
	}{
		{"nobody was asked", Blocked, dead, "Whether they answer others is not known", nil, nil},
		{"a resolver is answered", Unknown, others, "Google got NXDOMAIN just now", []survey.ResolverAnswer{fresh, ns}, nil},
		{"a resolver fails", Blocked, dead, "Google gets no answer from them either.", []survey.ResolverAnswer{google(probe, "TXT", survey.Lame)}, nil},
		{"a resolver is silent", Blocked, dead, "do not answer.", []survey.ResolverAnswer{google(probe, "TXT", survey.Timeout, unheard)}, nil},
		{"a resolver is silent on a line that loses questions", Unknown, []string{"note could-not-look"}, "Could not look up", []survey.ResolverAnswer{google(probe, "TXT", survey.Timeout, unheard)}, lossyLine},
		{"a resolver is silent, and TCP comes and goes", Unknown, []string{"note could-not-look"}, "Could not look up", []survey.ResolverAnswer{google(probe, "TXT", survey.Timeout, unheard)}, func(w world) { w.Network.TCP = "wavers" }},
		{"a resolver is silent, and whether TCP works was not tried", Blocked, dead, "do not answer.", []survey.ResolverAnswer{google(probe, "TXT", survey.Timeout, unheard)}, func(w world) { w.Network.TCP = "untried" }},
		{"a resolver is silent, and the line is dead by then", Unknown, []string{"note could-not-look"}, "the network of this host went away", []survey.ResolverAnswer{google(probe, "TXT", survey.Timeout, unheard)}, func(w world) {
			w.Gaps = []survey.Gap{{Reason: "line-dead"}}
		}},
		{"a resolver fails, on a line that loses questions", Blocked, dead, "Google gets no answer from them either.", []survey.ResolverAnswer{google(probe, "TXT", survey.Lame)}, lossyLine},
		{"whose servers answered a resolver is lost", Unknown, []string{"note could-not-look"}, "Could not look up", []survey.ResolverAnswer{fresh, google("example.com", "NS", survey.Timeout, unheard)}, nil},
		{"a denial from the registry", Blocked, dead, "do not answer.", []survey.ResolverAnswer{google(probe, "TXT", survey.NXDomain, func(r *survey.ResolverAnswer) { r.SOA = "com" }), ns}, nil},
		{"a denial that the resolver made itself", Blocked, dead, "do not answer.", []survey.ResolverAnswer{google(probe, "TXT", survey.NXDomain, own, func(r *survey.ResolverAnswer) { r.EDECode = 29 }), ns}, nil},
		{"other servers, from a cache", Blocked, dead, "Google still has ns9.example.net for it", []survey.ResolverAnswer{fresh, google("example.com", "NS", survey.Answered, func(r *survey.ResolverAnswer) {
			r.Records = []survey.Record{{Text: "ns9.example.net."}}
		})}, nil},
		{"servers that drop mixed case", Blocked, dead, "Asked in lower case and without EDNS, they answer", []survey.ResolverAnswer{fresh, ns}, func(w world) {
			w.Zone("example.com").Elsewhere.Plain = []survey.Exchange{{Server: "ns1.example.com", Addr: addrPort("192.0.2.1:53"), Name: "example.com", Type: "SOA", Rcode: "NOERROR"}}
		}},
		{"servers that drop EDNS", Blocked, []string{"error edns-dropped", "error caa-lookup-timeout because edns-dropped"}, "answer plain queries", []survey.ResolverAnswer{fresh, ns}, func(w world) {
			for i := range w.Zone("example.com").Servers {
				w.everything("example.com", i, dropsEDNS)
			}
		}},
		{"the run ended before resolvers had answered", Unknown, []string{"note could-not-look"}, "Could not look up", []survey.ResolverAnswer{google(probe, "TXT", survey.NotAsked)}, func(w world) {
			w.Zone("example.com").Elsewhere.Cut = true
		}},
		{"the run ended before places elsewhere had looked", Unknown, []string{"note could-not-look"}, "the run was interrupted", nil, func(w world) {
			w.Vantages = []survey.Vantage{{Name: "places"}}
			w.Gaps = []survey.Gap{{Reason: "interrupted"}}
		}},
		{"one server is heard", AtRisk, []string{"warning nameserver-silent"}, "", []survey.ResolverAnswer{fresh, ns}, func(w world) {
			w.everything("example.com", 0, noDataAnswer)
			w.ask("example.com", challengeName, "TXT", txtAnswer(v1), lost(survey.Timeout))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld("example.com")
			silent(w, test.answers...)
			if test.change != nil {
				test.change(w)
			}
			r := judgeAll(t, w, letsEncrypt(v1))
			if r.Verdict != test.verdict || strings.Join(briefs(r), "\n") != strings.Join(test.want, "\n") {
				t.Fatalf("%s, want %s:\n%s", r.Verdict, test.verdict, strings.Join(briefs(r), "\n"))
			}
			if !strings.Contains(r.Findings[0].Detail, test.said) {
				t.Errorf("detail %q, want %q in it", r.Findings[0].Detail, test.said)
			}
		})
	}
}
