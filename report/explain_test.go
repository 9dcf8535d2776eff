package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"dns01/check"
	"dns01/check/explain"
)

// explainSamples are pasted texts that need every part of the page.
var explainSamples = map[string]string{
	"explain-missing":   "[example.com] acme: error: 400 :: urn:ietf:params:acme:error:dns :: DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com - check that a DNS record exists for this domain",
	"explain-secondary": `{"type":"urn:ietf:params:acme:error:caa","detail":"During secondary validation: While processing CAA for *.example.com: DNS problem: query timed out looking up CAA for example.com","status":403}`,
	"explain-limit":     `429 urn:ietf:params:acme:error:rateLimited :: too many failed authorizations (5) for "example.com" in the last 1h0m0s, retry after 2026-11-25 13:59:50 UTC: see https://letsencrypt.org/docs/rate-limits/`,
	"explain-two":       "error: one or more domains had a problem:\n[a.example.com] acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: No TXT record found at _acme-challenge.a.example.com\n[b.example.com] acme: error: 403 :: urn:ietf:params:acme:error:caa :: While processing CAA for b.example.com: CAA record for example.com prevents issuance",
	"explain-passed":    "Requesting a certificate for example.com\n Detail: No TXT record found at _acme-challenge.example.com\nSaving debug log to x\nRequesting a certificate for example.com\nSuccessfully received certificate.",
	"explain-hostile":   "Incorrect TXT record \"\x1b[2J<b>\u202e`$(id)`\" found at _acme-challenge.example.com",
	"explain-nothing":   "the quick brown fox of dehydrated asked https://acme-v02.api.letsencrypt.org/ for example.com",
}

func TestExplain(t *testing.T) {
	now := time.Date(2026, time.November, 25, 13, 0, 0, 0, time.UTC)
	for name, pasted := range explainSamples {
		t.Run(name, func(t *testing.T) {
			x := explain.Explain(pasted, now)
			var text, narrow, doc bytes.Buffer
			for _, err := range []error{
				ExplainText(&text, x, TextOptions{}), ExplainText(&narrow, x, TextOptions{Width: 40, ASCII: true}),
				ExplainJSON(&doc, Tool{Name: "dns01", Version: "1.2.3"}, x),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "testdata/"+name+".txt", text.Bytes())
			golden(t, "testdata/"+name+".json", doc.Bytes())
			for line := range strings.Lines(narrow.String()) {
				if len(strings.TrimSuffix(line, "\n")) > 40 && !strings.Contains(line, "_acme-challenge") && !strings.HasPrefix(line, "  dns01") {
					t.Errorf("wider than 40: %q", line)
				}
			}
			if strings.ContainsFunc(narrow.String(), func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }) {
				t.Errorf("not plain: %q", narrow.String())
			}
		})
	}
}

func TestRules(t *testing.T) {
	rules := []*check.Rule{check.Find("caa-forbids"), check.Find("challenge-missing")}
	var text, list, doc bytes.Buffer
	for _, err := range []error{
		RulesText(&text, rules, TextOptions{}), RuleList(&list, rules, TextOptions{}), RulesJSON(&doc, Tool{Name: "dns01", Version: "1.2.3"}, rules),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "testdata/explain-rules.txt", text.Bytes())
	golden(t, "testdata/explain-rules-list.txt", list.Bytes())
	golden(t, "testdata/explain-rules.json", doc.Bytes())
}
