package lab

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"

	"dns01/resolver"
)

// An Endpoint is where one address of the world listens for real.
type Endpoint struct {
	Host   string         // without the final dot, or the name of a cache
	Addr   netip.Addr     // in the world
	Listen netip.AddrPort // on this host, UDP and TCP
}

// Serve lets every server address listen on the host given, UDP and TCP, each
// on a port of its own: firstPort and upwards in the order of the scenario's
// servers, those that were made, caches; any free port if firstPort is 0. It
// announces each, once all listen, and returns when the context ends, then
// with nil, or when a port cannot be had. Faults happen for real; round trips
// are those of the real network.
//
// A port where every connection is to be refused has no listener. A refusal
// that depends on the query looks like silence over UDP and like a reset over
// TCP, since the query has to be read first.
func (w *World) Serve(ctx context.Context, host string, firstPort int, announce func(Endpoint)) error {
	return w.serve(ctx, announce, func(i int, _ *server) (string, int) {
		if firstPort == 0 {
			return host, 0
		}
		return host, firstPort + i
	})
}

// ServeInPlace is Serve with every server at its own address and port 53, for
// a host, or a network namespace, that has those addresses: there a resolver
// that is not ours can walk through the world.
func (w *World) ServeInPlace(ctx context.Context, announce func(Endpoint)) error {
	return w.serve(ctx, announce, func(_ int, s *server) (string, int) { return s.addr.String(), port })
}

// serve listens where place says for each server.
func (w *World) serve(ctx context.Context, announce func(Endpoint), place func(i int, s *server) (host string, number int)) error {
	var stations []*station
	defer func() {
		for _, st := range stations {
			st.close()
		}
	}()
	for i, s := range w.servers {
		host, number := place(i, s)
		st, err := w.open(ctx, s, host, number)
		if err != nil {
			return fmt.Errorf("listening for %s (%s): %w", s.host, s.addr, err)
		}
		stations = append(stations, st)
	}
	w.Start()
	for _, st := range stations {
		announce(Endpoint{Host: st.host, Addr: st.addr, Listen: st.listen})
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, st := range stations {
		g.Go(func() error { return st.serve(ctx) })
	}
	return g.Wait()
}

// A station is one server address on real sockets. A nil one is a port where
// nobody listens.
type station struct {
	*server
	world  *World
	listen netip.AddrPort
	udp    *net.UDPConn
	tcp    *net.TCPListener
}

// freePortTries is how often a port is looked for that is free for both UDP
// and TCP.
const freePortTries = 20

func (w *World) open(ctx context.Context, s *server, host string, number int) (*station, error) {
	var err error
	for range freePortTries {
		st := &station{server: s, world: w}
		if err = st.bind(ctx, host, number); err == nil {
			st.leaveClosed()
			return st, nil
		}
		st.close()
		if number > 0 {
			break
		}
	}
	return nil, err
}

// bind takes a port for both transports.
func (st *station) bind(ctx context.Context, host string, number int) error {
	var lc net.ListenConfig
	at := net.JoinHostPort(host, fmt.Sprint(number))
	l, err := lc.Listen(ctx, "tcp", at)
	if err != nil {
		return err
	}
	st.tcp = l.(*net.TCPListener)
	st.listen = st.tcp.Addr().(*net.TCPAddr).AddrPort()
	st.listen = netip.AddrPortFrom(st.listen.Addr().Unmap(), st.listen.Port())
	c, err := lc.ListenPacket(ctx, "udp", st.listen.String())
	if err != nil {
		return err
	}
	st.udp = c.(*net.UDPConn)
	return nil
}

// leaveClosed closes the ports that refuse whatever comes.
func (st *station) leaveClosed() {
	if st.refuses(resolver.UDP) {
		_ = st.udp.Close()
		st.udp = nil
	}
	if st.refuses(resolver.TCP) {
		_ = st.tcp.Close()
		st.tcp = nil
	}
}

// refuses reports whether nobody listens for a transport, whatever comes.
func (s *server) refuses(t resolver.Transport) bool {
	return slices.ContainsFunc(s.faults, func(f *faultLine) bool {
		refuses := f.name == "unreachable" || f.name == "no-tcp" && t == resolver.TCP
		return refuses && f.always(t)
	})
}

// close ends listening; an error would change nothing.
func (st *station) close() {
	if st.udp != nil {
		_ = st.udp.Close()
	}
	if st.tcp != nil {
		_ = st.tcp.Close()
	}
}

// serve answers until the context ends.
func (st *station) serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		<-ctx.Done()
		st.close()
		return nil
	})
	if st.udp != nil {
		g.Go(func() error { return st.serveUDP(ctx, g) })
	}
	if st.tcp != nil {
		g.Go(func() error { return st.serveTCP(ctx, g) })
	}
	return g.Wait()
}

func (st *station) serveUDP(ctx context.Context, g *errgroup.Group) error {
	buf := make([]byte, maxMessage)
	for {
		n, from, err := st.udp.ReadFromUDPAddrPort(buf)
		if err != nil {
			return unlessDone(ctx, err)
		}
		query := new(dns.Msg)
		if query.Unpack(buf[:n]) != nil || query.Response {
			continue
		}
		g.Go(func() error {
			r, err := st.world.react(st.server, resolver.UDP, query, socket{})
			if err != nil {
				return nil
			}
			for _, stray := range r.strays {
				_, _ = st.udp.WriteToUDPAddrPort(stray, from)
			}
			if r.wire == nil || wait(ctx, r.delay) != nil {
				return nil
			}
			st.send(ctx, r, from)
			if r.twice {
				st.send(ctx, r, from)
			}
			return nil
		})
	}
}

// send sends a datagram, which may be lost, as datagrams are.
func (st *station) send(ctx context.Context, r reaction, to netip.AddrPort) {
	if !r.elsewhere {
		_, _ = st.udp.WriteToUDPAddrPort(r.datagram(), to)
		return
	}
	var lc net.ListenConfig
	other, err := lc.ListenPacket(ctx, "udp", netip.AddrPortFrom(st.listen.Addr(), 0).String())
	if err != nil {
		return
	}
	defer other.Close()
	_, _ = other.WriteTo(r.datagram(), net.UDPAddrFromAddrPort(to))
}

func (st *station) serveTCP(ctx context.Context, g *errgroup.Group) error {
	for {
		c, err := st.tcp.AcceptTCP()
		if err != nil {
			return unlessDone(ctx, err)
		}
		g.Go(func() error {
			stop := context.AfterFunc(ctx, func() { _ = c.Close() })
			defer stop()
			defer c.Close()
			st.converse(ctx, c)
			return nil
		})
	}
}

// idle is how long a connection is kept without a query (RFC 7766 §6.2.3).
const idle = 10 * time.Second

// converse answers the queries of one connection, one after the other.
func (st *station) converse(ctx context.Context, c *net.TCPConn) {
	for before := 0; ; before++ {
		_ = c.SetReadDeadline(time.Now().Add(idle))
		query, err := readQuery(c)
		if err != nil {
			return
		}
		r, err := st.world.react(st.server, resolver.TCP, query, socket{before: before})
		switch {
		case err != nil || r.failure == resolver.Closed:
			return
		case r.failure != "":
			_ = c.SetLinger(0) // a reset instead of an orderly end
			return
		case r.wire == nil:
			continue
		}
		if wait(ctx, r.delay) != nil || write(ctx, c, r) != nil || r.cut > 0 {
			return
		}
	}
}

// write writes a response as it is to arrive.
func write(ctx context.Context, c net.Conn, r reaction) error {
	for i, part := range r.stream() {
		if i > 0 {
			if err := wait(ctx, r.drip); err != nil {
				return err
			}
		}
		if _, err := c.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// readQuery reads one message with its length before it (RFC 1035 §4.2.2).
func readQuery(r io.Reader) (*dns.Msg, error) {
	var length uint16
	if err := binary.Read(r, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	wire := make([]byte, length)
	if _, err := io.ReadFull(r, wire); err != nil {
		return nil, err
	}
	query := new(dns.Msg)
	if err := query.Unpack(wire); err != nil {
		return nil, err
	}
	return query, nil
}

// unlessDone is nil when the error comes from our own closing.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
