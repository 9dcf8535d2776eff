package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/pflag"

	"dns01/report"
)

// isUsage wants an error to be one sentence to the user.
func isUsage(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[usageError](err); err != nil && (!ok || err.Error() == "") {
		t.Fatalf("%T: %v", err, err)
	}
}

// FuzzResolvers reads --resolvers. No resolver has a password, and each has an
// address or a way of its own.
func FuzzResolvers(f *testing.F) {
	for _, s := range []string{
		"google", "local,quad9", "none", "9.9.9.9", "192.0.2.1#5353", "2001:db8::1#53", "fe80::1%eth0", "tls://dns.quad9.net", "tls://[2001:db8::1]:8853",
		"https://dns.quad9.net/dns-query", "https://me:secret@dns.example/", "https://dns.example/#x", "tls://x/y", "https://[::1", "1.1.1.1#99999", ",", "\x00",
	} {
		f.Add(s)
	}
	p, _, _ := newProgram(f)
	f.Fuzz(func(t *testing.T, text string) {
		fl := newCheckFlags("check").flags
		fl.resolvers = text
		rs, err := fl.caches(p.world, settings{})
		isUsage(t, err)
		if err != nil {
			return
		}
		for _, r := range rs {
			if !r.Addr.IsValid() && r.Exchanger == nil {
				t.Errorf("%q: %+v has no way", text, r)
			}
			if strings.Contains(r.Name, "://") && hasPassword(r.Name) {
				t.Errorf("%q: %s has a password", text, r.Name)
			}
		}
	})
}

// FuzzResolvConf reads the file of this host's resolvers.
func FuzzResolvConf(f *testing.F) {
	for _, s := range []string{"nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.com\n", "nameserver fe80::1%eth0\n", "nameserver\n", "options ndots:99999999999999\n", "domain .\n", ";\n#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range configuredIn(strings.NewReader(text)) {
			if !a.IsValid() {
				t.Errorf("%q: %s", text, a)
			}
		}
	})
}

// FuzzValues reads --value, --token and --thumbprint. Values are for names of
// the order, or for all.
func FuzzValues(f *testing.F) {
	f.Add("_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8", "", "")
	f.Add("example.com=value", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI")
	f.Add("*.example.com=\"a\" \"b\"", "example.com=token", "x")
	f.Add("=", "=", "=")
	f.Fuzz(func(t *testing.T, value, token, thumbprint string) {
		names := []string{"example.com", "*.example.com"}
		fl := newCheckFlags("check").flags
		fl.values, fl.thumbprint = []string{value}, thumbprint
		if token != "" {
			fl.tokens = []string{token}
		}
		values, err := fl.expected(names)
		isUsage(t, err)
		for name, vs := range values {
			if name != "" && name != names[0] && name != names[1] || err == nil && len(vs) == 0 {
				t.Errorf("%q, %q: %q", value, token, values)
			}
		}
	})
}

// FuzzEnvironment sets one variable of one flag, and asks for a check of it.
// Whatever it holds, there is a report or a complaint that can be read.
func FuzzEnvironment(f *testing.F) {
	var names []string
	newCheckFlags("check").VisitAll(func(x *pflag.Flag) {
		switch x.Name {
		case "help", "record", "trace", "output", "ca-directory", "root-hints", "trust-anchor", "file", "csr", "cert", "certbot", "manifest", "caddyfile":
			return // they name files
		}
		names = append(names, "DNS01_"+strings.ToUpper(strings.ReplaceAll(x.Name, "-", "_")))
	})
	texts := []string{"1", "x", "-1s", "9999999h", "\x1b[2J"}
	for i := range names {
		f.Add(uint(i), texts[i%len(texts)])
	}
	f.Fuzz(func(t *testing.T, i uint, text string) {
		name := names[i%uint(len(names))]
		run := ranWith(t, map[string]string{name: text}, "demo", "healthy", "-q")
		for _, r := range run.stdout.String() + run.stderr.String() {
			if r != '\n' && !report.Seen(r) {
				t.Errorf("%s=%q: %q is shown: %s", name, text, r, &run.stderr)
			}
		}
		if run.status == statusUsage && run.stderr.Len() == 0 {
			t.Errorf("%s=%q: no word of what is wrong", name, text)
		}
	})
}

// FuzzDoneOrders reads the results of a batch that was ended, which is where it
// goes on.
func FuzzDoneOrders(f *testing.F) {
	for _, s := range []string{
		`{"order":1,"id":"","identifiers":["example.com"]}` + "\n", `{"order":1,"error":"no name"}` + "\n" + `{"order":3}` + "\n" + `{"ord`,
		`{"order":268435456}` + "\n", `{"order":-1}` + "\n", "\n", "[]\n", `{"order":1e400}` + "\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := os.Create(filepath.Join(t.TempDir(), "results"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		d := doneOrders{file: "results"}
		if err := d.read(file); err != nil {
			isUsage(t, err)
			return
		}
		whole := strings.LastIndexByte(text, '\n') + 1
		if at, err := file.Seek(0, io.SeekCurrent); err != nil || at != int64(whole) {
			t.Errorf("it goes on at %d, want %d; %v", at, whole, err)
		}
		if next := d.after(0); next < 1 || len(d.marks) > farApart+strings.Count(text, "\n") {
			t.Errorf("order %d is next, of %d", next, len(d.marks))
		}
	})
}

// FuzzReplay judges recordings again: somebody else's file goes through all of
// the program. It ends, with a whole report or a complaint.
func FuzzReplay(f *testing.F) {
	traces, err := filepath.Glob("../../testdata/traces/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range traces {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(text) < 30_000 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 60_000 {
			t.Skip("it takes long enough without")
		}
		var r played
		synctest.Test(t, func(t *testing.T) {
			p, _, _ := newProgram(t, "replay", "-", "--json")
			p.stdin, p.stdout, p.stderr = strings.NewReader(string(text)), &r.stdout, &r.stderr
			p.env = func(string) string { return "" }
			begun := time.Now()
			r.status = p.run(t.Context())
			if took := time.Since(begun); took > 400*24*time.Hour {
				t.Errorf("it took %s", took)
			}
		})
		if !json.Valid(r.stdout.Bytes()) {
			t.Errorf("status %d, and no document: %s%s", r.status, &r.stdout, &r.stderr)
		}
	})
}
