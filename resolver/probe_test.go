package resolver

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// An odd question has to be odd in one way and ordinary in all others, or a
// server is blamed for something else.
func TestProbeMessage(t *testing.T) {
	form := func(m *dns.Msg) string {
		words := []string{"cd"}
		if !m.CheckingDisabled {
			words = nil
		}
		if m.Zero && m.AuthenticatedData {
			words = append(words, "bits")
		}
		opt := m.IsEdns0()
		if opt == nil {
			return strings.Join(append(words, "plain"), " ")
		}
		if opt.Do() {
			words = append(words, "do")
		}
		if opt.Version() != 0 {
			words = append(words, "v1")
		}
		if opt.Z() != 0 {
			words = append(words, "flag")
		}
		if opt.UDPSize() != UDPSize {
			words = append(words, "size")
		}
		for _, o := range opt.Option {
			words = append(words, map[uint16]string{OptionCode: "option", dns.EDNS0COOKIE: "cookie", dns.EDNS0NSID: "nsid"}[o.Option()])
		}
		return strings.Join(words, " ")
	}
	for _, tt := range []struct {
		probe Probe
		want  string
	}{
		{Probe{}, "cd do"},
		{Probe{Plain: true, Version: 1, Option: true}, "cd plain"},
		{Probe{NoDO: true}, "cd"},
		{Probe{Version: 1, Option: true}, "cd do v1 option"},
		{Probe{Flags: 0x80, Option: true, Cookie: true}, "cd do flag option cookie"},
		{Probe{Size: 512}, "cd do size"},
		{Probe{Bits: true}, "cd bits do"},
		{Probe{NSID: true}, "cd do nsid"},
	} {
		tt.probe.Name, tt.probe.Type = "example.com", dns.TypeSOA
		c := New(Config{})
		m := tt.probe.message(c.rng.of("test"))
		if d := cmp.Diff(tt.want, form(m)); d != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.probe, d)
		}
		wire, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Unpack(wire)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, form(again)); d != "" {
			t.Errorf("%+v on the wire (-want +got):\n%s", tt.probe, d)
		}
	}
}

// Silence to everything that carries EDNS, and replies from elsewhere, are not
// the silence of a dead server: the fix is another one.
func TestSilenceIsExplained(t *testing.T) {
	tests := map[string]struct {
		reply func(q Query, n int) *dns.Msg
		from  string
		want  silence
	}{
		"dead":           {func(Query, int) *dns.Msg { return nil }, "", silence{}},
		"only TCP":       {func(q Query, _ int) *dns.Msg { return only(q, q.Transport == TCP) }, "", silence{tcpOnly: true}},
		"only plain DNS": {func(q Query, _ int) *dns.Msg { return only(q, q.Msg.IsEdns0() == nil) }, "", silence{plainOnly: true}},
		"only small": {func(q Query, _ int) *dns.Msg {
			return only(q, q.Msg.IsEdns0() == nil || q.Msg.IsEdns0().UDPSize() == dns.MinMsgSize)
		}, "", silence{smallOnly: true}},
		"only from elsewhere": {func(q Query, _ int) *dns.Msg { return nil }, "192.0.2.77:53", silence{elsewhere: netip.MustParseAddrPort("192.0.2.77:53")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := &listening{scripted: scripted{reply: tt.reply}, from: tt.from}
				c := New(Config{Exchanger: x})
				for _, qtype := range []uint16{dns.TypeTXT, dns.TypeCAA} { // known for later questions too
					a := c.Ask(t.Context(), addrOfText("192.0.2.1"), "example.com", qtype)
					got := silence{a.TCPOnly, a.PlainOnly, a.SmallOnly, a.Elsewhere}
					if got != tt.want || a.Failure != Timeout {
						t.Errorf("%s: %+v, want %+v", TypeName(qtype), got, tt.want)
					}
				}
			})
		})
	}
}

// A server that has lost two packets with EDNS and answers a third does not
// drop EDNS.
func TestLossIsNoHabit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{reply: func(q Query, _ int) *dns.Msg { return nil }}
		lost := 0
		s.reply = func(q Query, _ int) *dns.Msg {
			if q.Transport == UDP && q.Msg.IsEdns0() != nil {
				if lost++; lost <= 2 {
					return nil
				}
			}
			return answerTo(q, fine)
		}
		a := New(Config{Exchanger: s}).Ask(t.Context(), addrOfText("192.0.2.1"), "example.com", dns.TypeTXT)
		if a.Msg == nil || a.PlainOnly {
			t.Errorf("%+v, want an answer", a)
		}
	})
}

func only(q Query, answers bool) *dns.Msg {
	if !answers {
		return nil
	}
	return answerTo(q, fine)
}

// listening is a scripted server whose replies may come from elsewhere.
type listening struct {
	scripted
	from string
}

func (l *listening) Overhear(ctx context.Context, q Query) (netip.AddrPort, Reply, error) {
	if l.from != "" {
		return netip.MustParseAddrPort(l.from), Reply{Msg: answerTo(q, fine)}, nil
	}
	r, err := l.Exchange(ctx, q)
	return q.Server, r, err
}

// A wrapper that forgets what is below it would make every server look as if
// it had one address and one connection a question.
func TestWrappersPassOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		inner := &listening{scripted: scripted{reply: func(q Query, _ int) *dns.Msg { return answerTo(q, fine) }}, from: "192.0.2.77:53"}
		x := Pace(Observe(inner, func(o Observation) { seen = append(seen, describe(o.Query)) }), DefaultPacing)
		c := New(Config{Exchanger: x})
		if all := c.Converse(t.Context(), addrOfText("192.0.2.1"), Probe{Name: "example.com", Type: dns.TypeSOA}, Probe{Name: "example.com", Type: dns.TypeTXT}); len(all) != 2 || all[1].Err != nil {
			t.Errorf("conversation: %+v", all)
		}
		from, _, err := x.(Listener).Overhear(t.Context(), Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: UDP, Msg: Probe{Name: "example.com", Type: dns.TypeSOA, Lower: true}.message(c.rng.of("test"))})
		if err != nil || from.String() != inner.from {
			t.Errorf("from %v, %v", from, err)
		}
		if d := cmp.Diff([]string{"tcp SOA", "tcp TXT", "udp SOA lower"}, seen); d != "" {
			t.Errorf("observed (-want +got):\n%s", d)
		}
	})
}

// No burst of ours may cause the failure that we report: 100 at once and 100 a
// second at most, and less once answers stay away.
func TestPaceBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var arrivals []time.Duration
		limited := false
		s := &scripted{}
		s.reply = func(q Query, n int) *dns.Msg {
			arrivals = append(arrivals, time.Since(begun))
			return only(q, !limited)
		}
		x := Pace(s, DefaultPacing)
		ask := func(n int) {
			for range n {
				q := Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: UDP, Timeout: time.Second, Msg: Probe{Name: "example.com", Type: dns.TypeTXT}.message(New(Config{}).rng.of("test"))}
				_, _ = x.Exchange(t.Context(), q)
			}
		}
		ask(300)
		if got := arrivals[99]; got != 0 {
			t.Errorf("the hundredth is asked after %v, want at once", got)
		}
		if got := arrivals[299]; got != 2*time.Second {
			t.Errorf("the three hundredth is asked after %v, want 2s", got)
		}
		time.Sleep(10 * time.Second) // a full burst is there again
		limited = true
		ask(1)
		limited = false
		begun, arrivals = time.Now(), nil
		ask(11)
		if got, want := arrivals[10]-arrivals[0], 200*time.Millisecond; got != want {
			t.Errorf("ten after the sign take %v, want %v", got, want)
		}
	})
}

// A type that a server never answers is its habit, not a sign of limiting.
func TestPaceForgivesATypeThatIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{reply: func(q Query, _ int) *dns.Msg { return only(q, q.Msg.Question[0].Qtype != dns.TypeCAA) }}
		x := Pace(s, DefaultPacing)
		ask := func(qtype uint16) {
			q := Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: UDP, Timeout: time.Second, Msg: Probe{Name: "example.com", Type: qtype}.message(New(Config{}).rng.of("test"))}
			_, _ = x.Exchange(t.Context(), q)
		}
		ask(dns.TypeTXT)
		ask(dns.TypeCAA)
		begun := time.Now()
		for range 50 {
			ask(dns.TypeTXT)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("50 questions took %v, want no wait", took)
		}
	})
}

// The live exchanger reuses a connection, hears replies from elsewhere, and
// takes neither for the other.
func TestLiveConversesAndListens(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	connections := make(chan int, 8)
	go serveConnections(l, connections)
	server := netip.MustParseAddrPort(l.Addr().String())
	query := func(tr Transport) Query {
		return Query{Server: server, Transport: tr, Timeout: long, Msg: Probe{Name: "example.com", Type: dns.TypeSOA}.message(New(Config{}).rng.of("test"))}
	}
	rs, err := Live{}.Converse(t.Context(), []Query{query(TCP), query(TCP), query(TCP)})
	if FailureOf(err) != Closed || len(rs) != 2 {
		t.Errorf("%d replies and %v, want 2 and then a closed connection", len(rs), err)
	}
	if got := len(connections); got != 1 {
		t.Errorf("%d connections, want 1", got)
	}

	udp, err := net.ListenPacket("udp4", server.String())
	if err != nil {
		t.Skip(err)
	}
	defer udp.Close()
	other, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	go func() {
		buf := make([]byte, 4096)
		n, from, err := udp.ReadFrom(buf)
		if err == nil {
			_, _ = other.WriteTo(answered(buf[:n]), from)
		}
	}()
	from, r, err := Live{}.Overhear(t.Context(), query(UDP))
	if err != nil || from.String() != other.LocalAddr().String() || r.Msg == nil {
		t.Errorf("from %v, %v, want %v", from, err, other.LocalAddr())
	}
}

// serveConnections answers two queries a connection.
func serveConnections(l net.Listener, connections chan<- int) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		connections <- 1
		for range 2 {
			var length [2]byte
			if _, err := io.ReadFull(c, length[:]); err != nil {
				break
			}
			wire := make([]byte, binary.BigEndian.Uint16(length[:]))
			if _, err := io.ReadFull(c, wire); err != nil {
				break
			}
			_, _ = c.Write(append(length[:], answered(wire)...))
		}
		_ = c.Close()
	}
}

// answered is a query with QR set: an empty answer.
func answered(query []byte) []byte {
	wire := slices.Clone(query)
	wire[2] |= 0x80
	return wire
}

// Who is silent to the questions in lower case says nothing else than before: it
// may be our own network that went away.
func TestSilenceDoesNotDisagree(t *testing.T) {
	for _, tt := range []struct {
		name  string
		again func(Query) *dns.Msg
		want  bool
	}{
		{"the same", func(q Query) *dns.Msg { return answerTo(q, fine) }, true},
		{"silence", func(Query) *dns.Msg { return nil }, true},
		{"without authority", func(q Query) *dns.Msg { return answerTo(q, func(*dns.Msg) {}) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &scripted{reply: func(q Query, n int) *dns.Msg {
					if n > 2 { // Ask makes sure once
						return tt.again(q)
					}
					m := answerTo(q, fine)
					m.Question[0].Name = strings.ToLower(m.Question[0].Name)
					return m
				}}
				c, server := New(Config{Exchanger: s}), netip.MustParseAddr("8.8.8.1")
				first := c.Ask(t.Context(), server, "_acme-challenge.example.com", dns.TypeTXT)
				if !first.CaseLost {
					t.Fatal("the letter case is kept")
				}
				if _, agree := c.Agree(t.Context(), []netip.Addr{server}, first); agree != tt.want {
					t.Errorf("they agree: %t, want %t", agree, tt.want)
				}
				c.Wait()
			})
		})
	}
}
