//go:build linux

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// unbounds is how many run side by side. Each is asked one question at a time,
// since what it remembers of one would show in the next.
const unbounds = 24

// An unbound is a running Unbound: where it is asked, and the socket at which
// it takes orders.
type unbound struct{ Addr, Control string }

// startUnbound starts one inside. Its settings are those that Let's Encrypt
// shows of its own, but for addresses: this world's are all private.
func startUnbound(t *testing.T, world *namespace, keys keyring, i int) unbound {
	t.Helper()
	dir, port := t.TempDir(), 5301+i
	u := unbound{fmt.Sprintf("127.0.0.1:%d", port), filepath.Join(dir, "control")}
	ip6 := "no"
	if hasIPv6() {
		ip6 = "yes"
	}
	config := write(t, dir, "unbound.conf", fmt.Sprintf(`server:
  directory: %q
  pidfile: ""
  chroot: ""
  username: ""
  use-syslog: no
  interface: 127.0.0.1@%d
  do-ip6: %s
  num-threads: 1
  root-hints: %q
  trust-anchor-file: %q
  trust-anchor-signaling: no
  do-not-query-localhost: no
  edns-buffer-size: 1232
  use-caps-for-id: yes
  qname-minimisation: no
  aggressive-nsec: no
  harden-glue: yes
  harden-dnssec-stripped: yes
  harden-below-nxdomain: no
  val-clean-additional: yes
  val-sig-skew-max: 0
  val-sig-skew-min: 0
  val-log-level: 2
  log-servfail: yes
  ede: yes
  cache-min-ttl: 0
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  neg-cache-size: 0
  prefetch: no
remote-control:
  control-enable: yes
  control-use-cert: no
  control-interface: %q
`, dir, port, ip6, rootHints(t), rootAnchor(t, keys), u.Control))
	log := filepath.Join(dir, "log")
	world.Start(t, log, program(t, "unbound"), "-d", "-p", "-c", config)
	if !eventually(func() bool { _, err := os.Stat(u.Control); return err == nil }) {
		printed, _ := os.ReadFile(log)
		t.Fatalf("unbound does not start:\n%s", printed)
	}
	return u
}
