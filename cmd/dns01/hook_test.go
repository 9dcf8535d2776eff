package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

// A key authorization, and what openssl makes of it.
const (
	hookKeyAuthorization = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	hookDigest           = "ZTRx1Ckl1-tM05o5zaizTTA0yUy5AGereMgSNWC6Ll8"
)

// A hook that is misread makes a client wait for nothing, or go on too early.
func TestHookFromArgs(t *testing.T) {
	both := func(name string, values ...string) map[string][]string {
		return map[string][]string{name: values, "*." + name: values}
	}
	dashed := "-" + waitValue[1:]
	tokens := map[string]check.Source{waitValue: {Token: "t1"}, otherValue: {Token: "t2"}}
	tests := []struct {
		name string
		args []string
		want *hookCall
	}{
		{"lego", []string{"present", "_acme-challenge.example.com.", waitValue},
			&hookCall{client: "lego", names: []string{"example.com", "*.example.com"}, values: both("example.com", waitValue), either: true}},
		{"lego, a value that looks like a flag", []string{"present", "_acme-challenge.example.com.", dashed},
			&hookCall{client: "lego", names: []string{"example.com", "*.example.com"}, values: both("example.com", dashed), either: true}},
		{"lego, raw", []string{"present", "--", "Example.com", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", hookKeyAuthorization},
			&hookCall{client: "lego", names: []string{"example.com", "*.example.com"}, values: both("example.com", hookDigest), either: true,
				sources: map[string]check.Source{hookDigest: check.SourceOf(hookKeyAuthorization)}}},
		{"lego cleans up", []string{"cleanup", "_acme-challenge.example.com.", waitValue}, &hookCall{client: "lego", over: true}},
		{"lego cleans up, raw", []string{"cleanup", "--", "example.com", "x", "y"}, &hookCall{client: "lego", over: true}},
		{"lego asks how long", []string{"timeout"}, &hookCall{client: "lego", over: true, say: "timeout"}},
		{"dehydrated", []string{"deploy_challenge", "example.com", "token", waitValue},
			&hookCall{client: "dehydrated", names: []string{"example.com", "*.example.com"}, values: both("example.com", waitValue), either: true,
				sources: map[string]check.Source{waitValue: {Token: "token"}}}},
		{"dehydrated, chained, name and wildcard", []string{"deploy_challenge", "example.com", "t1", waitValue, "example.com", "t2", otherValue},
			&hookCall{client: "dehydrated", names: []string{"example.com", "*.example.com"}, values: both("example.com", waitValue, otherValue), either: true, sources: tokens}},
		{"dehydrated, chained, two names", []string{"deploy_challenge", "a.example", "t1", waitValue, "b.example", "t2", otherValue},
			&hookCall{client: "dehydrated", names: []string{"a.example", "*.a.example", "b.example", "*.b.example"}, either: true, sources: tokens,
				values: map[string][]string{"a.example": {waitValue}, "*.a.example": {waitValue}, "b.example": {otherValue}, "*.b.example": {otherValue}}}},
		{"dehydrated cleans up", []string{"clean_challenge", "example.com", "token", waitValue}, &hookCall{client: "dehydrated", over: true}},
		{"dehydrated deploys", []string{"deploy_cert", "example.com", "/k", "/c", "/f", "/ch", "1"}, &hookCall{client: "dehydrated", over: true}},
		{"dehydrated begins", []string{"startup_hook"}, &hookCall{client: "dehydrated", over: true}},
		{"dehydrated tries whether unknown events are ignored", []string{"this_hookscript_is_broken__dehydrated_is_working_fine__please_ignore_unknown_hooks_in_your_script"}, &hookCall{client: "dehydrated", over: true}},
		{"acme.sh", []string{"_acme-challenge.www.example.com", waitValue},
			&hookCall{client: "acme.sh", names: []string{"www.example.com", "*.www.example.com"}, values: both("www.example.com", waitValue), either: true}},
		{"acmetool", []string{"challenge-dns-start", "example.com", "", waitValue},
			&hookCall{client: "acmetool", names: []string{"example.com"}, values: both("example.com", waitValue)}},
		{"acmetool, not a wildcard", []string{"challenge-dns-start", "example.com", "target", waitValue, ""},
			&hookCall{client: "acmetool", names: []string{"example.com"}, values: both("example.com", waitValue)}},
		{"acmetool, a wildcard", []string{"challenge-dns-start", "example.com", "target", waitValue, "wildcard"},
			&hookCall{client: "acmetool", names: []string{"*.example.com"}, values: both("example.com", waitValue)}},
		{"acmetool stops", []string{"challenge-dns-stop", "example.com", "", waitValue}, &hookCall{client: "acmetool", over: true}},
		{"acmetool, another challenge", []string{"challenge-http-start", "example.com", "", "x"}, &hookCall{client: "acmetool", over: true, status: 42}},
		{"acmetool has a certificate", []string{"live-updated"}, &hookCall{client: "acmetool", over: true, status: 42}},
		{"nothing", nil, nil},
		{"a name", []string{"example.com"}, nil},
		{"names", []string{"example.com", "www.example.com"}, nil},
		{"a name with an underscore", []string{"_acme-challenge.example.com"}, nil},
		{"a name that begins like an event", []string{"challenge-dns-start.example.com"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := hookFromArgs(tt.args)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(hookCall{})); diff != "" || err != nil {
				t.Errorf("%v\n-want +got:\n%s", err, diff)
			}
		})
	}
}

func TestHookFromArgsErrors(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"lego without a value", []string{"present", "_acme-challenge.example.com."}, "present takes FQDN and VALUE"},
		{"lego, the end of an alias", []string{"present", "d420.auth.example.net.", waitValue}, "EXEC_MODE=RAW"},
		{"lego, raw, without a key authorization", []string{"present", "--", "example.com", "token", waitValue}, "no key authorization"},
		{"lego, an empty value", []string{"present", "_acme-challenge.example.com.", ""}, "no value for example.com"},
		{"dehydrated, half a triple", []string{"deploy_challenge", "example.com", "token"}, "deploy_challenge takes"},
		{"dehydrated, nothing", []string{"deploy_challenge"}, "deploy_challenge takes"},
		{"acmetool without a value", []string{"challenge-dns-start", "example.com"}, "challenge-dns-start takes"},
	}
	for _, tt := range tests {
		if h, err := hookFromArgs(tt.args); h != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %+v, %v", tt.name, h, err)
		}
	}
}

func TestHookFromEnv(t *testing.T) {
	tests := []struct {
		name string
		env  map[string]string
		over bool
		want []string // names; nil: no hook
	}{
		{"nothing", nil, false, nil},
		{"certbot", map[string]string{"CERTBOT_DOMAIN": "example.com", "CERTBOT_VALIDATION": waitValue, "CERTBOT_REMAINING_CHALLENGES": "1"}, false, []string{"example.com", "*.example.com"}},
		{"certbot, by identifier", map[string]string{"CERTBOT_IDENTIFIER": "example.com", "CERTBOT_VALIDATION": waitValue}, false, []string{"example.com", "*.example.com"}},
		{"certbot cleans up", map[string]string{"CERTBOT_DOMAIN": "example.com", "CERTBOT_VALIDATION": waitValue, "CERTBOT_AUTH_OUTPUT": "READY"}, true, nil},
		{"a domain alone", map[string]string{"CERTBOT_DOMAIN": "example.com"}, false, nil},
	}
	for _, tt := range tests {
		h, err := hookFromEnv(func(k string) string { return tt.env[k] })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		over := false
		if h != nil {
			got, over = h.names, h.over
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || over != tt.over {
			t.Errorf("%s: over %v\n-want +got:\n%s", tt.name, over, diff)
		}
	}
	_, err := hookFromEnv(func(k string) string {
		return map[string]string{"CERTBOT_DOMAIN": "example.com", "CERTBOT_VALIDATION": "x.y", "CERTBOT_TOKEN": "x"}[k]
	})
	if err == nil || !strings.Contains(err.Error(), "http-01") {
		t.Errorf("http-01: %v", err)
	}
}

// Whatever a client passes, the answer is a hook, a complaint, or neither.
func FuzzHookFromArgs(f *testing.F) {
	for _, seed := range []string{
		"present\n_acme-challenge.example.com.\n" + waitValue,
		"present\n--\nexample.com\ntoken\n" + hookKeyAuthorization,
		"cleanup\nx\ny", "timeout",
		"deploy_challenge\nexample.com\ntoken\n" + waitValue + "\n*.example.com\nt\n" + otherValue,
		"challenge-dns-start\nexample.com\n\n" + waitValue + "\nwildcard",
		"_acme-challenge.example.com\n" + waitValue,
		"_acme-challenge.\n" + waitValue, "exit_hook", "", "--",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := hookFromArgs(strings.Split(text, "\n"))
		switch {
		case h != nil && err != nil:
			t.Errorf("a hook and %v", err)
		case h != nil && !h.over && len(h.names) == 0:
			t.Errorf("%+v waits for nothing", h)
		}
		if h == nil {
			return
		}
		for _, n := range h.names {
			if len(h.values[n]) == 0 {
				t.Errorf("%s has no value", n)
			}
			if again, err := nameFrom(n); err != nil || again != n {
				t.Errorf("%q is %q after all: %v", n, again, err)
			}
		}
	})
}

func FuzzHookFromEnv(f *testing.F) {
	f.Add("example.com", waitValue, "", "")
	f.Add("*.example.com", waitValue, "READY", "")
	f.Add("", "\x00", "", "token")
	f.Fuzz(func(t *testing.T, domain, value, output, token string) {
		env := map[string]string{"CERTBOT_DOMAIN": domain, "CERTBOT_VALIDATION": value, "CERTBOT_AUTH_OUTPUT": output, "CERTBOT_TOKEN": token}
		h, err := hookFromEnv(func(k string) string { return env[k] })
		if h != nil && err == nil && !h.over && len(h.values[h.names[0]]) != 1 {
			t.Errorf("%+v", h)
		}
	})
}

// A script that a shell does not take is of no use to anybody.
func TestHookScripts(t *testing.T) {
	for _, client := range hookClients {
		p, stdout, _ := newProgram(t, "wait", "--print-hook", client)
		if got := p.run(t.Context()); got != statusOK {
			t.Errorf("%s: status %d", client, got)
		}
		script := stdout.String()
		if !strings.HasPrefix(script, "#!") || !strings.Contains(script, "dns01 wait") {
			t.Errorf("%s: %q", client, script)
		}
		sh, err := exec.LookPath("sh")
		if err != nil {
			t.Skip("no sh")
		}
		cmd := exec.Command(sh, "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", client, err, out)
		}
	}
	files, err := filepath.Glob("hook/*.sh")
	if err != nil || len(files) != len(hookClients) {
		t.Errorf("%d scripts for %d clients: %v", len(files), len(hookClients), err)
	}
}

func TestWaitUsage(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"nothing to wait for", []string{"example.com"}, []string{"nothing to wait for", "--value"}},
		{"nothing at all", nil, []string{"no names given"}},
		{"one name without a value", []string{"--value", "a.example=x", "a.example", "b.example"}, []string{"b.example", "--value b.example=TXT"}},
		{"a probe", []string{"--probe", "deep", "--value", "x", "a.example"}, []string{"--probe", "dns01 help wait"}},
		{"a cache", []string{"--resolvers", "google", "--value", "x", "a.example"}, []string{"--resolvers"}},
		{"no time", []string{"--for", "0s", "--value", "x", "a.example"}, []string{"--for 0s"}},
		{"a time without unit", []string{"--for", "600", "--value", "x", "a.example"}, []string{`--for "600"`, "unit"}},
		{"no interval", []string{"--interval", "often", "--value", "x", "a.example"}, []string{`--interval "often"`}},
		{"nothing to settle", []string{"--settle", "0", "--value", "x", "a.example"}, []string{"--settle 0"}},
		{"an unknown client", []string{"--print-hook", "certbt"}, []string{`"certbt"`, `"certbot"`}},
		{"an unknown world", []string{"--demo", "helthy"}, []string{`"helthy"`, `"healthy"`}},
		{"a world with other roots", []string{"--demo", "healthy", "--root-hints", "x"}, []string{"--root-hints", "its own"}},
		{"a format", []string{"--format", "yaml", "--value", "x", "a.example"}, []string{`"yaml"`}},
		{"quiet lines", []string{"--format", "jsonl", "-q", "--value", "x", "a.example"}, []string{"-q"}},
		{"a hook without a value", []string{"present", "_acme-challenge.a.example."}, []string{"FQDN and VALUE"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, stdout, stderr := newProgram(t, append([]string{"wait"}, tt.args...)...)
			if got := p.run(t.Context()); got != statusUsage || strings.Contains(stdout.String(), "verdict") || strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("status %d, stdout %q, stderr %q", got, stdout, stderr)
			}
			for _, w := range tt.want {
				if !strings.Contains(stderr.String(), w) {
					t.Errorf("%q is missing in: %s", w, stderr)
				}
			}
		})
	}
}

func TestWaitHelpTellsEveryFlag(t *testing.T) {
	text, err := helpTexts.ReadFile("help/wait.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range newWaitFlags().names() {
		if !strings.Contains(string(text), name) {
			t.Errorf("help wait does not tell of %s", name)
		}
	}
}
