//go:build linux

package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An outcome is what a run came to: the verdict, the exit status, and each
// finding as "severity id because id: server, server".
type outcome struct {
	Verdict  string
	Exit     int
	Findings []string
}

var realServerCases = []struct {
	name   string
	ipv6   bool // left out where the kernel has none
	args   []string
	values []string
	want   outcome
}{
	{
		name:   "healthy",
		args:   []string{"healthy.com", "*.healthy.com"},
		values: []string{value("healthy-apex"), value("healthy-wildcard")},
		want:   outcome{Verdict: "ready"},
	},
	{
		name:   "healthy over IPv6 alone",
		ipv6:   true,
		args:   []string{"healthy.com", "*.healthy.com", "-6"},
		values: []string{value("healthy-apex"), value("healthy-wildcard")},
		want:   outcome{Verdict: "ready"},
	},
	{
		name:   "thirty values need TCP",
		args:   []string{"many.com"},
		values: values("many", 30),
		want:   outcome{"ready", 0, []string{"note challenge-needs-tcp"}},
	},
	{
		name:   "alias into the zone of another operator",
		args:   []string{"alias.com"},
		values: []string{value("alias")},
		want: outcome{"ready", 0, []string{
			"note alias-foreign-operator: pdns.auth.example-dns.org",
			"note delegation-single-server: pdns.auth.example-dns.org (10.53.2.4)",
		}},
	},
	{
		name:   "challenge name is a zone of its own",
		args:   []string{"delegated.com"},
		values: []string{value("delegated")},
		want:   outcome{"ready", 0, []string{"note challenge-name-delegated: knot.dnshost.org, pdns.dnshost.org"}},
	},
	{
		name:   "challenge name is a signed zone of its own",
		args:   []string{"signed.parent.org"},
		values: []string{value("delegated-signed")},
		want: outcome{"ready", 0, []string{
			"note challenge-name-delegated: pdns.dnshost.org",
			"note delegation-single-server: knot.dnshost.org (10.53.2.2)",
			"note delegation-single-server: pdns.dnshost.org (10.53.2.4)",
		}},
	},
	{
		name: "nothing published before the order",
		args: []string{"missing.com"},
		want: outcome{Verdict: "ready"},
	},
	{
		name:   "nothing published",
		args:   []string{"missing.com"},
		values: []string{value("missing")},
		want:   outcome{"blocked", 1, []string{"error challenge-missing: nsd.dnshost.org (10.53.2.3), pdns.dnshost.org (10.53.2.4)"}},
	},
	{
		name:   "another value",
		args:   []string{"wrong.com"},
		values: []string{value("wrong")},
		want:   outcome{"blocked", 1, []string{"error challenge-wrong-value: bind.dnshost.org (10.53.2.1), pdns.dnshost.org (10.53.2.4)"}},
	},
	{
		name:   "value of an earlier order",
		args:   []string{"old.com"},
		values: []string{value("old")},
		want:   outcome{"blocked", 1, []string{"error challenge-value-stale: knot.dnshost.org (10.53.2.2), nsd.dnshost.org (10.53.2.3)"}},
	},
	{
		name:   "one of two values",
		args:   []string{"half.com", "*.half.com"},
		values: []string{value("half-apex"), value("half-wildcard")},
		want:   outcome{"blocked", 1, []string{"error challenge-values-incomplete: knot.dnshost.org (10.53.2.2), pdns.dnshost.org (10.53.2.4)"}},
	},
	{
		name:   "stale secondary",
		args:   []string{"stale.com"},
		values: []string{value("stale")},
		want: outcome{"at_risk", 0, []string{
			"note zone-serial-differs because challenge-not-on-every-server: pdns.dnshost.org (10.53.2.4)",
			"warning challenge-not-on-every-server: pdns.dnshost.org (10.53.2.4)",
		}},
	},
	{
		name:   "one server is lame",
		args:   []string{"onelame.com"},
		values: []string{value("onelame")},
		want:   outcome{"at_risk", 0, []string{"warning nameserver-lame: knot.dnshost.org (10.53.2.2)"}},
	},
	{
		name:   "one server is not running",
		args:   []string{"closed.com"},
		values: []string{value("closed")},
		want:   outcome{"at_risk", 0, []string{"warning nameserver-unreachable: closed.dnshost.org (10.53.2.8)"}},
	},
	{
		name:   "one server is silent",
		args:   []string{"silent.com", "--timeout", "300ms"},
		values: []string{value("silent")},
		want:   outcome{"at_risk", 0, []string{"warning nameserver-silent: silent.dnshost.org (10.53.2.9)"}},
	},
	{
		name:   "one server is silent, strictly",
		args:   []string{"silent.com", "--timeout", "300ms", "--strict"},
		values: []string{value("silent")},
		want:   outcome{"at_risk", 1, []string{"warning nameserver-silent: silent.dnshost.org (10.53.2.9)"}},
	},
	{
		name:   "every server is lame",
		args:   []string{"alllame.com"},
		values: []string{value("alllame")},
		want: outcome{"blocked", 1, []string{
			"error caa-lookup-failed because delegation-lame: bind.dnshost.org (10.53.2.1), pdns.dnshost.org (10.53.2.4)",
			"error delegation-lame: bind.dnshost.org (10.53.2.1), pdns.dnshost.org (10.53.2.4)",
			"warning nameserver-lame because delegation-lame: bind.dnshost.org (10.53.2.1), pdns.dnshost.org (10.53.2.4)",
		}},
	},
	// Knot answers a loop with the loop; BIND adds SERVFAIL to it.
	{
		name:   "alias loop",
		args:   []string{"loop.com"},
		values: []string{value("loop")},
		want:   outcome{"blocked", 1, []string{"error alias-loop: bind.dnshost.org (10.53.2.1), knot.dnshost.org (10.53.2.2)"}},
	},
	{
		name:   "alias of itself, on BIND alone",
		args:   []string{"loop.org"},
		values: []string{value("loop")},
		want: outcome{"blocked", 1, []string{
			"error alias-loop: bind.dnshost.org (10.53.2.1)",
			"note delegation-single-server: bind.dnshost.org (10.53.2.1)",
		}},
	},
	{
		name:   "twelve aliases",
		args:   []string{"chain.com"},
		values: []string{value("chain")},
		want:   outcome{"blocked", 1, []string{"error alias-too-long"}},
	},
	{
		name:   "CAA forbids",
		args:   []string{"forbids.com"},
		values: []string{value("forbids")},
		want:   outcome{"blocked", 1, []string{"error caa-forbids: knot.dnshost.org (10.53.2.2), nsd.dnshost.org (10.53.2.3)"}},
	},
	{
		name:   "CAA of the zone above forbids",
		args:   []string{"www.sub.above.com"},
		values: []string{value("above")},
		want:   outcome{"blocked", 1, []string{"error caa-forbids: bind.dnshost.org (10.53.2.1), nsd.dnshost.org (10.53.2.3)"}},
	},
}

// TestRealServers runs the program against BIND, NSD, Knot and PowerDNS. It
// fails when what we know of DNS from reading the RFCs, and from a lab written
// by the same hands, is not what the servers of this world do.
func TestRealServers(t *testing.T) {
	// The servers are to die with the test, and Linux ties that to the thread
	// that started them (prctl(2), PR_SET_PDEATHSIG).
	runtime.LockOSThread()
	keys := newKeyring(t)
	world := startWorld(t, keys)
	binary := build(t)
	start := startFlags(t, keys)
	t.Run("lookup", func(t *testing.T) { lookups(t, world, binary, start) })
	t.Run("record", func(t *testing.T) { recordings(t, world, binary, start) })
	t.Run("unbound", func(t *testing.T) { unboundAgrees(t, world, keys, start) })
	flags := slices.Concat([]string{"check", "--resolvers", "none", "--json"}, start)
	checking := func(args []string) preflight {
		return func() (outcome, string, error) { return runIn(world, binary, slices.Concat(flags, args)) }
	}
	t.Run("signed", func(t *testing.T) { signedChecks(t, checking) })
	t.Run("network", func(t *testing.T) { networkChecks(t, world, keys, binary, flags) })
	t.Run("odd", func(t *testing.T) { oddChecks(t, checking) })
	for _, tt := range realServerCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.ipv6 && !hasIPv6() {
				t.Skip("no IPv6 in this kernel")
			}
			args := slices.Clone(tt.args)
			for _, v := range tt.values {
				args = append(args, "--value", v)
			}
			comesTo(t, tt.want, checking(args))
		})
	}
}

// startFlags tell the program where this world begins, and that its addresses
// are private.
func startFlags(t *testing.T, keys keyring) []string {
	t.Helper()
	return []string{"--root-hints", rootHints(t), "--trust-anchor", rootAnchor(t, keys), "--allow-private"}
}

func build(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "dns01")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "dns01/cmd/dns01").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return path
}

// A preflight runs the program and returns what came of it, and what its findings
// say.
type preflight func() (got outcome, details string, err error)

// comesTo wants an outcome of a check. Servers and clock are real: where the host
// stands still for a second a reply is late, and told so. What differs is checked
// again, twice at most; what is wrong differs each time.
func comesTo(t *testing.T, want outcome, check preflight) {
	t.Helper()
	const tries = 3
	for range tries {
		got, details, err := check()
		if err != nil {
			t.Fatal(err)
		}
		diff := cmp.Diff(want, got)
		if diff == "" {
			return
		}
		t.Logf("it differs (-want +got):\n%s\n%s", diff, details)
	}
	t.Errorf("it differs %d times", tries)
}

// runIn runs the program inside.
func runIn(world *namespace, binary string, args []string) (got outcome, details string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := world.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = []string{"LC_ALL=C"} // no DNS01_… of whoever runs the test
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return got, "", err
	}
	var doc struct {
		Verdict  string
		Findings []struct {
			ID, Severity, Because, Detail string
			Servers                       []string
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
		return got, "", fmt.Errorf("dns01 %s: %w\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
	}
	got = outcome{Verdict: doc.Verdict, Exit: cmd.ProcessState.ExitCode()}
	for _, f := range doc.Findings {
		line := fmt.Sprintf("%s %s", f.Severity, f.ID)
		if f.Because != "" {
			line += " because " + f.Because
		}
		if len(f.Servers) > 0 {
			slices.Sort(f.Servers)
			line += ": " + strings.Join(f.Servers, ", ")
		}
		got.Findings = append(got.Findings, line)
		details += fmt.Sprintf("%s: %s\n", f.ID, f.Detail)
	}
	slices.Sort(got.Findings)
	return got, details, nil
}
