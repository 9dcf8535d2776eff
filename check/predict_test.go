package check

import (
	"strings"
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// The texts are what people paste into a search engine: octet for octet those
// of Let's Encrypt.
func TestPredicted(t *testing.T) {
	spf := strings.Repeat("0123456789", 11)
	for _, tt := range []struct {
		name   string
		id     string
		change func(w world)
		want   []Problem
	}{
		{"passes", "example.com", func(world) {}, nil},
		{"NXDOMAIN", "*.example.com", func(w world) { w.ask("example.com", challengeName, "TXT", nxDomainAnswer) }, []Problem{
			{"validation", "dns", "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com - check that a DNS record exists for this domain"}}},
		{"NXDOMAIN at the target", "example.com", func(w world) { aliased(w, nxDomainAnswer) }, []Problem{
			{"validation", "dns", "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com - check that a DNS record exists for this domain"}}},
		{"no TXT", "example.com", func(w world) { w.ask("example.com", challengeName, "TXT", noDataAnswer) }, []Problem{
			{"validation", "unauthorized", "No TXT record found at _acme-challenge.example.com"}}},
		{"wrong TXT", "example.com", func(w world) { w.ask("example.com", challengeName, "TXT", txtAnswer("x", "y", "z")) }, []Problem{
			{"validation", "unauthorized", `Incorrect TXT record "x" (and 2 more) found at _acme-challenge.example.com`}}},
		{"quotes are escaped twice", "example.com", func(w world) { w.ask("example.com", challengeName, "TXT", txtAnswer(`"abc"`)) }, []Problem{
			{"validation", "unauthorized", `Incorrect TXT record "\\\"abc\\\"" found at _acme-challenge.example.com`}}},
		{"octets in decimal", "example.com", func(w world) { w.ask("example.com", challengeName, "TXT", txtAnswer("a\x00\xff")) }, []Problem{
			{"validation", "unauthorized", `Incorrect TXT record "a\\000\\255" found at _acme-challenge.example.com`}}},
		{"cut to 100 octets", "example.com", func(w world) { w.ask("example.com", challengeName, "TXT", txtAnswer(spf)) }, []Problem{
			{"validation", "unauthorized", `Incorrect TXT record "` + spf[:100] + `..." found at _acme-challenge.example.com`}}},
		{"lame", "example.com", func(w world) { bothLose(w, lameAnswer("refused")) }, []Problem{
			{"validation", "dns", "DNS problem: SERVFAIL looking up TXT for _acme-challenge.example.com - the domain's nameservers may be malfunctioning"}}},
		{"silent", "example.com", func(w world) { bothLose(w, lost(survey.Timeout)) }, []Problem{
			{"validation", "dns", "DNS problem: query timed out looking up TXT for _acme-challenge.example.com"}}},
		{"stale server", "example.com", func(w world) { w.ask("example.com", challengeName, "TXT", txtAnswer(v1), txtAnswer(old)) }, []Problem{
			{"validation", "unauthorized", `Incorrect TXT record "` + old + `" found at _acme-challenge.example.com`}}},
		{"CAA forbids", "*.example.com", func(w world) {
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "digicert.com"`))
		}, []Problem{{"validation", "caa", "While processing CAA for *.example.com: CAA record for example.com prevents issuance"}}},
		{"CAA forbids, and no TXT: the challenge comes first", "example.com", func(w world) {
			w.ask("example.com", challengeName, "TXT", noDataAnswer)
			w.ask("example.com", "example.com", "CAA", caaAnswer(`0 issue "digicert.com"`))
		}, []Problem{{"validation", "unauthorized", "No TXT record found at _acme-challenge.example.com"}}},
		{"CAA SERVFAIL at the TLD", "example.com", func(w world) { w.ask("com", "com", "CAA", lameAnswer("servfail")) }, []Problem{
			{"validation", "dns", "While processing CAA for example.com: DNS problem: SERVFAIL looking up CAA for com - the domain's nameservers may be malfunctioning"}}},
		{"CAA NXDOMAIN at the TLD", "example.com", func(w world) { w.ask("com", "com", "CAA", nxDomainAnswer) }, []Problem{
			{"validation", "dns", "While processing CAA for example.com: DNS problem: NXDOMAIN looking up CAA for com - check that a DNS record exists for this domain"}}},
		{"CAA times out", "example.com", func(w world) { w.ask("example.com", "example.com", "CAA", lost(survey.Timeout)) }, []Problem{
			{"validation", "dns", "While processing CAA for example.com: DNS problem: query timed out looking up CAA for example.com"}}},
		{"CAA does not parse", "example.com", func(w world) {
			w.ask("example.com", "example.com", "CAA", func(a *survey.Answer) {
				a.Status, a.Records = survey.Answered, []survey.Record{{Bad: "short"}}
			})
		}, []Problem{{"validation", "dns", "While processing CAA for example.com: DNS problem: server failure at resolver looking up CAA for example.com"}}},
		{"refused by policy", "a_b.example.com", func(world) {}, []Problem{
			{"new-order", "rejectedIdentifier", `Invalid identifiers requested :: Cannot issue for "a_b.example.com": Domain name contains an invalid character`}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(tt.id)
			tt.change(w)
			r := Judge(w.Survey, letsEncrypt(v1))
			if err := r.Check(); err != nil {
				t.Errorf("contradiction: %v", err)
			}
			if diff := cmp.Diff(tt.want, r.Identifiers[0].Predicted); diff != "" {
				t.Errorf("predicted (-want +got):\n%s", diff)
			}
		})
	}
}

// The words of extended errors that the CA's resolver sends with an answer it
// does not take, for the challenge and for CAA.
func TestPredictedExtendedErrors(t *testing.T) {
	for _, tt := range []struct {
		code int
		text string
		want string
	}{
		{-1, "", "DNS problem: SERVFAIL looking up TXT for _acme-challenge.example.com - the domain's nameservers may be malfunctioning"},
		{0, "", "DNS problem: looking up TXT for _acme-challenge.example.com: Other"},
		{1, "", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: Unsupported DNSKEY Algorithm"},
		{6, "a signature does not fit", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: Bogus: a signature does not fit"},
		{7, "", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: Signature Expired"},
		{8, "", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: Signature Not Yet Valid"},
		{9, "", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: DNSKEY Missing"},
		{10, "", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: RRSIGs Missing"},
		{12, "", "DNS problem: looking up TXT for _acme-challenge.example.com: DNSSEC: NSEC Missing"},
		{22, "", "DNS problem: looking up TXT for _acme-challenge.example.com: No Reachable Authority"},
		{23, "", "DNS problem: looking up TXT for _acme-challenge.example.com: Network Error between Resolver and Authority"},
		{4711, "", "DNS problem: looking up TXT for _acme-challenge.example.com: Unknown Extended DNS Error code 4711"},
	} {
		bogus := and(txtAnswer(v1), func(a *survey.Answer) {
			a.Security = &survey.Security{Status: "bogus", Reason: "bogus", EDE: tt.code, Text: tt.text, Zone: "example.com", Name: a.Name, Type: a.Type}
		})
		w := newWorld("example.com")
		w.ask("example.com", challengeName, "TXT", bogus)
		got := judgeAll(t, w, letsEncrypt(v1)).Identifiers[0].Predicted
		if diff := cmp.Diff([]Problem{{"validation", "dns", tt.want}}, got); diff != "" {
			t.Errorf("code %d (-want +got):\n%s", tt.code, diff)
		}
		w = newWorld("example.com")
		w.ask("example.com", "example.com", "CAA", bogus)
		want := "While processing CAA for example.com: " + strings.ReplaceAll(strings.ReplaceAll(tt.want, "TXT for _acme-challenge.", "CAA for "), "TXT", "CAA")
		got = judgeAll(t, w, letsEncrypt(v1)).Identifiers[0].Predicted
		if diff := cmp.Diff([]Problem{{"validation", "dns", want}}, got); diff != "" {
			t.Errorf("CAA, code %d (-want +got):\n%s", tt.code, diff)
		}
	}
}
