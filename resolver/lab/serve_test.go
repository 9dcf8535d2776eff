package lab

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// serving lets a world listen until the test ends, and returns where.
func serving(t *testing.T, text string) map[netip.Addr]Endpoint {
	t.Helper()
	w := world(t, text)
	ctx, cancel := context.WithCancel(t.Context())
	announced := make(chan Endpoint, len(w.servers))
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx, "127.0.0.1", 0, func(e Endpoint) { announced <- e }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	at := map[netip.Addr]Endpoint{}
	for range w.servers {
		select {
		case e := <-announced:
			at[e.Addr] = e
		case err := <-done:
			done <- err
			t.Fatalf("Serve ended: %v", err)
		}
	}
	return at
}

// How long real sockets are waited at: long where an answer comes, however
// busy the machine, and short where none does.
const (
	long  = 10 * time.Second
	short = 100 * time.Millisecond
)

// dig asks over real sockets, with a client that is not ours.
func dig(t *testing.T, e Endpoint, words string, patience time.Duration) string {
	t.Helper()
	q := query(t, words)
	c := dns.Client{Net: string(q.Transport), UDPSize: 1232, Timeout: patience}
	r, _, err := c.Exchange(q.Msg, e.Listen.String())
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "unreachable"
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, io.EOF):
		return "closed"
	case errors.Is(err, dns.ErrId):
		return "mismatched"
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "timeout"
	}
	if err != nil {
		t.Fatal(err)
	}
	return show(r)
}

// What dig sees on sockets must be what the program sees in the lab.
func TestServe(t *testing.T) {
	at := serving(t, faulty+`
ns1.example.com name=drop.example.com drop
ns1.example.com name=slow.example.com slow 20ms
ns1.example.com name=id.example.com wrong-id
ns1.example.com name=closed.example.com tcp-close
ns1.example.com name=refused.example.com unreachable
192.0.2.2 unreachable
2001:db8::1 no-tcp
-- caches --
Google 192.0.2.100
`)
	fine := lines("NOERROR aa edns", here)
	for _, test := range []struct{ query, want string }{
		{txt, fine},
		{"tcp 192.0.2.1 example.com TXT", fine},
		{"udp 192.0.2.1 drop.example.com TXT", "timeout"},
		{"udp 192.0.2.1 slow.example.com TXT", lines("NXDOMAIN aa edns", soa)},
		{"tcp 192.0.2.1 id.example.com TXT", "mismatched"},
		{"tcp 192.0.2.1 closed.example.com TXT", "closed"},
		{"udp 192.0.2.1 refused.example.com TXT", "timeout"},
		{"tcp 192.0.2.1 refused.example.com TXT", "reset"},
		{"udp 192.0.2.2 example.com TXT", "unreachable"},
		{"tcp 192.0.2.2 example.com TXT", "unreachable"},
		{"udp 2001:db8::1 example.com TXT", fine},
		{"tcp 2001:db8::1 example.com TXT", "unreachable"},
		{"udp 192.0.2.100 example.com TXT", lines("NOERROR ra edns", here)},
	} {
		e := at[query(t, test.query).Server.Addr()]
		patience := long
		if test.want == "timeout" {
			patience = short
		}
		diff(t, test.query, test.want, dig(t, e, test.query, patience))
	}
}

// Ports count upwards in the order of the file, so that a printed list of dig
// lines stays true; a second world on the same ports is told so.
func TestServePorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	err = world(t, plainWorld).Serve(t.Context(), "127.0.0.1", taken, func(Endpoint) {
		t.Error("announced although a port is taken")
	})
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("error = %v, want address in use", err)
	}
}

func TestServeAnnounces(t *testing.T) {
	var got []string
	for a, e := range serving(t, plainWorld) {
		if !e.Listen.Addr().IsLoopback() || e.Listen.Port() == 0 {
			t.Errorf("%s listens on %s", a, e.Listen)
		}
		got = append(got, e.Host+" "+a.String())
	}
	want := []string{
		"a.nic.com 198.51.100.10", "a.nic.com 2001:db8:fffe::10",
		"a.nic.net 198.51.100.12", "a.nic.net 2001:db8:fffe::12",
		"a.root-servers.net 198.51.100.1", "a.root-servers.net 2001:db8:ffff::1",
		"b.nic.com 198.51.100.11", "b.nic.com 2001:db8:fffe::11",
		"b.nic.net 198.51.100.13", "b.nic.net 2001:db8:fffe::13",
		"b.root-servers.net 198.51.100.2", "b.root-servers.net 2001:db8:ffff::2",
		"ns1.example.com 192.0.2.1", "ns1.example.com 2001:db8::1",
	}
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A client may put several queries into one connection (RFC 7766 §6.2.1).
func TestServeConnectionReuse(t *testing.T) {
	e := serving(t, faulty)[netip.MustParseAddr("192.0.2.1")]
	c, err := dns.DialTimeout("tcp", e.Listen.String(), long)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 3 {
		if err := c.WriteMsg(query(t, txt).Msg); err != nil {
			t.Fatal(err)
		}
		r, err := c.ReadMsg()
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "answer", lines("NOERROR aa edns", here), show(r))
	}
}

// An answer from elsewhere must really come from there: a client that takes
// it from any address gets it, one that does not is left waiting.
func TestServeFromElsewhere(t *testing.T) {
	at := serving(t, faulty+"192.0.2.1 wrong-source\n192.0.2.2 garbage\n")
	e := at[netip.MustParseAddr("192.0.2.1")]
	diff(t, "a connected socket", "timeout", dig(t, e, txt, short))
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(e.Listen.Addr(), 0)))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	wire, err := query(t, txt).Msg.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteToUDPAddrPort(wire, e.Listen); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, maxMessage)
	_ = c.SetReadDeadline(time.Now().Add(long))
	n, from, err := c.ReadFromUDPAddrPort(buf)
	if err != nil {
		t.Fatal(err)
	}
	if from == e.Listen {
		t.Errorf("the answer comes from %s, where it was asked for", from)
	}
	m := new(dns.Msg)
	if err := m.Unpack(buf[:n]); err != nil {
		t.Fatal(err)
	}
	diff(t, "the answer", lines("NOERROR aa edns", here), show(m))

	g := query(t, txt)
	client := dns.Client{UDPSize: 1232, Timeout: long}
	if _, _, err := client.Exchange(g.Msg, at[netip.MustParseAddr("192.0.2.2")].Listen.String()); err == nil {
		t.Error("garbage can be read")
	}
}

// What is not DNS must neither be answered nor end the server.
func TestServeGarbage(t *testing.T) {
	e := serving(t, faulty)[netip.MustParseAddr("192.0.2.1")]
	c, err := net.Dial("udp", e.Listen.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET / HTTP/1.1\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	s, err := net.Dial("tcp", e.Listen.String())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Write(binary.BigEndian.AppendUint16(nil, 3)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write([]byte("abc")); err != nil {
		t.Fatal(err)
	}
	diff(t, "afterwards", lines("NOERROR aa edns", here), dig(t, e, txt, long))
}
