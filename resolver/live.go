package resolver

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// maxStrays is how many foreign datagrams one socket reads before it gives
// up: a flood of guesses does not keep a query alive.
const maxStrays = 64

// Live asks over real sockets. Each query has a socket of its own, connected
// to the server, with a port the system picks at random, and a fresh random
// ID: a reply from elsewhere, with another ID or to another question, is not
// taken, and waiting goes on.
type Live struct {
	Sockets Sockets // nil: those of this host
}

// Sockets are how [Live] reaches servers. The errors are those of package net.
type Sockets interface {
	// Dial connects to a server, over "udp" or "tcp".
	Dial(ctx context.Context, network, address string) (net.Conn, error)
	// Listen opens a socket that takes datagrams from anywhere, "udp4" or "udp6".
	Listen(ctx context.Context, network string) (net.PacketConn, error)
}

// dial connects to the server of a query.
func (l Live) dial(ctx context.Context, q Query) (net.Conn, error) {
	if l.Sockets != nil {
		return l.Sockets.Dial(ctx, string(q.Transport), q.Server.String())
	}
	var d net.Dialer
	return d.DialContext(ctx, string(q.Transport), q.Server.String())
}

// listen opens a socket for any address of a server's family.
func (l Live) listen(ctx context.Context, a netip.Addr) (net.PacketConn, error) {
	network := "udp4"
	if a.Is6() && !a.Is4In6() {
		network = "udp6"
	}
	if l.Sockets != nil {
		return l.Sockets.Listen(ctx, network)
	}
	var c net.ListenConfig
	return c.ListenPacket(ctx, network, "")
}

// Exchange sends q and waits for its reply. It implements [Exchanger].
func (l Live) Exchange(ctx context.Context, q Query) (Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	m := q.Msg.Copy()
	m.Id = randomID()
	wire, err := m.Pack()
	if err != nil {
		return Reply{}, &Error{Failure: Malformed, Err: err}
	}
	start := time.Now()
	conn, err := l.dial(ctx, q)
	if err != nil {
		return Reply{}, dialError(ctx, q.Transport, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var r Reply
	if q.Transport == TCP {
		r, err = overTCP(conn, m, wire)
	} else {
		r, err = overUDP(conn, m, wire)
	}
	if err != nil {
		return Reply{}, ioError(ctx, err)
	}
	r.RTT = time.Since(start)
	return r, nil
}

// datagrams is room for one of any size each.
var datagrams = sync.Pool{New: func() any { b := make([]byte, 65535); return &b }}

func overUDP(conn net.Conn, m *dns.Msg, wire []byte) (Reply, error) {
	if _, err := conn.Write(wire); err != nil {
		return Reply{}, err
	}
	room := datagrams.Get().(*[]byte)
	defer datagrams.Put(room)
	buf := *room
	var strays int
	for {
		n, err := conn.Read(buf)
		if err != nil {
			if strays > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
				return Reply{}, &Error{Failure: Mismatched, Err: err}
			}
			return Reply{}, err
		}
		wire := slices.Clone(buf[:n])
		if got, ok, err := accept(m, wire); ok {
			return Reply{Msg: got, Size: n, Wire: wire, Strays: strays}, err
		}
		if strays++; strays >= maxStrays {
			return Reply{}, &Error{Failure: Mismatched, Err: errors.New("too many foreign datagrams")}
		}
	}
}

func overTCP(conn net.Conn, m *dns.Msg, wire []byte) (Reply, error) {
	framed := binary.BigEndian.AppendUint16(make([]byte, 0, len(wire)+2), uint16(len(wire)))
	if _, err := conn.Write(append(framed, wire...)); err != nil {
		return Reply{}, err
	}
	buf, err := readFramed(conn)
	if err != nil {
		return Reply{}, err
	}
	got, ok, err := accept(m, buf)
	if !ok {
		return Reply{}, &Error{Failure: Mismatched, Err: errors.New("the reply is to another query")}
	}
	return Reply{Msg: got, Size: len(buf), Wire: buf}, err
}

// readFramed reads one message with its length before it (RFC 1035 §4.2.2).
func readFramed(conn net.Conn) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, buf); err != nil {
		return nil, err
	}
	return buf, nil
}

// accept reads a message and says whether it is the reply to m. It is not
// when the ID differs, when it is no response, or when it repeats another
// question; one that repeats none is left for the caller to judge.
func accept(m *dns.Msg, wire []byte) (*dns.Msg, bool, error) {
	if len(wire) < 12 || binary.BigEndian.Uint16(wire) != m.Id || wire[2]&0x80 == 0 {
		return nil, false, nil
	}
	got, err := Unpack(wire)
	if err != nil {
		return nil, true, &Error{Failure: Malformed, Err: err}
	}
	if len(got.Question) == 0 {
		return got, true, nil
	}
	same, _ := sameQuestion(m.Question[0], got.Question[0])
	return got, same && len(got.Question) == 1, nil
}

// dialError names what kept a socket from opening: for UDP nothing has been
// sent yet, so the reason is this host's.
func dialError(ctx context.Context, t Transport, err error) error {
	switch {
	case ctx.Err() != nil:
		return ended(ctx, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &Error{Failure: Timeout, Err: err}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return &Error{Failure: Unreachable, Err: err}
	case t == TCP && errors.Is(err, syscall.EHOSTUNREACH):
		return &Error{Failure: Unreachable, Err: err}
	case t == TCP && errors.Is(err, syscall.ETIMEDOUT):
		return &Error{Failure: Timeout, Err: err}
	case errors.Is(err, syscall.EPERM):
		return &Error{Failure: Unreachable, Err: err} // a packet filter of this host
	}
	return &Error{Failure: NoRoute, Err: err}
}

// ioError names what ended an exchange after the socket was open.
func ioError(ctx context.Context, err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case ctx.Err() != nil:
		return ended(ctx, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &Error{Failure: Timeout, Err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &Error{Failure: Closed, Err: err}
	case errors.Is(err, syscall.EACCES):
		return &Error{Failure: NoRoute, Err: err}
	}
	return &Error{Failure: Unreachable, Err: err}
}

func randomID() uint16 {
	var b [2]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint16(b[:])
}
