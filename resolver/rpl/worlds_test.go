package rpl_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/dnssec"
	"dns01/resolver/lab"
)

// readWorld reads a scenario of the lab that is after somebody's tests of a
// resolver: what it wants is "NAME TYPE RCODE", with AD where it is
// validated and EDE and its code where it is bogus.
func readWorld(file string) (*lab.Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return lab.Parse(filepath.Base(file), text)
}

func worldFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/worlds/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worlds: %v", err)
	}
	return files
}

// TestWorlds asks in the worlds that are after the tests of PowerDNS and BIND.
func TestWorlds(t *testing.T) {
	for _, file := range worldFiles(t) {
		s, err := readWorld(file)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			w, err := s.World()
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range s.Want {
				q, want, _ := cutQuestion(line)
				c := askInLab(w, q)
				got := c.Rcode
				if c.Authenticated {
					got += " AD"
				}
				if c.EDE >= 0 {
					got += fmt.Sprint(" EDE ", c.EDE)
				}
				if got != want {
					t.Errorf("%s: %s: %s %s", filepath.Base(file), line, got, c.Text)
				}
			}
		})
	}
}

// askInLab asks without a network.
func askInLab(w *lab.World, asked dns.Question) conclusion {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), AllowPrivate: true, MaxQueries: queriesOfLookup})
	defer c.Wait()
	defer cancel()
	v := dnssec.New(dnssec.Config{Anchors: w.Anchors(), Now: w.Epoch, Fetch: c.Fetch})
	return concluded(v.Resolve(ctx, asked.Name, asked.Qtype))
}

// cutQuestion splits a line into the question and what comes of it.
func cutQuestion(line string) (q dns.Question, want string, ok bool) {
	name, rest, _ := strings.Cut(line, " ")
	rrtype, want, ok := strings.Cut(rest, " ")
	return dns.Question{Name: dns.Fqdn(name), Qtype: dns.StringToType[rrtype], Qclass: dns.ClassINET}, want, ok
}
