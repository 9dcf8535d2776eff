package resolver

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// told answers every query with one message, and counts.
type told struct {
	msg *dns.Msg
	err error
	n   int
}

func (a *told) Exchange(_ context.Context, q Query) (Reply, error) {
	a.n++
	if a.err != nil {
		return Reply{}, a.err
	}
	m := a.msg.Copy()
	if m.Question == nil {
		m.Question = q.Msg.Question
	}
	return Reply{Msg: m}, nil
}

// recordsOf reads records in zone-file form.
func recordsOf(t *testing.T, lines ...string) []dns.RR {
	t.Helper()
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

// put asks a memory before x.
func put(t *testing.T, m *Memory, x Exchanger, name string, qtype uint16) {
	t.Helper()
	q := Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: UDP, Msg: new(dns.Msg)}
	q.Msg.SetQuestion(name, qtype)
	r, err := m.Before(x).Exchange(t.Context(), q)
	if told, ok := x.(*told); ok && err == nil && told.msg.Question == nil && r.Msg.Question[0].Name != name {
		t.Errorf("asked for %s, the reply is for %s", name, r.Msg.Question[0].Name)
	}
}

// What changes must be asked for every time, and what does not only once.
func TestMemory(t *testing.T) {
	records := func(lines ...string) []dns.RR { return recordsOf(t, lines...) }
	referral := &dns.Msg{Ns: records("example.com. 300 NS ns1.example.com.")}
	denial := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true, Rcode: dns.RcodeNameError}, Ns: records("com. 300 SOA a. b. 1 2 3 4 5")}
	apex := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Ns: records("example.com. 300 SOA a. b. 1 2 3 4 5")}
	answer := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Answer: records("example.com. 300 CAA 0 issue \"x\"")}
	failing := &dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeServerFailure}}
	truncated := &dns.Msg{MsgHdr: dns.MsgHdr{Truncated: true}}
	lowered := &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Question: []dns.Question{{Name: "example.com.", Qtype: dns.TypeCAA, Qclass: dns.ClassINET}}}
	tests := []struct {
		name          string
		qtype         uint16
		msg           *dns.Msg
		err           error
		lasts, shared int // how often it is asked in two rounds
	}{
		{"a referral for TXT", dns.TypeTXT, referral, nil, 1, 1},
		{"a denial of TXT", dns.TypeTXT, denial, nil, 2, 2},
		{"SOA", dns.TypeSOA, denial, nil, 2, 2},
		{"CAA", dns.TypeCAA, answer, nil, 1, 1},
		{"a denial of CAA", dns.TypeCAA, denial, nil, 1, 2},
		{"no CAA at the apex", dns.TypeCAA, apex, nil, 1, 1},
		{"CAA that fails", dns.TypeCAA, failing, nil, 2, 2},
		{"CAA that is cut off", dns.TypeCAA, truncated, nil, 2, 2},
		{"CAA in lower case", dns.TypeCAA, lowered, nil, 2, 2},
		{"silence", dns.TypeCAA, nil, &Error{Failure: Timeout}, 2, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for want, what := range map[*int]func(dns.Question, *dns.Msg) bool{&tt.lasts: Lasts, &tt.shared: Shared} {
				x, m := &told{msg: tt.msg, err: tt.err}, NewMemory(what, 0, 0)
				put(t, m, x, "eXample.com.", tt.qtype)
				put(t, m, x, "exAmple.com.", tt.qtype)
				if x.n != *want {
					t.Errorf("asked %d times, want %d", x.n, *want)
				}
				m.Forget()
				put(t, m, x, "example.com.", tt.qtype)
				if x.n != *want+1 {
					t.Errorf("not asked after forgetting")
				}
			}
		})
	}
}

// A referral answers for every name of the zone, but not for DS, which the
// zone above has.
func TestMemoryOfReferrals(t *testing.T) {
	x, m := &told{msg: &dns.Msg{Ns: recordsOf(t, "Example.com. 300 NS ns1.example.com.")}}, NewMemory(Shared, 0, 0)
	for _, tt := range []struct {
		name  string
		qtype uint16
		asked int
	}{
		{"_acme-challenge.example.com.", dns.TypeTXT, 1},
		{"www.EXAMPLE.com.", dns.TypeCAA, 1},
		{"example.com.", dns.TypeSOA, 1},
		{"example.com.", dns.TypeDS, 2},
		{"notexample.com.", dns.TypeTXT, 3},
	} {
		put(t, m, x, tt.name, tt.qtype)
		if x.n != tt.asked {
			t.Errorf("%s: asked %d times, want %d", tt.name, x.n, tt.asked)
		}
	}
}

// A memory for a million names must not grow with them, nor believe for ever.
func TestMemoryForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &told{msg: &dns.Msg{MsgHdr: dns.MsgHdr{Authoritative: true}, Answer: recordsOf(t, "a. 300 CAA 0 issue \"x\"")}}
		m := NewMemory(Shared, time.Minute, 2)
		for _, tt := range []struct {
			name  string
			asked int
		}{{"a.", 1}, {"b.", 2}, {"a.", 2}, {"c.", 3}, {"a.", 3}, {"b.", 4}} {
			put(t, m, x, tt.name, dns.TypeCAA)
			if x.n != tt.asked {
				t.Errorf("%s: asked %d times, want %d", tt.name, x.n, tt.asked)
			}
		}
		time.Sleep(time.Minute + 1)
		put(t, m, x, "b.", dns.TypeCAA)
		if x.n != 5 {
			t.Errorf("believed after a minute")
		}
	})
}

// A few replies as large as messages can be must not take the room of all.
func TestMemoryOfLargeReplies(t *testing.T) {
	m := NewMemory(func(dns.Question, *dns.Msg) bool { return true }, 0, 100)
	large := &sized{size: 50 << 10}
	for _, name := range []string{"a.example.", "b.example.", "c.example."} {
		put(t, m, large, name, dns.TypeMX)
	}
	if len(m.kept) != 1 || m.weight != 51 {
		t.Errorf("%d replies of 50 kilooctets with a weight of %d are kept, want one of 51", len(m.kept), m.weight)
	}
	m.Forget()
	if len(m.kept) != 0 || m.weight != 0 {
		t.Errorf("%d replies with a weight of %d are kept after all are forgotten", len(m.kept), m.weight)
	}
}

// sized answers with messages of a size.
type sized struct{ size int }

func (s *sized) Exchange(_ context.Context, q Query) (Reply, error) {
	return Reply{Msg: &dns.Msg{Question: q.Msg.Question}, Size: s.size}, nil
}
