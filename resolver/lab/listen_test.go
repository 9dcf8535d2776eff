package lab

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A reply from elsewhere is heard by who listens for it, and by nobody else.
func TestOverhear(t *testing.T) {
	for line, want := range map[string]string{
		"wrong-source": "192.0.2.2:53",
		"ra":           "192.0.2.1:53",
		"drop":         "",
	} {
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, faulty+"ns1.example.com "+line+"\n")
				q := query(t, txt)
				q.Timeout = time.Second
				from, _, err := w.Overhear(t.Context(), q)
				got := ""
				if err == nil {
					got = from.String()
				}
				diff(t, "source", want, got)
			})
		})
	}
}

// A connection carries as many questions as the server likes.
func TestConverse(t *testing.T) {
	for line, want := range map[string]int{"ra": 3, "tcp-one": 1, "no-tcp": 0} {
		t.Run(line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, faulty+"ns1.example.com "+line+"\n")
				q := query(t, "tcp 192.0.2.1 example.com TXT")
				rs, err := w.Converse(t.Context(), []resolver.Query{q, q, q})
				if len(rs) != want || (err == nil) != (want == 3) {
					t.Errorf("%d replies and %v, want %d", len(rs), err, want)
				}
			})
		})
	}
}

// Each fault of EDNS hits what it is named after: nothing else may look odd.
func TestOddEDNS(t *testing.T) {
	odd := map[string]func(*dns.OPT){
		"version": func(o *dns.OPT) { o.SetVersion(1) },
		"option":  func(o *dns.OPT) { o.Option = []dns.EDNS0{&dns.EDNS0_LOCAL{Code: 65001}} },
		"flag":    func(o *dns.OPT) { o.SetZ(0x80) },
	}
	for _, tt := range []struct{ fault, odd, want string }{
		{"ra", "version", "BADVERS"},
		{"ra", "option", "NOERROR"},
		{"ra", "flag", "NOERROR"},
		{"edns-version ignore", "version", "NOERROR"},
		{"edns-version echo", "version", "NOERROR version 1"},
		{"edns-version formerr", "version", "FORMERR"},
		{"edns-version drop", "version", "timeout"},
		{"edns-version drop", "option", "NOERROR"},
		{"edns-option drop", "option", "timeout"},
		{"edns-option echo", "option", "NOERROR option"},
		{"edns-option echo", "flag", "NOERROR"},
		{"edns-option notimp", "option", "NOTIMP"},
		{"edns-flag echo", "flag", "NOERROR flag"},
		{"edns-flag refused", "flag", "REFUSED"},
		{"edns-flag refused", "version", "BADVERS"},
	} {
		t.Run(tt.fault+" "+tt.odd, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, faulty+"ns1.example.com "+tt.fault+"\n")
				q := query(t, txt)
				q.Timeout = time.Second
				odd[tt.odd](q.Msg.IsEdns0())
				r, err := w.Exchange(t.Context(), q)
				diff(t, "answer", tt.want, oddAnswer(r, err))
			})
		})
	}
}

// oddAnswer tells the rcode of an answer and what is odd in its OPT.
func oddAnswer(r resolver.Reply, err error) string {
	if err != nil {
		return string(resolver.FailureOf(err))
	}
	s := dns.RcodeToString[r.Msg.Rcode]
	if r.Msg.Rcode == dns.RcodeBadVers {
		s = "BADVERS"
	}
	opt := r.Msg.IsEdns0()
	switch {
	case opt.Version() != 0:
		return s + " version 1"
	case len(opt.Option) > 0:
		return s + " option"
	case opt.Z() != 0:
		return s + " flag"
	}
	return s
}

// A network that intercepts DNS answers for everybody, also where nobody is.
func TestIntercepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, faulty+"-- caches --\nlocal 192.0.2.90\n-- network --\nudp53-intercepted\n")
		for _, server := range []string{"192.0.2.1", "198.51.100.1", "192.0.2.200"} {
			r, err := w.Exchange(t.Context(), query(t, "udp "+server+" example.com TXT"))
			if err != nil || !r.Msg.RecursionAvailable || r.Msg.Authoritative {
				t.Errorf("%s: %v, want the cache's answer", server, err)
			}
		}
		r, err := w.Exchange(t.Context(), query(t, "tcp 192.0.2.1 example.com TXT"))
		if err != nil || !r.Msg.Authoritative {
			t.Errorf("over TCP: %v, want the server's answer", err)
		}
	})
}
