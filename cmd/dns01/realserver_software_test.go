//go:build linux

package main_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A zoneFile is a zone as one server has it. The keys are for servers that
// sign by themselves.
type zoneFile struct {
	name, path string
	sign       signing
	keys       []key
}

// A software is one make of authoritative server: the program, and how it is
// set up in a directory of its own to serve zones at some addresses, in
// the foreground, with nothing of the system's own configuration.
type software struct {
	program string
	setup   func(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile) (args []string)
}

var (
	bind = bindWith("")
	nsd  = nsdWith("  rrl-ratelimit: 0\n") // the tests come from one address, side by side
	knot = knotWith("", "")
	pdns = software{"pdns_server", setupPowerDNS}
)

// bindWith is BIND with more options.
func bindWith(options string) software {
	return software{"named", func(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile) []string {
		return setupBind(t, dir, addrs, zones, options)
	}}
}

// nsdWith is NSD with more settings of its server clause.
func nsdWith(settings string) software {
	return software{"nsd", func(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile) []string {
		return setupNSD(t, dir, addrs, zones, settings)
	}}
}

// knotWith is Knot with more sections, and more settings of every zone.
func knotWith(sections, template string) software {
	return software{"knotd", func(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile) []string {
		return setupKnot(t, dir, addrs, zones, sections, template)
	}}
}

func setupBind(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile, options string) []string {
	var c strings.Builder
	fmt.Fprintf(&c, `options {
	directory %q;
	pid-file none; session-keyfile none; lock-file none;
	listen-on port 53 { %s};
	listen-on-v6 port 53 { %s};
	recursion no; dnssec-validation no; empty-zones-enable no;
	notify no; allow-transfer { none; }; check-names primary ignore;
	interface-interval 0;
	%s
};
controls { };
`, dir, each("%s; ", addrs), each("%s; ", addrs), options)
	for _, z := range zones {
		fmt.Fprintf(&c, "zone %q { type primary; file %q; check-integrity no; };\n", z.name, z.path)
	}
	return []string{"-g", "-n", "1", "-c", write(t, dir, "named.conf", c.String())}
}

func setupNSD(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile, settings string) []string {
	var c strings.Builder
	fmt.Fprintf(&c, `server:
%s  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: %q
  zonelistfile: "zone.list"
  xfrdfile: "xfrd.state"
  xfrdir: %q
  pidfile: ""
%sremote-control:
  control-enable: no
`, each("  ip-address: %s\n", addrs), dir, dir, settings)
	for _, z := range zones {
		fmt.Fprintf(&c, "zone:\n  name: %q\n  zonefile: %q\n", z.name, z.path)
	}
	return []string{"-d", "-c", write(t, dir, "nsd.conf", c.String())}
}

func setupKnot(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile, sections, template string) []string {
	var c strings.Builder
	fmt.Fprintf(&c, `server:
  rundir: %q
%s  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: %q
log:
  - target: stderr
    any: notice
%stemplate:
  - id: default
    semantic-checks: off
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
%s`, dir, each("  listen: %s@53\n", addrs), dir, sections, template)
	var own []zoneFile // that it signs
	c.WriteString("policy:\n")
	for _, z := range zones {
		if z.sign.by == byKnot {
			own = append(own, z)
			fmt.Fprintf(&c, "  - id: %q\n    manual: on\n    nsec3: %t\n    nsec3-iterations: %d\n    nsec3-salt-length: %d\n",
				z.name, z.sign.denial != nsec, z.sign.iterations, len(z.sign.salt)/2)
		}
	}
	c.WriteString("zone:\n")
	for _, z := range zones {
		fmt.Fprintf(&c, "  - domain: %q\n    file: %q\n", z.name, z.path)
		if z.sign.by == byKnot {
			fmt.Fprintf(&c, "    dnssec-signing: on\n    dnssec-policy: %q\n", z.name)
		}
	}
	config := write(t, dir, "knot.conf", c.String())
	for _, z := range own {
		for _, k := range z.keys {
			output(t, program(t, string(byKnot)), "-c", config, z.name, "import-bind", k.base+".key")
		}
	}
	return []string{"-c", config}
}

func setupPowerDNS(t *testing.T, dir string, addrs []netip.Addr, zones []zoneFile) []string {
	var c strings.Builder
	for _, z := range zones {
		fmt.Fprintf(&c, "zone %q { type master; file %q; };\n", z.name, z.path)
	}
	zoneList := write(t, dir, "zones.conf", c.String())
	db := filepath.Join(dir, "dnssec.db")
	write(t, dir, "pdns.conf", fmt.Sprintf(`launch=bind
bind-config=%s
bind-dnssec-db=%s
local-address=%s
local-port=53
socket-dir=%s
daemon=no
guardian=no
disable-syslog=yes
setuid=
setgid=
webserver=no
security-poll-suffix=
cache-ttl=0
query-cache-ttl=0
`, zoneList, db, each("%s ", addrs), dir))
	pdnsutil := func(args ...string) {
		output(t, program(t, string(byPDNS)), append([]string{"--config-dir=" + dir}, args...)...)
	}
	pdnsutil("create-bind-db", db)
	for _, z := range zones {
		if z.sign.by != "" && z.sign.denial != nsec {
			params := fmt.Sprintf("1 0 %d %s", z.sign.iterations, z.sign.saltOr("-"))
			pdnsutil(append([]string{"set-nsec3", z.name, params}, z.sign.narrowly()...)...)
		}
		switch {
		case z.sign.offline():
			pdnsutil("set-presigned", z.name)
		case z.sign.by == byPDNS:
			pdnsutil("import-zone-key", z.name, z.keys[0].base+".private", "active", "ksk")
		}
	}
	return []string{"--config-dir=" + dir}
}

// each writes every address with format.
func each(format string, addrs []netip.Addr) string {
	var s strings.Builder
	for _, a := range addrs {
		fmt.Fprintf(&s, format, a)
	}
	return s.String()
}

func write(t *testing.T, dir, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
