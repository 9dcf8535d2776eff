package main

import (
	"context"
	"net/netip"
	"strings"
	"sync"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A memory keeps what seldom changes between the looks of a wait, so that the
// root, the registries and the CAA climb are not asked again every few
// seconds: referrals, and answers of any type but TXT and SOA. What failed is
// asked again. It is a [resolver.Exchanger] before x.
type memory struct {
	x resolver.Exchanger

	mu   sync.Mutex
	kept map[memoryKey]resolver.Reply
}

type memoryKey struct {
	server    netip.AddrPort
	transport resolver.Transport
	name      string // in lower case
	qtype     uint16
	edns      bool
}

func newMemory(x resolver.Exchanger) *memory {
	return &memory{x: x, kept: map[memoryKey]resolver.Reply{}}
}

// Exchange answers from memory, or asks.
func (m *memory) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	if len(q.Msg.Question) != 1 {
		return m.x.Exchange(ctx, q)
	}
	asked := q.Msg.Question[0]
	key := memoryKey{q.Server, q.Transport, strings.ToLower(asked.Name), asked.Qtype, q.Msg.IsEdns0() != nil}
	if r, ok := m.recall(key, asked); ok {
		return r, nil
	}
	r, err := m.x.Exchange(ctx, q)
	if err == nil && lasts(asked, r.Msg) {
		m.mu.Lock()
		m.kept[key] = r
		m.mu.Unlock()
	}
	return r, err
}

// recall returns a reply that was kept, to the question in the letter case in
// which it is put now.
func (m *memory) recall(key memoryKey, asked dns.Question) (resolver.Reply, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.kept[key]
	if !ok {
		return r, false
	}
	msg := *r.Msg
	msg.Question = []dns.Question{asked}
	r.Msg, r.Wire = &msg, nil
	return r, true
}

// forget makes the next look one of everything.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.kept)
}

// lasts reports whether a reply may stand for the next ones. A question that
// came back in another letter case is looked into each time.
func lasts(asked dns.Question, msg *dns.Msg) bool {
	switch {
	case len(msg.Question) != 1 || msg.Question[0] != asked, msg.Truncated:
		return false
	case msg.Rcode != dns.RcodeSuccess && msg.Rcode != dns.RcodeNameError:
		return false
	case asked.Qtype == dns.TypeTXT || asked.Qtype == dns.TypeSOA:
		return refers(msg)
	}
	return true
}

// refers reports whether a reply is a referral (RFC 1034 §4.3.2).
func refers(msg *dns.Msg) bool {
	if msg.Authoritative || msg.Rcode != dns.RcodeSuccess || len(msg.Answer) > 0 {
		return false
	}
	ns := false
	for _, rr := range msg.Ns {
		switch rr.Header().Rrtype {
		case dns.TypeSOA:
			return false
		case dns.TypeNS:
			ns = true
		}
	}
	return ns
}
