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

// startUnbound starts one inside, with the settings of the CA's.
func startUnbound(t *testing.T, world *namespace, keys keyring, i int) unbound {
	t.Helper()
	dir, port := t.TempDir(), 5301+i
	u := unbound{fmt.Sprintf("127.0.0.1:%d", port), filepath.Join(dir, "control")}
	ip6 := "no"
	if hasIPv6() {
		ip6 = "yes"
	}
	settings, err := filepath.Abs("../../testdata/unbound.conf")
	if err != nil {
		t.Fatal(err)
	}
	config := write(t, dir, "unbound.conf", fmt.Sprintf(`include: %q
server:
  directory: %q
  interface: 127.0.0.1@%d
  do-ip6: %s
  root-hints: %q
  trust-anchor-file: %q
remote-control:
  control-interface: %q
`, settings, dir, port, ip6, rootHints(t), rootAnchor(t, keys), u.Control))
	log := filepath.Join(dir, "log")
	world.Start(t, log, program(t, "unbound"), "-d", "-p", "-c", config)
	if !eventually(func() bool { _, err := os.Stat(u.Control); return err == nil }) {
		printed, _ := os.ReadFile(log)
		t.Fatalf("unbound does not start:\n%s", printed)
	}
	return u
}
