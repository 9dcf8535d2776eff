package lab

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Dial connects to a server of this world, over "udp" or "tcp", as package net
// does: for a client that is to be tried as far down as its sockets. Datagrams
// and streams are carried in memory, take their time, and suffer what the
// faults do to them. Errors are those of the system.
func (w *World) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.Start()
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, dialing(network, err)
	}
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	c := &conn{inbox: newInbox(), w: w, transport: resolver.Transport(network), to: to}
	if w.network.cutOff(to.Addr(), w.elapsed()) {
		return nil, dialing(network, syscall.ENETUNREACH)
	}
	if c.transport == resolver.TCP {
		return c, c.connect(ctx)
	}
	return c, nil
}

// Listen opens a socket that takes datagrams from anywhere.
func (w *World) Listen(_ context.Context, network string) (net.PacketConn, error) {
	w.Start()
	return &conn{inbox: newInbox(), w: w, transport: resolver.UDP}, nil
}

func dialing(network string, err error) error {
	return &net.OpError{Op: "dial", Net: network, Err: err}
}

// A conn is a socket of the asking host.
type conn struct {
	*inbox
	w         *World
	transport resolver.Transport
	to        netip.AddrPort // the zero value: not connected
	server    *server        // over TCP

	mu      sync.Mutex
	partial []byte           // of a message, over TCP
	queue   []resolver.Query // on their way, over TCP
	before  int              // queries that were answered, over TCP
	last    time.Time        // when the reply to the query before leaves, over TCP
	over    bool             // the server has closed the connection
}

// connect shakes hands. A server that refuses every connection does so now.
func (c *conn) connect(ctx context.Context) error {
	q := resolver.Query{Server: c.to, Transport: resolver.TCP}
	c.server = c.w.reached(c.to.Addr(), q)
	if c.server == nil {
		<-ctx.Done()
		return dialing("tcp", ctx.Err())
	}
	if err := wait(ctx, c.w.network.roundTrip); err != nil {
		return dialing("tcp", ctx.Err())
	}
	if c.to.Port() != port || c.server.refuses(resolver.TCP) {
		return dialing("tcp", syscall.ECONNREFUSED)
	}
	return nil
}

func (c *conn) Read(b []byte) (int, error) {
	n, _, err := c.take(b, c.transport == resolver.TCP)
	return n, err
}

func (c *conn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, p, err := c.take(b, false)
	return n, net.UDPAddrFromAddrPort(p.from), err
}

func (c *conn) Write(b []byte) (int, error) {
	if c.transport == resolver.UDP {
		c.datagram(b, c.to)
		return len(b), nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.partial = append(c.partial, b...)
	for len(c.partial) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(c.partial))
		if len(c.partial) < end {
			break
		}
		c.query(c.partial[2:end])
		c.partial = c.partial[end:]
	}
	return len(b), nil
}

func (c *conn) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, &net.OpError{Op: "write", Net: "udp", Err: syscall.EINVAL}
	}
	at := netip.AddrPortFrom(to.AddrPort().Addr().Unmap(), to.AddrPort().Port())
	if c.w.network.cutOff(at.Addr(), c.w.elapsed()) {
		return 0, &net.OpError{Op: "write", Net: "udp", Err: syscall.ENETUNREACH}
	}
	c.datagram(b, at)
	return len(b), nil
}

func (c *conn) LocalAddr() net.Addr  { return address(c.transport, netip.AddrPort{}) }
func (c *conn) RemoteAddr() net.Addr { return address(c.transport, c.to) }

func address(t resolver.Transport, a netip.AddrPort) net.Addr {
	if t == resolver.TCP {
		return net.TCPAddrFromAddrPort(a)
	}
	return net.UDPAddrFromAddrPort(a)
}

// datagram sends a query over UDP. What is no query is lost.
func (c *conn) datagram(wire []byte, to netip.AddrPort) {
	m := new(dns.Msg)
	if m.Unpack(wire) != nil || len(m.Question) == 0 {
		return
	}
	q := resolver.Query{Server: to, Transport: resolver.UDP, Msg: m}
	s := c.w.reached(to.Addr(), q)
	if s == nil {
		return
	}
	time.AfterFunc(c.w.there(q), func() { c.answered(s, q) })
}

// there is how long a query is on its way.
func (w *World) there(q resolver.Query) time.Duration {
	half := w.network.roundTrip / 2
	if half == 0 {
		return 0
	}
	return half + q.Apart()
}

// answered brings back what a server says to a datagram that has arrived.
func (c *conn) answered(s *server, q resolver.Query) {
	back := time.Now().Add(c.w.network.roundTrip / 2)
	send := func(at time.Time, p parcel) { c.arrives(q.Server, at, p) }
	if q.Server.Port() != port {
		if c.to.IsValid() {
			send(back, parcel{err: refusedBy(resolver.UDP)})
		}
		return
	}
	r, err := c.w.react(s, resolver.UDP, q.Msg, socket{})
	if err != nil {
		return
	}
	for _, stray := range r.strays {
		send(time.Now(), parcel{from: q.Server, data: stray})
	}
	at := back.Add(r.delay)
	switch {
	case r.failure == resolver.Unreachable && c.to.IsValid():
		send(at, parcel{err: refusedBy(resolver.UDP)})
	case r.wire == nil, r.elsewhere && c.to.IsValid():
	default:
		p := parcel{from: r.source(q.Server), data: r.datagram()}
		send(at, p)
		if r.twice {
			send(at, p)
		}
	}
}

// query sends a query over TCP. The server answers one after the other.
func (c *conn) query(wire []byte) {
	m := new(dns.Msg)
	if m.Unpack(wire) != nil || len(m.Question) == 0 || c.over {
		return
	}
	q := resolver.Query{Server: c.to, Transport: resolver.TCP, Msg: m}
	if c.queue = append(c.queue, q); len(c.queue) == 1 {
		time.AfterFunc(c.w.there(q), c.arrived)
	}
}

// arrived has the server answer what has come in one go.
func (c *conn) arrived() {
	c.mu.Lock()
	qs := c.queue
	c.queue = nil
	c.mu.Unlock()
	for _, q := range qs {
		c.conversed(q)
	}
}

// conversed brings back what the server says to a query that has arrived.
func (c *conn) conversed(q resolver.Query) {
	r, err := c.w.react(c.server, resolver.TCP, q.Msg, socket{before: c.before})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before++
	if err != nil || c.over {
		return
	}
	at := time.Now().Add(c.w.network.roundTrip / 2)
	if c.last.After(at) {
		at = c.last
	}
	at = at.Add(r.delay)
	send := func(p parcel) { c.arrives(c.to, at, p) }
	switch {
	case r.failure == resolver.Closed:
		c.over = true
		send(parcel{err: io.EOF})
	case r.failure != "":
		c.over = true
		send(parcel{err: resetBy(resolver.TCP)})
	case r.wire != nil:
		for i, part := range r.stream() {
			if i > 0 {
				at = at.Add(r.drip)
			}
			send(parcel{data: part})
		}
		if r.cut > 0 {
			c.over = true
			send(parcel{err: io.EOF})
		}
	}
	c.last = at
}

// arrives puts a parcel into the inbox, unless there is no way to the server by
// the time that it comes.
func (c *conn) arrives(from netip.AddrPort, at time.Time, p parcel) {
	if c.w.network.cutOff(from.Addr(), c.w.elapsed()+time.Until(at)) {
		return
	}
	p.at = at
	c.put(p)
}

func refusedBy(t resolver.Transport) error {
	return &net.OpError{Op: "read", Net: string(t), Err: syscall.ECONNREFUSED}
}

func resetBy(t resolver.Transport) error {
	return &net.OpError{Op: "read", Net: string(t), Err: syscall.ECONNRESET}
}
