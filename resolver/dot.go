package resolver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"
)

// DoT is DNS over TLS (RFC 7858): the way to a recursive resolver whose name
// is on its certificate. Authoritative servers are not asked like that.
const DoT Transport = "tls"

// A TLSServer is a resolver that is asked over TLS, a connection for each
// query. The server of a [Query] counts for nothing.
type TLSServer struct {
	// Addr is "host:port"; a host that is a name is looked up by this system.
	Addr string
	// Roots are who may vouch for the server; nil means this system's.
	Roots *x509.CertPool
}

// Exchange sends q and waits for its reply. It implements [Exchanger].
func (s *TLSServer) Exchange(ctx context.Context, q Query) (Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	m := q.Msg.Copy()
	m.Id = randomID()
	wire, err := m.Pack()
	if err != nil {
		return Reply{}, &Error{Failure: Malformed, Err: err}
	}
	start := time.Now()
	d := tls.Dialer{Config: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12}}
	conn, err := d.DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return Reply{}, tlsError(ctx, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	r, err := overTCP(conn, m, wire)
	if err != nil {
		return Reply{}, ioError(ctx, err)
	}
	r.RTT = time.Since(start)
	return r, nil
}

// tlsError names what kept a TLS connection from opening: nobody there, or
// somebody who is not whom he should be.
func tlsError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ended(ctx, err)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &Error{Failure: Malformed, Err: err}
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return dialError(ctx, TCP, err)
	}
	return ioError(ctx, err)
}
