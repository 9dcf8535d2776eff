package resolver

import (
	"context"
	"encoding/hex"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// A Probe is one odd question: put as a CA's resolver does not put it, to
// learn how a server takes that. The fields that are zero leave the question
// as [Client.Ask] puts it first: over UDP, RD clear, CD set, EDNS version 0
// with DO and [UDPSize], the name in mixed letter case.
type Probe struct {
	Name string
	Type uint16

	Plain   bool   // without OPT
	Lower   bool   // in lower case
	NoDO    bool   // DO clear (RFC 3225 §3)
	Version uint8  // of EDNS
	Flags   uint16 // of the EDNS flags those that nobody has defined
	Size    uint16 // offered for UDP, in octets; 0 means UDPSize
	Bits    bool   // AD and the reserved bit of the header set (RFC 8906 §3.1.2)

	Option bool // an EDNS option that nobody has defined: see OptionCode
	Cookie bool // a client cookie (RFC 7873 §4.1)
	NSID   bool // the server's name for itself (RFC 5001 §2.1)
}

// OptionCode is the EDNS option that [Probe.Option] sends: of the range for
// local and experimental use (RFC 6891 §9), so that no server has a meaning
// for it.
const OptionCode = 65001

// message builds the query.
func (p Probe) message(rng *rand.Rand) *dns.Msg {
	m := question(p.Name, p.Type, form{plain: p.Plain, lower: p.Lower}, rng)
	m.AuthenticatedData, m.Zero = p.Bits, p.Bits
	opt := m.IsEdns0()
	if opt == nil {
		return m
	}
	opt.SetDo(!p.NoDO)
	opt.SetVersion(p.Version)
	opt.SetZ(p.Flags)
	if p.Size != 0 {
		opt.SetUDPSize(p.Size)
	}
	if p.Option {
		opt.Option = append(opt.Option, &dns.EDNS0_LOCAL{Code: OptionCode, Data: []byte("dns1")})
	}
	if p.Cookie {
		opt.Option = append(opt.Option, &dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: clientCookie(rng)})
	}
	if p.NSID {
		opt.Option = append(opt.Option, &dns.EDNS0_NSID{Code: dns.EDNS0NSID})
	}
	return m
}

// clientCookie is 8 octets in hexadecimal. A new one for each question lets
// nobody follow the asker (RFC 9018 §3).
func clientCookie(rng *rand.Rand) string {
	var b [8]byte
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return hex.EncodeToString(b[:])
}

// Probe asks one address one odd question over UDP, and once more after
// silence, as patiently as that address has been slow before. The last
// observation is the one that counts; there is none when nothing could be sent.
func (c *Client) Probe(ctx context.Context, server netip.Addr, p Probe) []Observation {
	var all []Observation
	h := c.host(server)
	for try := range 2 {
		o, sent := c.probe(ctx, server, UDP, p, h.patience(c.cfg.Timeout), h.hurry(try))
		if !sent {
			return all
		}
		all = append(all, o)
		if f := FailureOf(o.Err); f != Timeout && f != Mismatched {
			break
		}
	}
	return all
}

// ProbeOnce asks over one transport, and not again.
func (c *Client) ProbeOnce(ctx context.Context, server netip.Addr, t Transport, p Probe) (Observation, bool) {
	return c.probe(ctx, server, t, p, 2*c.cfg.Timeout, nil)
}

// ProbeBriskly is ProbeOnce over UDP, and waits a second where the address
// replies to others in an instant: for where many are asked, one after another.
func (c *Client) ProbeBriskly(ctx context.Context, server netip.Addr, p Probe) (Observation, bool) {
	return c.probe(ctx, server, UDP, p, 2*c.cfg.Timeout, c.host(server).hurry(hurries))
}

// lateness is how long an address may take that has given no answer to what was
// asked with the usual patience, twice a second: see ProbeLate.
const lateness = 3500 * time.Millisecond

// ProbeLate asks an address once more that was found silent, and waits longer: to
// tell a server that is slow from one that is not there. It asks nothing where
// that was found out before.
func (c *Client) ProbeLate(ctx context.Context, server netip.Addr, p Probe) (Observation, bool) {
	if !c.host(server).newlyDead() {
		return Observation{}, false
	}
	return c.probe(ctx, server, UDP, p, lateness, nil)
}

// ProbeWatched is ProbeBriskly with an eye on whether others are heard: silence on
// a line that is dead is told as such.
func (c *Client) ProbeWatched(ctx context.Context, server netip.Addr, p Probe) (Observation, bool) {
	w := c.watch(ctx, server, UDP, 2*c.cfg.Timeout, time.Time{})
	o, sent := c.ProbeBriskly(ctx, server, p)
	failure := FailureOf(o.Err)
	if dead, _ := w.end(!gone(failure)); dead || failure == NoRoute {
		o.Err = &Error{Failure: LineDead, Err: o.Err}
	}
	return o, sent
}

// probe makes one exchange. It reports false when nothing was sent: the run
// is over, its budget used up, or this host has no route.
func (c *Client) probe(ctx context.Context, server netip.Addr, t Transport, p Probe, timeout time.Duration, hurry func(time.Duration) time.Duration) (Observation, bool) {
	q := Query{Server: netip.AddrPortFrom(server, 53), Transport: t, Msg: p.message(c.rng.of(server, t, p)), Timeout: timeout, Hurry: hurry}
	o := Observation{Query: q, At: time.Now()}
	if ctx.Err() != nil || !c.spend(server) {
		return o, false
	}
	o.Reply, o.Err = c.cfg.Exchanger.Exchange(ctx, q)
	o.Took = Lasted(o.At, o.Reply, o.Err)
	failure := FailureOf(o.Err)
	c.routed(server, t, o.Reply, failure)
	c.cfg.Line.note(q, o.At, o.Reply, failure)
	c.hold(&o)
	return o, !failure.unsent()
}

// Agree does what a resolver does with an answer whose question came back in
// another letter case: it asks the servers again in lower case, several times,
// and reports whether no reply says anything else. Silence says nothing.
func (c *Client) Agree(ctx context.Context, servers []netip.Addr, a *Answer) ([]Observation, bool) {
	if a.Msg == nil {
		return nil, true
	}
	var all []ServerAddr
	for _, s := range servers {
		all = append(all, ServerAddr{Addr: s})
	}
	asked, p := c.agreeInLowerCase(ctx, all, a)
	return asked, p != ProblemCase
}
