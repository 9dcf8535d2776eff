//go:build linux

package rpl_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// An unbound is a running Unbound.
type unbound struct {
	addr, control string
	stop          func()
}

// config has the settings of the CA's Unbound but for what it keeps, which
// the questions of a world may need, and names that it knows by itself.
const config = `include: %q
server:
  directory: %q
  interface: 127.0.0.1@5301
  root-hints: "hints"
  cache-max-ttl: 60
  root-key-sentinel: no
  local-zone: "test." nodefault
  local-zone: "invalid." nodefault
%s
remote-control:
  control-interface: %q
`

// startUnbound starts one that knows the root servers and anchors of a world,
// and the time there; zero is that of the clock.
func (e errand) startUnbound(roots []netip.Addr, now time.Time, anchors []dns.RR) (u unbound, err error) {
	u = unbound{addr: "127.0.0.1:5301", control: filepath.Join(e.Dir, "control")}
	var hints, keys, extra strings.Builder
	for i, a := range roots {
		rrtype := "A"
		if a.Is6() {
			rrtype = "AAAA"
		}
		fmt.Fprintf(&hints, ". 3600 NS root%d.root-servers.net.\nroot%d.root-servers.net. 3600 %s %s\n", i, i, rrtype, a)
	}
	for _, rr := range anchors {
		fmt.Fprintln(&keys, rr)
	}
	if len(anchors) > 0 {
		fmt.Fprintln(&extra, `  trust-anchor-file: "anchors"`)
	}
	if !now.IsZero() {
		fmt.Fprintf(&extra, "  val-override-date: %q\n", now.Format("20060102150405"))
	}
	settings, err := filepath.Abs("../../testdata/unbound.conf")
	if err != nil {
		return u, err
	}
	for name, text := range map[string]string{
		"hints": hints.String(), "anchors": keys.String(), "conf": fmt.Sprintf(config, settings, e.Dir, &extra, u.control),
	} {
		if err := os.WriteFile(filepath.Join(e.Dir, name), []byte(text), 0o644); err != nil {
			return u, err
		}
	}
	return u, u.start(e.Unbound, e.Dir)
}

// start returns when Unbound takes orders.
func (u *unbound) start(program, dir string) error {
	os.Remove(u.control)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(program, "-d", "-p", "-c", filepath.Join(dir, "conf"))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	gone := make(chan struct{})
	go func() { cmd.Wait(); close(gone) }()
	u.stop = func() { cmd.Process.Kill(); <-gone }
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for range 3000 {
		if u.order("flush_requestlist") == nil {
			return nil
		}
		select {
		case <-gone:
			printed, _ := os.ReadFile(log.Name())
			return fmt.Errorf("unbound does not start: %s", printed)
		case <-poll.C:
		}
	}
	u.stop()
	return errors.New("unbound does not take orders")
}

// order has Unbound do something, in the protocol of unbound-control.
func (u unbound) order(words string) error {
	conn, err := net.Dial("unix", u.control)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "UBCT1 %s\n", words); err != nil {
		return err
	}
	reply, err := io.ReadAll(conn)
	if err != nil || !bytes.HasPrefix(reply, []byte("ok")) {
		return fmt.Errorf("unbound-control %s: %s %w", words, reply, err)
	}
	return nil
}

// patience is how long Unbound is waited for. After 1.9 s it gives no answer
// any more (discard-timeout).
const patience = 3 * time.Second

// answer is what Unbound says, asked as a CA does: with AD and without DO, over
// a transport that needs no truncation. It forgets everything before. No reply
// is SERVFAIL here: the lookup has failed just so.
func (u unbound) answer(asked dns.Question) (c conclusion, err error) {
	for _, order := range []string{"flush_zone .", "flush_infra all", "flush_requestlist"} {
		if err := u.order(order); err != nil {
			return c, err
		}
	}
	m := new(dns.Msg).SetQuestion(asked.Name, asked.Qtype)
	m.AuthenticatedData = true
	m.SetEdns0(4096, false)
	client := &dns.Client{Net: "tcp", Timeout: patience}
	r, _, err := client.Exchange(m, u.addr)
	if err != nil {
		return conclusion{Rcode: "SERVFAIL", EDE: -1, Text: ""}, nil
	}
	c = conclusion{Rcode: dns.RcodeToString[r.Rcode], Authenticated: r.AuthenticatedData, Answers: lines(r.Answer), EDE: -1}
	opt := r.IsEdns0()
	if opt == nil || r.Rcode != dns.RcodeServerFailure {
		return c, nil
	}
	for _, o := range opt.Option {
		if e, ok := o.(*dns.EDNS0_EDE); ok {
			c.EDE, c.Text = int(e.InfoCode), comparableText(e.ExtraText)
		}
	}
	return c, nil
}
