package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dns01/report"
)

// A complaint does not fill the screen when a file or an argument is long.
func TestComplaintsAreShort(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	file := filepath.Join(t.TempDir(), "roots")
	if err := os.WriteFile(file, []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{long}, {"check", "example.com", "--root-hints", file}, {"check", "example.com", "--ca", long, "--json"}, {"check", "-f", file}} {
		run := ranWith(t, nil, args...)
		if n := run.stdout.Len() + run.stderr.Len(); run.status != statusUsage || n > 3*longestComplaint || !utf8.ValidString(run.stderr.String()) {
			t.Errorf("%.60q: status %d, %d octets", args, run.status, n)
		}
	}
}

// An argument comes from a list, a web form or a zone. What it says does not
// steer the terminal of who reads the complaint.
func TestComplaintsShowNothingHidden(t *testing.T) {
	for _, evil := range []string{"\x1b[2J", "\u009b2J", "\u202egnitset", "\u200b", "\u2066x", "a\r\nb", "\ufeff", "\xff"} {
		for _, args := range [][]string{{evil}, {"check", evil + ".example"}, {"check", "example.com", "--ca", evil}, {"--" + evil}, {"replay", evil}, {"explain", evil, "--format", evil}} {
			run := ranWith(t, nil, args...)
			for _, r := range run.stdout.String() + run.stderr.String() {
				if r != '\n' && !report.Seen(r) {
					t.Errorf("%q: %q reaches the terminal: %q", args, r, run.stderr.String())
				}
			}
		}
	}
}

func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty := file("empty", "# nothing\n")
	noRoots := file("hints", "example. 1 IN A 192.0.2.1\n")
	noAnchor := file("anchor", ". 1 IN TXT x\n")
	tests := []struct {
		name string
		args []string
		want []string // parts of the sentence
	}{
		{"nothing at all", nil, []string{"no names given", "dns01 help"}},
		{"check without names", []string{"check"}, []string{"no names given", "dns01 check example.com"}},
		{"wait without names", []string{"wait"}, []string{"no names given", "dns01 wait --value TXT example.com"}},
		{"a word like no command", []string{"xyzzy"}, []string{`"xyzzy"`, "dns01 help"}},
		{"a mistyped command", []string{"chek"}, []string{`"chek"`, `"check"`}},
		{"a word that is no command", []string{"frobnicate"}, []string{`"frobnicate"`, "neither"}},
		{"a command after the flags", []string{"--json", "demo"}, []string{`"demo" is a command`, "first"}},
		{"an unknown flag", []string{"check", "--resolver", "none", "a.example"}, []string{"--resolver", `"--resolvers"`}},
		{"an unknown short flag", []string{"-z", "a.example"}, []string{"-z", "dns01 help check"}},
		{"a flag without its value", []string{"a.example", "--ca"}, []string{"--ca", "value"}},
		{"a truth value that is none", []string{"a.example", "--json=perhaps"}, []string{"--json", `"perhaps"`}},
		{"an empty name", []string{"check", ""}, []string{"empty"}},
		{"a URL", []string{"https://a.example/"}, []string{`"https://a.example/"`, "URL"}},
		{"an unknown CA", []string{"a.example", "--ca", "nobody"}, []string{`--ca "nobody"`, "letsencrypt,"}},
		{"an account that is no URL", []string{"a.example", "--account", "12345"}, []string{`--account "12345"`, "https"}},
		{"an account over http", []string{"a.example", "--account", "http://ca.example/1"}, []string{"--account", "https"}},
		{"an account challenge without the account", []string{"a.example", "--challenge", "dns-account-01"}, []string{"dns-account-01", "--account"}},
		{"a standing record without the account", []string{"a.example", "--challenge", "dns-persist-01"}, []string{"dns-persist-01", "--account"}},
		{"a value beside a standing record", []string{"a.example", "--challenge", "dns-persist-01", "--account", "https://ca.example/1", "--value", "x"}, []string{"dns-persist-01", "--value"}},
		{"a challenge of another kind", []string{"a.example", "--challenge", "http-01"}, []string{`"http-01"`, "dns-01"}},
		{"a value for another name", []string{"a.example", "--value", "b.example=x"}, []string{`"b.example"`, "a.example"}},
		{"an empty value", []string{"a.example", "--value", "a.example="}, []string{`"a.example="`, "no value"}},
		{"a timeout without unit", []string{"a.example", "--timeout", "5"}, []string{`--timeout "5"`, "unit"}},
		{"a timeout of nothing", []string{"a.example", "--timeout", "0s"}, []string{"--timeout", "more than zero"}},
		{"a deadline in words", []string{"a.example", "--deadline", "soon"}, []string{`--deadline "soon"`}},
		{"a time that is none", []string{"a.example", "--now", "yesterday"}, []string{`--now "yesterday"`, "2026-"}},
		{"both families only", []string{"a.example", "-4", "-6"}, []string{"-4 and -6"}},
		{"quiet and verbose", []string{"a.example", "-q", "-v"}, []string{"-q and -v"}},
		{"quiet and JSON", []string{"a.example", "-q", "--json"}, []string{"-q", "--json"}},
		{"JSON and text", []string{"a.example", "--json", "--format", "text"}, []string{"--json and --format"}},
		{"JSON and SARIF", []string{"a.example", "--json", "--format", "sarif"}, []string{"--json and --format sarif"}},
		{"quiet and JUnit", []string{"a.example", "-q", "--format", "junit"}, []string{"-q", "junit"}},
		{"quiet, and a report to the same place", []string{"a.example", "-q", "--output", "sarif=-"}, []string{"-q", "sarif=-"}},
		{"two for the standard output", []string{"a.example", "--json", "--output", "sarif=-"}, []string{"sarif=-", "json"}},
		{"an output without a file", []string{"a.example", "--output", "sarif"}, []string{`--output "sarif"`, "FORMAT=FILE"}},
		{"an output of no format", []string{"a.example", "--output", "serif=x"}, []string{`"serif=x"`, `"sarif"`}},
		{"an output in no folder", []string{"a.example", "--output", "sarif=" + dir + "/no/x"}, []string{"--output", dir + "/no", "make it first"}},
		{"an output that is a folder", []string{"a.example", "--output", "sarif=" + dir}, []string{"--output", dir, "folder"}},
		{"an output below a file", []string{"a.example", "--output", "sarif=" + empty + "/x"}, []string{"--output", empty}},
		{"a time line in no folder", []string{"a.example", "--trace", dir + "/no/x"}, []string{"--trace", dir + "/no", "make it first"}},
		{"a time line that is a folder", []string{"a.example", "--trace", dir}, []string{"--trace", dir, "folder"}},
		{"two outputs to one file", []string{"a.example", "--output", "sarif=" + dir + "/x", "--output", "junit=" + dir + "/x"}, []string{"two reports for one file"}},
		{"to fail on what is no verdict", []string{"a.example", "--fail-on", "notes"}, []string{`--fail-on`, `"notes"`}},
		{"to fail on nothing and something", []string{"a.example", "--fail-on", "never,error"}, []string{"never"}},
		{"strict and lenient", []string{"a.example", "--strict", "--fail-on", "error"}, []string{"--strict and --fail-on error"}},
		{"a request that is none", []string{"--csr", empty}, []string{"--csr " + empty, "signing request"}},
		{"no such certificate", []string{"--cert", dir + "/none"}, []string{"--cert", "no such file"}},
		{"a certbot file of another kind", []string{"--certbot", empty}, []string{"--certbot", "cert = PATH"}},
		{"a manifest of nothing", []string{"--manifest", empty}, []string{"--manifest", "Certificate"}},
		{"a Caddyfile of nothing", []string{"--caddyfile", empty}, []string{"--caddyfile", "no site"}},
		{"a name beside several orders", []string{"a.example", "-f", file("two", "b.example\n\nc.example\n")}, []string{`"a.example"`, "2 orders"}},
		{"a bad name in a file", []string{"-f", file("bad", "b.example\nhttps://c.example\n")}, []string{"bad:2", "URL"}},
		{"a check of no such world", []string{"check", "--demo", "helthy"}, []string{`"helthy"`, `"healthy"`}},
		{"a check of a world with other roots", []string{"check", "--demo", "healthy", "--root-hints", "x"}, []string{"--root-hints", "its own"}},
		{"an unknown format", []string{"a.example", "--format", "yaml"}, []string{`"yaml"`, "json"}},
		{"an unknown colour", []string{"a.example", "--color", "red"}, []string{"--color", `"red"`}},
		{"a resolver that is none", []string{"a.example", "--resolvers", "9.9.9"}, []string{`"9.9.9"`, "google"}},
		{"a resolver port that is none", []string{"a.example", "--resolvers", "9.9.9.9#x"}, []string{`"9.9.9.9#x"`}},
		{"a resolver over QUIC", []string{"a.example", "--resolvers", "quic://9.9.9.9"}, []string{`"quic://9.9.9.9"`, "tls://"}},
		{"a resolver over TLS with a path", []string{"a.example", "--resolvers", "tls://9.9.9.9/x"}, []string{"path", "https://"}},
		{"a resolver without a host", []string{"a.example", "--resolvers", "https:///dns-query"}, []string{"no URL"}},
		{"a real resolver in a demo", []string{"demo", "healthy", "--resolvers", "tls://9.9.9.9"}, []string{"made-up world"}},
		{"resolvers and no caches", []string{"a.example", "--no-caches", "--resolvers", "google"}, []string{"--no-caches and --resolvers"}},
		{"no resolver in the list", []string{"a.example", "--resolvers", ","}, []string{`","`, "none"}},
		{"no such hints", []string{"a.example", "--root-hints", dir + "/none"}, []string{"--root-hints", "none", "no such file"}},
		{"hints without a root", []string{"a.example", "--root-hints", noRoots}, []string{"--root-hints", noRoots}},
		{"no such anchor", []string{"a.example", "--trust-anchor", dir + "/none"}, []string{"--trust-anchor", "no such file"}},
		{"an anchor that is none", []string{"a.example", "--trust-anchor", noAnchor}, []string{"--trust-anchor", "TXT"}},
		{"an anchor beside none", []string{"a.example", "--trust-anchor", "none", "--trust-anchor", noAnchor}, []string{"--trust-anchor none"}},
		{"no such list", []string{"-f", dir + "/none"}, []string{"--file", "no such file"}},
		{"a list that is a directory", []string{"-f", dir}, []string{"--file", dir}},
		{"a list without names", []string{"-f", empty}, []string{empty, "no name"}},
		{"nothing on the standard input", []string{"-f", "-"}, []string{"standard input", "no name"}},
		{"an unknown world", []string{"demo", "stale-secondry"}, []string{`"stale-secondry"`, `"stale-secondary"`}},
		{"a world like no other", []string{"demo", "xyzzy"}, []string{`"xyzzy"`, "--list"}},
		{"two worlds", []string{"demo", "stale-secondary", "healthy"}, []string{`"healthy"`, "one world"}},
		{"a demo of the real roots", []string{"demo", "stale-secondary", "--root-hints", "x"}, []string{"--root-hints", "its own"}},
		{"a demo with a bad flag", []string{"demo", "--lst"}, []string{"--lst", `"--list"`}},
		{"serving no world", []string{"demo", "--serve", "127.0.0.1:5300"}, []string{"--serve", "which world"}},
		{"serving at no address", []string{"demo", "stale-secondary", "--serve", "here"}, []string{`--serve "here"`, "127.0.0.1:5300"}},
		{"a lookup of nothing", []string{"lookup"}, []string{"no name given", "dns01 lookup example.com TXT"}},
		{"a lookup of two types", []string{"lookup", "a.example", "TXT", "CAA"}, []string{"one question", `"CAA"`}},
		{"a lookup of an empty name", []string{"lookup", ""}, []string{"empty"}},
		{"a lookup of an empty label", []string{"lookup", "a..example"}, []string{`"a..example"`, "no domain name"}},
		{"a lookup of a long label", []string{"lookup", strings.Repeat("a", 64)}, []string{"no domain name", "63"}},
		{"a lookup of white space", []string{"lookup", "a b.example"}, []string{`"a b.example"`, `\032`}},
		{"a lookup of an octet that is none", []string{"lookup", `\256.example`}, []string{"no domain name"}},
		{"a lookup of a URL", []string{"lookup", "https://a.example"}, []string{"URL"}},
		{"a lookup of half an A-label", []string{"lookup", "b\u00fc\u200e.example"}, []string{"internationalized"}},
		{"a type that is none", []string{"lookup", "a.example", "TXXT"}, []string{`"TXXT"`, `"TXT"`}},
		{"a type beyond them", []string{"lookup", "a.example", "TYPE65536"}, []string{`"TYPE65536"`}},
		{"a type before the name", []string{"lookup", "TXT", "a.example"}, []string{"the name comes first", "a.example TXT"}},
		{"a transfer", []string{"lookup", "a.example", "axfr"}, []string{"AXFR"}},
		{"a lookup by resolvers", []string{"lookup", "a.example", "--resolvers", "none"}, []string{"--resolvers", "dns01 help lookup"}},
		{"a lookup with a bad timeout", []string{"lookup", "a.example", "--timeout", "5"}, []string{`--timeout "5"`}},
		{"a lookup at a bad time", []string{"lookup", "a.example", "--now", "soon"}, []string{`--now "soon"`}},
		{"a lookup with a bad anchor", []string{"lookup", "a.example", "--trust-anchor", noAnchor}, []string{"--trust-anchor", "TXT"}},
		{"a quiet trace", []string{"lookup", "a.example", "-q", "--trace"}, []string{"-q", "--trace"}},
		{"a lookup in no world", []string{"lookup", "--demo", "helthy", "a.example"}, []string{`"helthy"`, `"healthy"`}},
		{"a lookup in a world with other roots", []string{"lookup", "--demo", "healthy", "--root-hints", "x", "a.example"}, []string{"--root-hints", "its own"}},
		{"caa without names", []string{"caa"}, []string{"no names given", "dns01 caa example.com"}},
		{"caa of an unknown CA", []string{"caa", "a.example", "--ca", "letsencrypt,digcert"}, []string{`--ca "digcert"`, `"digicert"`}},
		{"caa of a directory that is not known", []string{"caa", "a.example", "--ca", "https://ca.example/d"}, []string{"--ca-directory https://ca.example/d"}},
		{"a directory over http", []string{"caa", "a.example", "--ca-directory", "http://ca.example/d"}, []string{"--ca-directory http://ca.example/d", "HTTPS"}},
		{"no such directory", []string{"check", "a.example", "--ca-directory", dir + "/none"}, []string{"--ca-directory", "no such file"}},
		{"a directory that is none", []string{"plan", "a.example", "--ca-directory", noRoots}, []string{noRoots, "no JSON document"}},
		{"a directory outside of a world", []string{"demo", "healthy", "--ca-directory", "https://ca.example/d"}, []string{"made-up world"}},
		{"a directory for several CAs", []string{"caa", "a.example", "--ca", "letsencrypt,digicert", "--ca-directory", noRoots}, []string{"describes one CA"}},
		{"a supposition without type", []string{"caa", "a.example", "--what-if", "a.example"}, []string{"--what-if", "no type CAA"}},
		{"a supposition at a wildcard", []string{"caa", "a.example", "--what-if", `*.a.example CAA 0 issue ";"`}, []string{`never at the "*"`}},
		{"no such zone text", []string{"caa", "--zone-file", dir + "/none"}, []string{"--zone-file", "no such file"}},
		{"zone text without records", []string{"caa", "--zone-file", empty, "--origin", "a.example"}, []string{empty, "line 1"}},
		{"an origin without zone text", []string{"caa", "a.example", "--origin", "a.example"}, []string{"--origin", "--zone-file"}},
		{"zone text and an intent", []string{"caa", "--zone-file", empty, "--intent", "nobody"}, []string{"--zone-file", "--intent"}},
		{"an intent and a supposition", []string{"caa", "a.example", "--intent", "nobody", "--what-if", "a.example CAA"}, []string{"--intent", "--what-if"}},
		{"an intent in other words", []string{"caa", "a.example", "--intent", "letsencrypt frobnicate"}, []string{`"frobnicate"`, "understood are"}},
		{"zone text in a made-up world", []string{"caa", "--demo", "healthy", "--zone-file", empty}, []string{"--demo", "--zone-file"}},
		{"caa of a bad account", []string{"caa", "a.example", "--account", "7"}, []string{`--account "7"`}},
		{"caa of a bad challenge", []string{"caa", "a.example", "--challenge", "dns"}, []string{`"dns"`, "tls-alpn-01"}},
		{"version of a name", []string{"version", "a.example"}, []string{`"a.example"`}},
		{"help on nothing known", []string{"help", "chek"}, []string{`"chek"`, `"check"`}},
		{"help on two", []string{"help", "check", "demo"}, []string{`"demo"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, stdout, stderr := newProgram(t, tt.args...)
			if got := p.run(t.Context()); got != statusUsage {
				t.Errorf("status %d, want %d", got, statusUsage)
			}
			if document := strings.HasPrefix(stdout.String(), `{"schema":1,`); document != p.asksFor("json") || !document && stdout.Len() > 0 {
				t.Errorf("stdout holds %q", stdout)
			}
			if n := strings.Count(stderr.String(), "\n"); n != 1 {
				t.Errorf("%d lines on stderr, want one:\n%s", n, stderr)
			}
			for _, w := range tt.want {
				if !strings.Contains(stderr.String(), w) {
					t.Errorf("%q is missing in: %s", w, stderr)
				}
			}
		})
	}
}

func TestBadEnvironmentNamesTheVariable(t *testing.T) {
	tests := []struct{ variable, value string }{
		{"DNS01_TIMEOUT", "soon"},
		{"DNS01_CA", "nobody"},
		{"DNS01_JSON", "perhaps"},
		{"DNS01_RESOLVERS", "x"},
		{"DNS01_ROOT_HINTS", "/does/not/exist"},
		{"DNS01_COLOR", "red"},
	}
	for _, tt := range tests {
		p, stdout, stderr := newProgram(t, "a.example")
		p.env = func(v string) string {
			if v == tt.variable {
				return tt.value
			}
			return ""
		}
		if got := p.run(t.Context()); got != statusUsage || stdout.Len() > 0 || !strings.Contains(stderr.String(), tt.variable) {
			t.Errorf("%s=%s: status %d, stdout %q, stderr %q", tt.variable, tt.value, got, stdout, stderr)
		}
	}
}

func TestTheFlagWinsOverTheEnvironment(t *testing.T) {
	env := map[string]string{
		"DNS01_TIMEOUT": "3s", "DNS01_CA": "letsencrypt-staging", "DNS01_IPV6": "true",
		"DNS01_FORMAT": "text", "DNS01_VALUE": "one two", "DNS01_STRICT": "1",
	}
	f := newFlags("check")
	if err := f.parse([]string{"-4", "--json", "--timeout", "2s", "a.example"}); err != nil {
		t.Fatal(err)
	}
	if err := f.readEnv(func(v string) string { return env[v] }, nil); err != nil {
		t.Fatal(err)
	}
	p, _, _ := newProgram(t)
	o, err := p.options(t.Context(), f, f.Args(), world{caches: func() []cache { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{o.timeout, o.order.CA.ID, o.only4, o.only6, o.json, o.strict, o.order.Values}
	want := []any{2 * time.Second, "letsencrypt-staging", true, false, true, true, map[string][]string{"": {"one", "two"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
