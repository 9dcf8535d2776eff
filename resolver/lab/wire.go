package lab

import (
	"fmt"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// udpSize is the largest answer that the lab sends over UDP, in octets: what
// keeps clear of fragmentation (DNS flag day 2020).
const udpSize = 1232

// The largest messages over TCP and over UDP without EDNS, in octets
// (RFC 1035 §4.2.1, §4.2.2).
const (
	maxMessage = 65535
	plainUDP   = 512
)

// pack writes a response as its transport can carry it: with TC and nothing
// but question and OPT if it is too large.
func pack(r request, m *dns.Msg) ([]byte, error) {
	m.Compress = true
	wire, err := m.Pack()
	if err == nil && len(wire) <= limit(r, m) {
		return wire, nil
	}
	// Addresses in an answer are a courtesy (RFC 2181 §9).
	if bare := withoutAdditional(m); m.Authoritative && err == nil {
		if wire, err = bare.Pack(); err == nil && len(wire) <= limit(r, m) {
			return wire, nil
		}
	}
	wire, err = truncated(m).Pack()
	if err != nil {
		return nil, fmt.Errorf("packing an answer: %w", err)
	}
	return wire, nil
}

// withoutAdditional is the message with nothing but OPT in that section.
func withoutAdditional(m *dns.Msg) *dns.Msg {
	bare := *m
	bare.Extra = nil
	if opt := m.IsEdns0(); opt != nil {
		bare.Extra = []dns.RR{opt}
	}
	return &bare
}

// garbled is a response that claims a record and ends in the middle of it.
func garbled(m *dns.Msg) ([]byte, error) {
	head := *m
	head.Answer, head.Ns, head.Extra = nil, nil, nil
	wire, err := head.Pack()
	if err != nil {
		return nil, fmt.Errorf("packing an answer: %w", err)
	}
	const answers = 6 // where the header counts them
	wire[answers], wire[answers+1] = 0, 1
	// The root, TXT, IN, no TTL, and 16 octets of which two are there.
	return append(wire, 0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 16, 1, 'x'), nil
}

// limit is the size that the response may have. One without OPT comes from a
// server without EDNS, which knows only the old limit.
func limit(r request, m *dns.Msg) int {
	if r.transport == resolver.TCP {
		return maxMessage
	}
	opt := r.msg.IsEdns0()
	if opt == nil || m.IsEdns0() == nil {
		return plainUDP
	}
	// Sizes below 512 count as 512 (RFC 6891 §6.2.3).
	return min(max(int(opt.UDPSize()), plainUDP), udpSize)
}

// truncated is the message with TC set and all records but OPT removed.
func truncated(m *dns.Msg) *dns.Msg {
	t := m.Copy()
	t.Truncated = true
	t.Answer, t.Ns, t.Extra = nil, nil, nil
	if opt := m.IsEdns0(); opt != nil {
		t.Extra = []dns.RR{dns.Copy(opt)}
	}
	return t
}
