package main

import (
	"strings"
	"testing"
)

// Somebody who looks for a flag where there is none has to learn what to do
// without it, or where it is.
func TestUnknownFlags(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"batch -f orders.txt", `unknown flag -f: the list is an argument, as in "dns01 batch orders.txt"; see "dns01 help batch"`},
		{"batch orders.txt -format=json", `unknown flag -format: each result is a line of JSON already, and --full makes it the whole report; see "dns01 help batch"`},
		{"batch orders.txt --vantage globalping", `unknown flag --vantage: it looks from here alone, since each place would be asked about each order; ask about those that matter with "dns01 check --vantage", or have agents elsewhere judge the list with --nats; see "dns01 help batch"`},
		{"batch orders.txt --interval 1h", `unknown flag --interval, which is one of "dns01 wait"; see "dns01 help batch"`},
		{"watch orders.txt --strict", `unknown flag --strict: a watch has no verdict to end with; --webhook and --on-change tell of every one that changes; see "dns01 help watch"`},
		{"watch orders.txt --webhok x", `unknown flag --webhok; did you mean "--webhook"? See "dns01 help watch"`},
		{"wait example.com --vantage globalping", `unknown flag --vantage: it looks from here alone, again and again; once it has ended well, ask the other places once with "dns01 check --vantage"; see "dns01 help wait"`},
		{"agent --ca letsencrypt", `unknown flag --ca: the CA is named by those who ask; see "dns01 help agent"`},
		{"check example.com -json", `unknown flag -json: it takes two dashes, --json; see "dns01 help check"`},
		{"check example.com -z", `unknown flag -z; see "dns01 help check"`},
		{"check example.com --zzz", `unknown flag --zzz; see "dns01 help check"`},
	} {
		p, stdout, stderr := newProgram(t, strings.Fields(tt.args)...)
		if got := p.run(t.Context()); got != statusUsage || stderr.String() != "dns01: "+tt.want+"\n" || stdout.Len() > 0 {
			t.Errorf("%s: status %d\n got %s\nwant %s", tt.args, got, stderr, tt.want)
		}
	}
}

// A reason for a flag that a command has by now, or that no command ever had,
// helps nobody.
func TestReasonsAreForFlagsOfOthers(t *testing.T) {
	for command, reasons := range instead {
		set := flagsTaken(t, command)
		for name := range reasons {
			if set.Lookup(name) != nil {
				t.Errorf("%s has --%s", command, name)
			}
			if whoTakes(name) == "" {
				t.Errorf("no command has --%s, and %s says why it has not", name, command)
			}
		}
	}
}
