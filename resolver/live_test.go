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

// long is how long an answer that comes is waited for, however busy the machine.
const long = time.Minute

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
	r, err := Live{}.Exchange(context.Background(), query(server, UDP, long))
	if err != nil {
		t.Fatal(err)
	}
	if r.Msg.Rcode != dns.RcodeRefused || r.Strays != 5 {
		t.Errorf("rcode %d after %d strays, want the sixth datagram", r.Msg.Rcode, r.Strays)
	}
}

// Who knows the ID and the port, and answers from elsewhere, is not heard.
func TestLiveTakesNoReplyFromElsewhere(t *testing.T) {
	for _, from := range []string{"127.0.0.1:0", "127.0.0.2:53535"} {
		t.Run(from, func(t *testing.T) {
			spoofer, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(from)))
			if err != nil {
				t.Skip(err) // some systems have no second loopback address
			}
			defer spoofer.Close()
			c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			go func() {
				buf := make([]byte, 4096)
				n, asker, err := c.ReadFromUDPAddrPort(buf)
				if err != nil {
					return
				}
				spoofer.WriteToUDPAddrPort(reply(t, buf[:n], func(m *dns.Msg) { m.Rcode = dns.RcodeNameError }), asker)
				c.WriteToUDPAddrPort(reply(t, buf[:n], nil), asker)
			}()
			r, err := Live{}.Exchange(t.Context(), query(c.LocalAddr().(*net.UDPAddr).AddrPort(), UDP, long))
			if err != nil || r.Msg.Rcode != dns.RcodeSuccess || r.Strays != 0 {
				t.Errorf("%v, %v", r.Msg, err)
			}
		})
	}
}

// What a spoofer has to guess: each query has a port and an ID of its own.
func TestLiveCannotBeForeseen(t *testing.T) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const n = 64
	var ids, ports []uint16
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for range n {
			size, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			ids, ports = append(ids, binary.BigEndian.Uint16(buf)), append(ports, from.Port())
			c.WriteToUDPAddrPort(reply(t, buf[:size], nil), from)
		}
	}()
	q := query(c.LocalAddr().(*net.UDPAddr).AddrPort(), UDP, long)
	for range n {
		if _, err := (Live{}).Exchange(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	<-done
	// Of 64 that are drawn from 16384 or more, six at most are drawn twice, but
	// for one run in a thousand million; the same goes for their differences.
	for what, drawn := range map[string][]uint16{"IDs": ids, "ports": ports} {
		values, steps := map[uint16]bool{}, map[uint16]bool{}
		for i, v := range drawn {
			values[v] = true
			if i > 0 {
				steps[v-drawn[i-1]] = true
			}
		}
		if len(values) < n-6 || len(steps) < n-7 {
			t.Errorf("%d queries have %d %s that differ by %d steps", n, len(values), what, len(steps))
		}
	}
}

// Whoever guesses without end does not get as many guesses as he can send.
func TestLiveHearsOnlySoManyGuesses(t *testing.T) {
	server := serveUDP(t, func(q []byte) [][]byte {
		var guesses [][]byte
		for i := range uint16(64) {
			guesses = append(guesses, reply(t, q, func(m *dns.Msg) { m.Id += 1 + i }))
		}
		return append(guesses, reply(t, q, nil))
	})
	r, err := Live{}.Exchange(t.Context(), query(server, UDP, long))
	if FailureOf(err) != Mismatched {
		t.Errorf("%v, %v; want no reply after 64 guesses", r.Msg, err)
	}
}

func TestLiveFailures(t *testing.T) {
	silent := serveUDP(t, func([]byte) [][]byte { return nil })
	garbage := serveUDP(t, func(q []byte) [][]byte {
		return [][]byte{append(append([]byte{}, q[0], q[1], 0x80, 0, 0, 1), make([]byte, 8)...)}
	})
	closed := netip.MustParseAddrPort("127.0.0.1:1")
	tests := map[string]struct {
		q    Query
		want Failure
	}{
		"silence":          {query(silent, UDP, 50*time.Millisecond), Timeout},
		"not a message":    {query(garbage, UDP, long), Malformed},
		"closed port, UDP": {query(closed, UDP, long), Unreachable},
		"closed port, TCP": {query(closed, TCP, long), Unreachable},
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

// Foreign replies and no other are told from silence.
func TestLiveHearsOnlyForeignReplies(t *testing.T) {
	stray := serveUDP(t, func(q []byte) [][]byte { return [][]byte{reply(t, q, func(m *dns.Msg) { m.Id++ })} })
	_, err := Live{Sockets: onceHeard{}}.Exchange(t.Context(), query(stray, UDP, long))
	if FailureOf(err) != Mismatched {
		t.Errorf("%v, want no reply but foreign ones", err)
	}
}

// onceHeard are this host's sockets, whose time is up as soon as they have heard
// something: a clock would not know when that is.
type onceHeard struct{ Sockets }

func (onceHeard) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	return heardConn{c}, err
}

type heardConn struct{ net.Conn }

func (c heardConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	_ = c.SetDeadline(time.Unix(1, 0))
	return n, err
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
	if r, err := (Live{}).Exchange(context.Background(), query(server, TCP, long)); err != nil || !r.Msg.Response {
		t.Errorf("reply %v, error %v", r.Msg, err)
	}
	if _, err := (Live{}).Exchange(context.Background(), query(server, TCP, long)); FailureOf(err) != Closed {
		t.Errorf("a connection closed early gives %v", err)
	}
}
