package resolver

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
)

type addr = netip.Addr

func addrOfText(s string) netip.Addr { return netip.MustParseAddr(s) }

func addrsOfText(s ...string) []netip.Addr {
	var addrs []netip.Addr
	for _, a := range s {
		addrs = append(addrs, addrOfText(a))
	}
	return addrs
}

// serveUDP answers each query on a loopback socket with what answer makes of
// it, in order.
func serveUDP(t *testing.T, answer func(q []byte) [][]byte) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			for _, a := range answer(buf[:n]) {
				c.WriteToUDPAddrPort(a, from)
			}
		}
	}()
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

func reply(t *testing.T, q []byte, change func(*dns.Msg)) []byte {
	m := new(dns.Msg)
	if err := m.Unpack(q); err != nil {
		t.Error(err)
	}
	m.Response = true
	if change != nil {
		change(m)
	}
	wire, err := m.Pack()
	if err != nil {
		t.Error(err)
	}
	return wire
}

func query(server netip.AddrPort, tr Transport, timeout time.Duration) Query {
	m := new(dns.Msg)
	m.SetQuestion("example.com.", dns.TypeTXT)
	return Query{Server: server, Transport: tr, Msg: m, Timeout: timeout}
}

// A guessed reply must not be taken, and must not end the wait for the real one.
func TestLiveTakesOnlyTheReply(t *testing.T) {
	server := serveUDP(t, func(q []byte) [][]byte {
		return [][]byte{
			{1, 2, 3},
			reply(t, q, func(m *dns.Msg) { m.Id++ }),
			reply(t, q, func(m *dns.Msg) { m.Question[0].Name = "example.org." }),
			reply(t, q, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeCAA }),
			reply(t, q, func(m *dns.Msg) { m.Response = false }),
			reply(t, q, func(m *dns.Msg) { m.Rcode = dns.RcodeRefused }),
		}
	})
	r, err := Live{}.Exchange(context.Background(), query(server, UDP, 5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if r.Msg.Rcode != dns.RcodeRefused || r.Strays != 5 {
		t.Errorf("rcode %d after %d strays, want the sixth datagram", r.Msg.Rcode, r.Strays)
	}
}

func TestLiveFailures(t *testing.T) {
	silent := serveUDP(t, func([]byte) [][]byte { return nil })
	stray := serveUDP(t, func(q []byte) [][]byte { return [][]byte{reply(t, q, func(m *dns.Msg) { m.Id++ })} })
	garbage := serveUDP(t, func(q []byte) [][]byte {
		return [][]byte{append(append([]byte{}, q[0], q[1], 0x80, 0, 0, 1), make([]byte, 8)...)}
	})
	closed := netip.MustParseAddrPort("127.0.0.1:1")
	tests := map[string]struct {
		q    Query
		want Failure
	}{
		"silence":          {query(silent, UDP, 50*time.Millisecond), Timeout},
		"foreign replies":  {query(stray, UDP, 50*time.Millisecond), Mismatched},
		"not a message":    {query(garbage, UDP, 5*time.Second), Malformed},
		"closed port, UDP": {query(closed, UDP, 5*time.Second), Unreachable},
		"closed port, TCP": {query(closed, TCP, 5*time.Second), Unreachable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Live{}.Exchange(context.Background(), tt.q)
			if got := FailureOf(err); got != tt.want {
				t.Errorf("failure %q (%v), want %q", got, err, tt.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := (Live{}).Exchange(ctx, query(silent, UDP, time.Minute)); FailureOf(err) != Canceled {
		t.Errorf("a cancelled run gives %v", err)
	}
}

func TestLiveTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for i := 0; ; i++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var n [2]byte
			io.ReadFull(c, n[:])
			q := make([]byte, binary.BigEndian.Uint16(n[:]))
			io.ReadFull(c, q)
			if i == 0 {
				a := reply(t, q, nil)
				c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...))
			}
			c.Close()
		}
	}()
	server := l.Addr().(*net.TCPAddr).AddrPort()
	if r, err := (Live{}).Exchange(context.Background(), query(server, TCP, 5*time.Second)); err != nil || !r.Msg.Response {
		t.Errorf("reply %v, error %v", r.Msg, err)
	}
	if _, err := (Live{}).Exchange(context.Background(), query(server, TCP, 5*time.Second)); FailureOf(err) != Closed {
		t.Errorf("a connection closed early gives %v", err)
	}
}
