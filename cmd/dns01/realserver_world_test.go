//go:build linux

package main_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A host is one server process at addresses of its own. Root, top-level
// domains and ordinary zones are never on the same one: a server that is
// authoritative for parent and child answers for the child without a referral.
type host struct {
	name       string
	ipv4, ipv6 netip.Addr
	*software  // nil where no server is
}

var hosts = slices.Concat(ordinaryHosts, oddHosts)

var ordinaryHosts = []host{
	newHost("root-nsd", "10.53.0.1", "fd53::1", &nsd),
	newHost("root-bind", "10.53.0.2", "fd53::2", &bind),
	newHost("tld-knot", "10.53.1.1", "fd53::1:1", &knot),
	newHost("tld-nsd", "10.53.1.2", "fd53::1:2", &nsd),
	newHost("bind", "10.53.2.1", "fd53::2:1", &bind),
	newHost("knot", "10.53.2.2", "fd53::2:2", &knot),
	newHost("nsd", "10.53.2.3", "fd53::2:3", &nsd),
	newHost("pdns", "10.53.2.4", "fd53::2:4", &pdns),
	newHost("closed", "10.53.2.8", "fd53::2:8", nil), // a port unreachable, a reset
	newHost(swallowed, "10.53.2.9", "fd53::2:9", nil),
}

// swallowed is the host whose addresses answer nothing at all.
const swallowed = "silent"

func newHost(name, ipv4, ipv6 string, s *software) host {
	return host{name, netip.MustParseAddr(ipv4), netip.MustParseAddr(ipv6), s}
}

// hasIPv6 reports whether this kernel speaks it.
func hasIPv6() bool {
	_, err := os.Stat("/proc/sys/net/ipv6")
	return err == nil
}

// addrs are the addresses of a host that this kernel can have.
func (h host) addrs() []netip.Addr {
	if hasIPv6() {
		return []netip.Addr{h.ipv4, h.ipv6}
	}
	return []netip.Addr{h.ipv4}
}

func hostNamed(name string) host {
	return hosts[slices.IndexFunc(hosts, func(h host) bool { return h.name == name })]
}

// A zone is a zone and the hosts in its NS set.
type zone struct {
	name    string            // "" for the root
	on      []string          // hosts that serve it
	lame    []string          // hosts that are listed and do not
	stale   map[string]string // hosts of on that have an older copy: its records
	under   string            // domain of the name servers' names; "" for dnshost.org
	dual    bool              // the name servers have IPv6 addresses too
	records string            // %tag% stands for the challenge value of that tag

	sign     signing
	signOn   map[string]signing // hosts of on whose copy is signed in another way
	unlinked []string           // hosts of the zone above that do not delegate it
}

const operator = "dnshost.org"

// serverName is what a host is called in the NS set of z.
func (z zone) serverName(host string) string {
	if z.under == "" {
		return host + "." + operator
	}
	return host + "." + z.under
}

// nameServers are the NS records of z, with the addresses of those servers
// whose names are below z (RFC 1034 §4.2.1: its parent needs them as glue).
func (z zone) nameServers() string {
	var s strings.Builder
	for _, h := range slices.Concat(z.on, z.lame) {
		name := z.serverName(h)
		fmt.Fprintf(&s, "%s. NS %s.\n", z.name, name)
		if z.name == "" || strings.HasSuffix(name, "."+z.name) {
			fmt.Fprintf(&s, "%s. A %s\n", name, hostNamed(h).ipv4)
			if z.dual && hasIPv6() {
				fmt.Fprintf(&s, "%s. AAAA %s\n", name, hostNamed(h).ipv6)
			}
		}
	}
	return s.String()
}

// signing is how the copy of a host is signed.
func (z zone) signing(host string) signing {
	if s, ok := z.signOn[host]; ok {
		return s
	}
	return z.sign
}

// text is the zone file of z as one of its hosts has it, not signed yet.
func (z zone) text(host string, keys keyring) string {
	serial, records := 2026110102, z.records
	if old, ok := z.stale[host]; ok {
		serial, records = 2026110101, old
	}
	var s strings.Builder
	fmt.Fprintf(&s, "$ORIGIN %s.\n$TTL 60\n", z.name)
	fmt.Fprintf(&s, "@ SOA %s. hostmaster.%s. %d 7200 3600 1209600 60\n", z.serverName(z.on[0]), operator, serial)
	s.WriteString(z.nameServers())
	if z.signing(host).by != "" {
		s.WriteString(keys.dnskeys(z))
	}
	for _, child := range zones {
		if child.name != "" && parentOf(child) == z.name && !slices.Contains(child.unlinked, host) {
			s.WriteString(child.nameServers())
			s.WriteString(keys.ds(child))
		}
	}
	s.WriteString(valueTag.ReplaceAllStringFunc(records, func(tag string) string {
		return fmt.Sprintf("%q", value(strings.Trim(tag, "%")))
	}))
	return s.String()
}

// parentOf returns the name of the zone that delegates z.
func parentOf(z zone) string {
	name := z.name
	for name != "" {
		_, name, _ = strings.Cut(name, ".")
		if slices.ContainsFunc(zones, func(p zone) bool { return p.name == name }) {
			break
		}
	}
	return name
}

var valueTag = regexp.MustCompile(`%[a-z0-9-]+%`)

// value is the challenge value of a tag: 43 characters, as the digest of a key
// authorization is (RFC 8555 §8.4).
func value(tag string) string {
	d := sha256.Sum256([]byte(tag))
	return base64.RawURLEncoding.EncodeToString(d[:])
}

// values are the values of tag-1 to tag-n.
func values(tag string, n int) []string {
	vs := make([]string, n)
	for i := range vs {
		vs[i] = value(fmt.Sprintf("%s-%d", tag, i+1))
	}
	return vs
}

// startWorld starts every host and returns when each serves all its zones.
func startWorld(t *testing.T, keys keyring) *namespace {
	t.Helper()
	programs := map[*software]string{}
	for _, h := range hosts {
		if h.software != nil {
			programs[h.software] = program(t, h.program)
		}
	}
	program(t, "dig")
	program(t, "nsenter")
	n := newNamespace(t)
	for _, h := range hosts {
		n.Add(t, h.addrs(), h.name == swallowed)
	}
	dir := t.TempDir()
	for _, h := range hosts {
		if h.software != nil {
			home := filepath.Join(dir, h.name)
			args := h.setup(t, home, h.addrs(), zoneFiles(t, home, h.name, keys))
			n.Start(t, filepath.Join(home, "log"), programs[h.software], args...)
		}
	}
	for _, h := range hosts {
		if h.software != nil {
			waitFor(t, n, h, filepath.Join(dir, h.name, "log"))
		}
	}
	n.filter(t, oddRules())
	return n
}

// zoneFiles writes the zones of a host into its directory.
func zoneFiles(t *testing.T, dir, host string, keys keyring) []zoneFile {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var files []zoneFile
	for _, z := range zones {
		if slices.Contains(z.on, host) {
			s := z.signing(host)
			path := s.signed(t, z, write(t, dir, z.name+".zone", z.text(host, keys)), keys[z.name])
			files = append(files, zoneFile{z.name + ".", path, s, keys[z.name]})
		}
	}
	return files
}

// waitFor asks for the SOA of each zone of a host until all are served.
func waitFor(t *testing.T, n *namespace, h host, log string) {
	t.Helper()
	args := []string{"@" + h.ipv4.String(), "+norecurse", "+noedns", "+tries=1", "+time=1", "+short"}
	want := 0
	for _, z := range zones {
		if slices.Contains(z.on, h.name) {
			args = append(args, z.name+".", "SOA")
			want++
		}
	}
	var out []byte
	if !eventually(func() bool {
		out, _ = n.Command("dig", args...).Output()
		return strings.Count(string(out), "hostmaster."+operator) == want
	}) {
		printed, _ := os.ReadFile(log)
		t.Fatalf("%s does not serve its %d zones:\n%s\nIt printed:\n%s", h.name, want, out, printed)
	}
}

// rootHints writes the file that says where the root is.
func rootHints(t *testing.T) (path string) {
	t.Helper()
	root := zones[slices.IndexFunc(zones, func(z zone) bool { return z.name == "" })]
	return write(t, t.TempDir(), "root.hints", "$TTL 3600000\n"+root.nameServers())
}

// rootAnchor writes the file that says which key of the root is trusted.
func rootAnchor(t *testing.T, keys keyring) (path string) {
	t.Helper()
	return write(t, t.TempDir(), "root.key", keys[""][0].records.String()+"\n")
}

// output runs a program to its end and returns what it printed.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}

// program finds a program, in the folders of system programs too.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/local/sbin", "/usr/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	unavailable(t, "%s is not installed", name)
	return ""
}

// unavailable ends a test that cannot run here: as skipped, or as failed where
// the servers are required.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	why := fmt.Sprintf(format, args...)
	if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
		t.Fatalf("real servers are required (DNS01_REQUIRE_SERVERS=1): %s", why)
	}
	t.Skipf("real servers are not available: %s", why)
}
