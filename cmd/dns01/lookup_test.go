package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver/lab"
)

// What a person sees of each kind of answer.
func TestLookupReads(t *testing.T) {
	world := worldFrom(t, filepath.Join("testdata", "lookup", "world.txtar"))
	tests := []struct {
		name   string
		args   string
		status int
	}{
		{"secure", "www.example.com AAAA", 0},
		{"secure-traced", "www.example.com A --trace", 0},
		{"secure-json", "www.example.com --json", 0},
		{"secure-color", "www.example.com --color always", 0},
		{"denied", "nope.example.com TXT", 0},
		{"nodata", "www.example.com caa", 0},
		{"alias-abroad", "abroad.example.com A", 0},
		{"alias-dangling", "dangling.example.com A --json", 0},
		{"alias-loop", "loop.example.com A", 0},
		{"dname", "www.moved.example.com TXT", 0},
		{"one-server-bogus", "faked.example.com TXT --trace", 0},
		{"bogus", "false.example.com TXT", 0},
		{"bogus-json", "false.example.com TXT --json", 0},
		{"expired", "late.com A", 0},
		{"insecure-lame-server", "lame.org A --trace", 0},
		{"silent", "silent.org A", 0},
		{"unknown-type", "unknown.example.com TYPE65280", 0},
		{"broken-rdata", "broken.example.com CAA", 0},
		{"escapes", `odd\.dot.example.com TXT --json`, 0},
		{"root", ". DNSKEY --trace", 0},
		{"ds", "example.com DS", 0},
		{"family-not-used", "six.org A -4", 3},
		{"deadline", "silent.org A --deadline 100ms --json", 3},
		{"untrusting", "www.example.com --trust-anchor none", 0},
		{"later", "www.example.com --now 2030-01-01 --json", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := runIn(t, world, append([]string{"lookup"}, strings.Fields(tt.args)...)...)
			if got.status != tt.status {
				t.Errorf("status %d, want %d", got.status, tt.status)
			}
			out := "$ dns01 lookup " + tt.args + "\n" + got.stdout.String()
			if got.stderr.Len() > 0 {
				out += "--- stderr\n" + got.stderr.String()
			}
			golden(t, filepath.Join("testdata", "lookup", tt.name+".golden"), []byte(out))
			// RDATA that breaks its type's rules is no zone file's.
			if !strings.Contains(tt.args, "--json") && tt.name != "broken-rdata" {
				isZoneFile(t, got.stdout.String())
			}
		})
	}
}

// isZoneFile wants a text that can be pasted into a zone file: records, and
// comments around them.
func isZoneFile(t *testing.T, text string) {
	t.Helper()
	zp := dns.NewZoneParser(strings.NewReader(text), ".", "")
	for _, ok := zp.Next(); ok; _, ok = zp.Next() {
	}
	if err := zp.Err(); err != nil {
		t.Errorf("not a zone file: %v", err)
	}
}

// A resolver that can be kept busy by one name is a weapon; a program that
// claims to be like the CA's stops where that one does.
func TestLookupStopsAtItsBudget(t *testing.T) {
	var servers, addrs, faults strings.Builder
	for i := range 60 {
		fmt.Fprintf(&servers, "ns%d.example.com 192.0.2.%d\n", i, i+1)
		fmt.Fprintf(&addrs, "ns%d.example.com ", i)
		fmt.Fprintf(&faults, "ns%d.example.com servfail\n", i)
	}
	text := "many servers\n-- servers --\n" + servers.String() +
		"-- zone example.com @ " + addrs.String() + "--\n" + chain(40) +
		"-- faults --\n" + faults.String()
	s, err := lab.Parse("budget", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	doc := lookupDocument(t, runIn(t, s, "lookup", "a0.example.com", "--json", "--deadline", "10m"))
	if doc.Rcode != "SERVFAIL" || doc.Queries > lookupQueries {
		t.Errorf("%s after %d queries", doc.Rcode, doc.Queries)
	}
}

// chain is a zone with n aliases in a row.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d CNAME a%d\n", i, i+1)
	}
	return b.String()
}

type lookupJSON struct {
	Rcode         string
	Answers       []string
	Authenticated bool
	EDE           *struct{ Code int }
	Queries       int
	Trace         []map[string]any
}

func lookupDocument(t *testing.T, r *played) (doc lookupJSON) {
	t.Helper()
	if err := json.Unmarshal(r.stdout.Bytes(), &doc); err != nil {
		t.Fatalf("%v\n%s%s", err, &r.stdout, &r.stderr)
	}
	return doc
}

// A program that reads the document finds every field, whatever the answer.
func TestLookupDocumentIsWhole(t *testing.T) {
	world := worldFrom(t, filepath.Join("testdata", "lookup", "world.txtar"))
	want := []string{"answers", "authenticated", "ede", "queries", "question", "rcode", "schema", "trace"}
	for _, args := range []string{"www.example.com", "nope.example.com", "false.example.com", "six.org -4", "silent.org --deadline 1ms"} {
		r := runIn(t, world, append([]string{"lookup", "--json"}, strings.Fields(args)...)...)
		var doc map[string]any
		if err := json.Unmarshal(r.stdout.Bytes(), &doc); err != nil {
			t.Fatalf("%s: %v", args, err)
		}
		var keys []string
		for k := range doc {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("%s (-want +got):\n%s", args, diff)
		}
		for _, list := range []string{"answers", "trace"} {
			if _, ok := doc[list].([]any); !ok {
				t.Errorf("%s: %s is %v", args, list, doc[list])
			}
		}
		if len(doc["trace"].([]any)) != int(doc["queries"].(float64)) {
			t.Errorf("%s: %v queries, %d of them in the trace", args, doc["queries"], len(doc["trace"].([]any)))
		}
	}
}

// Trust can begin anywhere: at a zone that its parent does not vouch for.
func TestLookupTrustsWhatItIsTold(t *testing.T) {
	s, err := lab.Parse("island", []byte(`an island of security
-- servers --
ns.example.com 192.0.2.1
-- zone example.com @ ns.example.com --
@ A 192.0.2.80
-- sign --
. unsigned
com unsigned
example.com anchor=ds
`))
	if err != nil {
		t.Fatal(err)
	}
	w, err := labWorld(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.anchors) != 1 {
		t.Fatalf("anchors %v", w.anchors)
	}
	dir := t.TempDir()
	anchor, other := filepath.Join(dir, "anchor"), filepath.Join(dir, "other")
	for path, text := range map[string]string{
		anchor: w.anchors[0].String() + "\n",
		other:  "example.org. IN DS 1 13 2 " + strings.Repeat("00", 32) + "\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name  string
		flags []string
		want  bool
	}{
		{"several files", []string{"--trust-anchor", other, "--trust-anchor", anchor}, true},
		{"another zone's only", []string{"--trust-anchor", other}, false},
		{"none", []string{"--trust-anchor", "none"}, false},
	}
	for _, tt := range tests {
		args := append([]string{"lookup", "--json", "--now", "2026-11-02", "example.com"}, tt.flags...)
		doc := lookupDocument(t, runIn(t, s, args...))
		if doc.Rcode != "NOERROR" || doc.Authenticated != tt.want || doc.EDE != nil {
			t.Errorf("%s: %+v", tt.name, doc)
		}
	}
}

func TestLookupInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stdout, stderr := newProgram(t, "lookup", "example.com", "--json", "--timeout", "1h", "--deadline", "1h")
		asked := make(chan struct{}, 1)
		p.world.exchanger = silentWorld{asked}
		ctx, interrupt := context.WithCancel(t.Context())
		go func() {
			<-asked
			interrupt()
		}()
		if got := p.run(ctx); got != statusUnknown {
			t.Errorf("status %d", got)
		}
		if !strings.Contains(stderr.String(), "interrupted") || !json.Valid(stdout.Bytes()) {
			t.Errorf("stdout %q, stderr %q", stdout, stderr)
		}
	})
}
