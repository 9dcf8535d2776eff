package check

import (
	"testing"

	"dns01/resolver/survey"
)

func TestSaidEach(t *testing.T) {
	at := func(server, address string, e edit) *survey.Answer {
		a := &survey.Answer{Question: survey.Question{Name: "example.com", Type: "TXT"}, Server: server, Addr: addr(address)}
		e(a)
		return a
	}
	for _, tt := range []struct {
		name    string
		answers []*survey.Answer
		want    string
	}{
		{"one", []*survey.Answer{at("ns1", "192.0.2.1", lameAnswer("refused"))}, "ns1 (192.0.2.1) answers REFUSED"},
		{"one at two addresses", []*survey.Answer{at("ns1", "192.0.2.1", lameAnswer("refused")), at("ns1", "2001:db8::1", lameAnswer("refused"))},
			"ns1 (192.0.2.1, 2001:db8::1) answers REFUSED"},
		{"two alike", []*survey.Answer{at("ns1", "192.0.2.1", lost(survey.Timeout)), at("ns2", "192.0.2.2", lost(survey.Timeout))},
			"ns1 (192.0.2.1) and ns2 (192.0.2.2) do not answer"},
		{"two that differ", []*survey.Answer{at("ns1", "192.0.2.1", lost(survey.Unreachable)), at("ns2", "192.0.2.2", lameAnswer("upward-referral"))},
			"ns1 (192.0.2.1) cannot be reached and ns2 (192.0.2.2) refers back up the tree"},
		{"truncated", []*survey.Answer{at("ns1", "192.0.2.1", truncatedAnswer("timeout")), at("ns2", "192.0.2.2", truncatedAnswer("timeout"))},
			"ns1 (192.0.2.1) and ns2 (192.0.2.2) truncate their UDP answer and TCP does not answer"},
		{"no name", []*survey.Answer{at("", "192.0.2.1", lost(survey.Malformed))}, "192.0.2.1 answers with a malformed message"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := saidEach(tt.answers); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"plain", "plain"},
		{`a"b\c`, `a\"b\\c`},
		{"\x1b[31m", `\027[31m`},
		{"\u00e9\x00\xff", `\195\169\000\255`},
	} {
		if got := Escape(tt.in); got != tt.want {
			t.Errorf("Escape(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}
