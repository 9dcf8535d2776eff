package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver"

	"dns01/report"
)

// unsafeWords are in what a test must not be made to do: write files, run
// programs, open sockets, read what never ends. Commands that stay are left
// out, too.
var unsafeWords = []string{
	"/", "output", "record", "trace", "then", "change", "listen", "serve", "nats", "vantage", "directory", "resolvers", "webhook", "certbot", "input", "state",
	"watch", "agent", "tui", "batch", "caches", "--list",
}

// FuzzCommandLine gives the program whatever arguments somebody, or a script
// with a variable that holds anything, may give it. It ends with a status of its
// own; a complaint is one line that names what is wrong; and nothing that was
// given steers the terminal.
func FuzzCommandLine(f *testing.F) {
	for _, c := range commandNames {
		f.Add(c)
		f.Add(c + "\n--help")
		f.Add(c + "\nexample.com\n--no-such-flag")
	}
	for _, line := range []string{
		"example.com\n*.example.com\n--value\nLHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM\n--json", "check\n--format\nxml", "check\n-f\nmain.go", "check\n\x1b[2J.example", "a..b",
		"plan\nexample.com\n*.example.com\n--zone", "explain\nchallenge-missing", "explain\nDNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com", "explain",
		"caa\nexample.com\n--what-if\nexample.com CAA 0 issue \"\u202e\"", "caa\nexample.com\n--ca\nall", "lookup\n.\nTYPE65535", "lookup\nexample.com\nANY\n--json",
		"replay\nrun.go", "diff\nrun.go\nmain.go", "demo\nhealthy\n--nagios", "completion\nbash", "version\n--json", "help\nwatch", "--", "-", "", "-h\n-h", "--json=maybe",
		"wait\nexample.com\n--value\nx\n--for\n-1s", "check\nexample.com\n--deadline\n1h\n--pace\n0/s", "check\nexample.com\n--now\n9999-12-31", "check\nexample.com\n--ca\nletsencrypt\n--account\nhttps://u:p@x",
	} {
		f.Add(line)
	}
	statuses := []int{statusOK, statusBlocked, statusUsage, statusUnknown, statusRetry}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > 500 || slices.ContainsFunc(unsafeWords, func(w string) bool { return strings.Contains(strings.ToLower(line), w) }) {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			p, stdout, stderr := newProgram(t, strings.Split(line, "\n")...)
			p.world.exchanger, p.rand, p.now = noNetwork{}, unchanging(), time.Now
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			status := p.run(ctx)
			if !slices.Contains(statuses, status) && !p.asksFor("nagios") {
				t.Errorf("%q: status %d", line, status)
			}
			if strings.Contains(stderr.String(), "a fault of dns01 itself") {
				t.Errorf("%q: %s", line, stderr)
			}
			for _, out := range []string{stdout.String(), stderr.String()} {
				if strings.ContainsFunc(out, func(r rune) bool { return r != '\n' && r != '\t' && !report.Seen(r) }) {
					t.Errorf("%q: %q", line, out)
				}
			}
			if status == statusUsage && (stderr.Len() == 0 || strings.Count(stderr.String(), "\n") > 2) {
				t.Errorf("%q: status 2 and %q", line, stderr)
			}
			time.Sleep(time.Hour) // for timers that nobody waits for any more
		})
	})
}

// noNetwork is a host without a network.
type noNetwork struct{}

func (noNetwork) Exchange(context.Context, resolver.Query) (resolver.Reply, error) {
	return resolver.Reply{}, &resolver.Error{Failure: resolver.NoRoute, Err: os.ErrNotExist}
}
