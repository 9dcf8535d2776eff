//go:build linux

package main_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A moving zone is hooked.com while its records change: a BIND primary that
// takes dynamic updates, an NSD secondary that has to be told of them, and the
// root and com on servers of their own.
type movingZone struct {
	*namespace
	dir   string
	key   string // file of the key that nsupdate signs with
	hints string // file of the root hints
}

const (
	movingName = "hooked.com"
	forbidden  = "forbidden." + movingName // by CAA
	primary    = "10.54.2.1"
	secondary  = "10.54.2.2"
)

// updateKey is for this world alone.
const updateKey = `key "update" { algorithm hmac-sha256; secret "c2VjcmV0IG9mIGEgdGVzdCB3b3JsZCwgbm9uZSBlbHNl"; };
`

// startMovingZone starts the servers. With notify the primary tells the
// secondary of each change by itself, some seconds late.
func startMovingZone(t *testing.T, notify bool) *movingZone {
	t.Helper()
	for _, p := range []string{"named", "nsd", "dig", "nsenter", "nsupdate"} {
		program(t, p)
	}
	z := &movingZone{namespace: newNamespace(t), dir: t.TempDir()}
	addr := func(s string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(s)} }
	start := func(name, ip string, s software, zones ...zoneFile) {
		z.Add(t, addr(ip), false)
		home := z.home(t, name)
		z.Start(t, filepath.Join(home, "log"), program(t, s.program), s.setup(t, home, addr(ip), zones)...)
	}
	start("root", "10.54.0.1", nsd, zoneFile{name: ".", path: write(t, z.dir, "root.zone", `$TTL 60
. SOA a.root-servers.net. hostmaster. 1 7200 3600 1209600 60
. NS a.root-servers.net.
a.root-servers.net. A 10.54.0.1
com. NS a.nic.com.
a.nic.com. A 10.54.1.1
`)})
	start("com", "10.54.1.1", nsd, zoneFile{name: "com.", path: write(t, z.dir, "com.zone", `$TTL 60
com. SOA a.nic.com. hostmaster. 1 7200 3600 1209600 60
com. NS a.nic.com.
a.nic.com. A 10.54.1.1
hooked.com. NS ns1.hooked.com.
hooked.com. NS ns2.hooked.com.
ns1.hooked.com. A `+primary+`
ns2.hooked.com. A `+secondary+"\n")})
	z.startPrimary(t, notify)
	// A secondary that cannot have the zone at once tries again much later.
	z.await(t, primary, "hooked.com.", "SOA", "hostmaster.")
	z.startSecondary(t)
	z.key = write(t, z.dir, "update.key", updateKey)
	z.hints = write(t, z.dir, "root.hints", "$TTL 60\n. NS a.root-servers.net.\na.root-servers.net. A 10.54.0.1\n")
	for ip, name := range map[string]string{"10.54.0.1": ".", "10.54.1.1": "com.", primary: "hooked.com.", secondary: "hooked.com."} {
		z.await(t, ip, name, "SOA", "hostmaster.")
	}
	return z
}

func (z *movingZone) home(t *testing.T, name string) string {
	t.Helper()
	home := filepath.Join(z.dir, name)
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	return home
}

func (z *movingZone) startPrimary(t *testing.T, notify bool) {
	t.Helper()
	z.Add(t, []netip.Addr{netip.MustParseAddr(primary)}, false)
	home := z.home(t, "primary")
	zone := write(t, home, "hooked.zone", `$TTL 60
@ SOA ns1 hostmaster. 1 7200 3600 1209600 60
@ NS ns1
@ NS ns2
ns1 A `+primary+`
ns2 A `+secondary+`
@ CAA 0 issue "letsencrypt.org"
forbidden CAA 0 issue "digicert.com"
`)
	tell := "no"
	if notify {
		tell = "yes"
	}
	config := write(t, home, "named.conf", fmt.Sprintf(`%soptions {
	directory %q;
	pid-file none; session-keyfile none; lock-file none;
	listen-on port 53 { %s; }; listen-on-v6 { none; };
	recursion no; dnssec-validation no; empty-zones-enable no;
	notify %s; allow-transfer { any; }; interface-interval 0;
	notify-delay 2; notify-source %s;
};
controls { };
zone %q { type primary; file %q; allow-update { key "update"; }; };
`, updateKey, home, primary, tell, primary, movingName, zone))
	z.Start(t, filepath.Join(home, "log"), program(t, "named"), "-g", "-n", "1", "-c", config)
}

func (z *movingZone) startSecondary(t *testing.T) {
	t.Helper()
	addrs := []netip.Addr{netip.MustParseAddr(secondary)}
	z.Add(t, addrs, false)
	home := z.home(t, "secondary")
	args := nsd.setup(t, home, addrs, nil)
	config := filepath.Join(home, "nsd.conf")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write(t, home, "nsd.conf", string(text)+fmt.Sprintf(`zone:
  name: %q
  zonefile: "hooked.zone"
  request-xfr: %s NOKEY
  outgoing-interface: %s
  allow-notify: 0.0.0.0/0 NOKEY
`, movingName, primary, secondary))
	z.Start(t, filepath.Join(home, "log"), program(t, "nsd"), args...)
}

// await asks a server until its answer holds some text. Options are dig's.
func (z *movingZone) await(t *testing.T, ip, name, qtype, want string, options ...string) {
	t.Helper()
	args := slices.Concat([]string{"@" + ip, "+norecurse", "+tries=1", "+time=1", "+short", name, qtype}, options)
	var out []byte
	if !eventually(func() bool {
		out, _ = z.Command("dig", args...).Output()
		return strings.Contains(string(out), want)
	}) {
		t.Fatalf("%s does not answer %s %s with %q:\n%s", ip, name, qtype, want, out)
	}
}

// publish adds a value at the primary by a dynamic update (RFC 2136).
func (z *movingZone) publish(t *testing.T, value string) {
	t.Helper()
	cmd := z.Command("nsupdate", "-k", z.key)
	cmd.Stdin = strings.NewReader(fmt.Sprintf("server %s\nupdate add _acme-challenge.%s. 60 TXT %q\nsend\n", primary, movingName, value))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nsupdate: %v\n%s", err, out)
	}
}

// notify tells the secondary that the zone has changed (RFC 1996).
func (z *movingZone) notify(t *testing.T) {
	t.Helper()
	if out, err := z.Command("dig", "@"+secondary, "+opcode=notify", "+norecurse", "+noedns", movingName, "SOA").CombinedOutput(); err != nil {
		t.Fatalf("dig +opcode=notify: %v\n%s", err, out)
	}
}

// environment lets dns01 begin at this world's root.
func (z *movingZone) environment() []string {
	return []string{"LC_ALL=C", "DNS01_ROOT_HINTS=" + z.hints, "DNS01_TRUST_ANCHOR=none", "DNS01_ALLOW_PRIVATE=true"}
}
