package main

import (
	"context"
	"net/netip"
	"testing"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// told answers every query with one message, and counts.
type told struct {
	msg *dns.Msg
	err error
	n   int
}

func (a *told) Exchange(_ context.Context, q resolver.Query) (resolver.Reply, error) {
	a.n++
	if a.err != nil {
		return resolver.Reply{}, a.err
	}
	m := a.msg.Copy()
	if m.Question == nil {
		m.Question = q.Msg.Question
	}
	return resolver.Reply{Msg: m}, nil
}

// What changes while somebody waits must be asked for every time, and what
// does not only once.
func TestMemory(t *testing.T) {
	records := func(lines ...string) []dns.RR {
		var rrs []dns.RR
		for _, l := range lines {
			rr, err := dns.NewRR(l)
			if err != nil {
				t.Fatal(err)
			}
			rrs = append(rrs, rr)
		}
		return rrs
	}
	referral := &dns.Msg{Ns: records("example.com. 300 NS ns1.example.com.")}
	denial := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true, Rcode: dns.RcodeNameError}, Ns: records("example.com. 300 SOA a. b. 1 2 3 4 5")}
	answer := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Answer: records("example.com. 300 CAA 0 issue \"x\"")}
	failing := &dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeServerFailure}}
	truncated := &dns.Msg{MsgHdr: dns.MsgHdr{Truncated: true}}
	lowered := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Question: []dns.Question{{Name: "example.com.", Qtype: dns.TypeCAA, Qclass: dns.ClassINET}}}
	tests := []struct {
		name  string
		qtype uint16
		msg   *dns.Msg
		err   error
		asked int // in two rounds
	}{
		{"a referral for TXT", dns.TypeTXT, referral, nil, 1},
		{"a denial of TXT", dns.TypeTXT, denial, nil, 2},
		{"SOA", dns.TypeSOA, denial, nil, 2},
		{"CAA", dns.TypeCAA, answer, nil, 1},
		{"a denial of CAA", dns.TypeCAA, denial, nil, 1},
		{"CAA that fails", dns.TypeCAA, failing, nil, 2},
		{"CAA that is cut off", dns.TypeCAA, truncated, nil, 2},
		{"CAA in lower case", dns.TypeCAA, lowered, nil, 2},
		{"silence", dns.TypeCAA, nil, &resolver.Error{Failure: resolver.Timeout}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &told{msg: tt.msg, err: tt.err}
			m := newMemory(x)
			ask := func(name string) {
				q := resolver.Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: resolver.UDP, Msg: new(dns.Msg)}
				q.Msg.SetQuestion(name, tt.qtype)
				r, err := m.Exchange(t.Context(), q)
				if err == nil && tt.msg.Question == nil && r.Msg.Question[0].Name != name {
					t.Errorf("asked for %s, the reply is for %s", name, r.Msg.Question[0].Name)
				}
			}
			ask("eXample.com.")
			ask("exAmple.com.")
			if x.n != tt.asked {
				t.Errorf("asked %d times, want %d", x.n, tt.asked)
			}
			m.forget()
			ask("example.com.")
			if x.n != tt.asked+1 {
				t.Errorf("not asked after forgetting")
			}
		})
	}
}
