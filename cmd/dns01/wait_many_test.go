package main

import (
	"fmt"
	"strings"
	"testing"
)

// manyNames is an order of n names below example.com, with a zone that has a
// value for each, but for every lackingth.
func manyNames(n, lacking int) (names []string, zone string) {
	var b strings.Builder
	b.WriteString(copyWith("7"))
	for i := range n {
		name := fmt.Sprintf("host%02d", i)
		names = append(names, name+".example.com")
		if lacking == 0 || i%lacking > 0 {
			fmt.Fprintf(&b, "_acme-challenge.%s 60 TXT %q\n", name, waitValue)
		}
	}
	return names, b.String()
}

// An order of 100 names must not drown its reader in 200 lines, nor the
// servers in questions: what has arrived is not asked for again, and a look at
// everything costs a few questions a name.
func TestWaitForAHundredNames(t *testing.T) {
	names, part := manyNames(100, 25)
	_, whole := manyNames(100, 0)
	both := "zone example.com @ ns1.example.com ns2.example.com --\n"
	world := waitWorld(t, "-- "+both+part+"-- after 60s "+both+strings.Replace(whole, " 7 7200", " 8 7200", 1))
	r := waitIn(t, world, append([]string{"--format", "jsonl", "--quiet=false", "--value", waitValue}, names...)...)
	if r.status != statusOK {
		t.Errorf("status %d", r.status)
	}
	want := `dns01: waiting for 1 value of 100 names, 10 min at most
dns01: 96 of 100 names have what is expected on every server
`
	if !strings.HasPrefix(r.stderr.String(), want) || strings.Count(r.stderr.String(), "\n") > 8 {
		t.Errorf("stderr:\n%s", &r.stderr)
	}
	all := lines(t, &r.stdout)
	var asked []float64
	for _, line := range all[:len(all)-1] {
		asked = append(asked, line["queries"].(float64))
	}
	t.Logf("queries by look: %v", asked)
	if first, second := asked[0], asked[1]; first > 800 || second > 30 {
		t.Errorf("%v queries in the first look and %v in the second, of which 4 names are left", first, second)
	}

	text := waitIn(t, world, append([]string{"--for", "30s", "--value", waitValue}, names...)...)
	if n := strings.Count(text.stdout.String(), "\n"); n > 80 || !strings.Contains(text.stdout.String(), "  _acme-challenge.host25.example.com  0 of 2   all: NXDOMAIN\n") {
		t.Errorf("%d lines:\n%s", n, &text.stdout)
	}
}
