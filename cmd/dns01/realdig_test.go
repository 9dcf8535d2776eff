//go:build linux

package main_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/report"
	"dns01/resolver/survey"
)

// heard is what arrives at a server that only listens, in words.
func heard(network string, m *dns.Msg) string {
	s := network
	for _, q := range m.Question {
		s += " " + q.Name + " " + dns.Type(q.Qtype).String()
	}
	for _, f := range []struct {
		word string
		on   bool
	}{{"rd", m.RecursionDesired}, {"ad", m.AuthenticatedData}, {"z", m.Zero}} {
		if f.on {
			s += " " + f.word
		}
	}
	opt := m.IsEdns0()
	if opt == nil {
		return s
	}
	s += fmt.Sprintf(" edns=%d bufsize=%d", opt.Version(), opt.UDPSize())
	if opt.Do() {
		s += " do"
	}
	if z := opt.Z() &^ (1 << 15); z != 0 {
		s += fmt.Sprintf(" z=0x%04x", z)
	}
	for _, o := range opt.Option {
		s += fmt.Sprintf(" option=%d", o.Option())
	}
	return s
}

// listener answers everything with REFUSED, and tells what it heard. It
// listens for UDP and TCP on one port.
func listener(t *testing.T, host string) (netip.AddrPort, <-chan string) {
	t.Helper()
	l, c := onePort(t, host)
	at := l.Addr().(*net.TCPAddr).AddrPort()
	words := make(chan string, 16)
	handle := func(network string) dns.Handler {
		return dns.HandlerFunc(func(w dns.ResponseWriter, m *dns.Msg) {
			words <- heard(network, m)
			_ = w.WriteMsg(new(dns.Msg).SetRcode(m, dns.RcodeRefused))
		})
	}
	for _, s := range []*dns.Server{{PacketConn: c, Handler: handle("udp")}, {Listener: l, Handler: handle("tcp")}} {
		// Every message is to be heard, the odd ones too.
		s.MsgAcceptFunc = func(dns.Header) dns.MsgAcceptAction { return dns.MsgAccept }
		done := make(chan struct{})
		go func() { defer close(done); _ = s.ActivateAndServe() }()
		t.Cleanup(func() { _ = s.Shutdown(); <-done })
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), words
}

// onePort listens for both on a port that is free for both: one that is for TCP
// may be somebody's for UDP.
func onePort(t *testing.T, host string) (net.Listener, net.PacketConn) {
	t.Helper()
	for {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Skipf("no %s here: %v", host, err)
		}
		c, err := net.ListenPacket("udp", l.Addr().String())
		if err == nil {
			return l, c
		}
		_ = l.Close()
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
	}
}

// The line that is to repeat a question has to put the same one, or whoever
// runs it sees something else and believes us no more.
func TestDigPutsTheSameQuestion(t *testing.T) {
	program(t, "dig")
	const ordinary = " edns=0 bufsize=1232 do"
	tests := []struct {
		name, host string
		x          survey.Exchange
		want       string
	}{
		{"as a resolver asks", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "_aCMe-ChalLenge.eXample.COM", Type: "TXT", EDNS: true}, "udp _aCMe-ChalLenge.eXample.COM. TXT ad" + ordinary},
		{"over IPv6", "::1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "CAA", EDNS: true}, "udp example.com. CAA ad" + ordinary},
		{"over TCP", "127.0.0.1", survey.Exchange{Transport: "tcp", Name: "example.com", Type: "SOA", EDNS: true}, "tcp example.com. SOA ad" + ordinary},
		{"without EDNS", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "SOA"}, "udp example.com. SOA ad"},
		{"of a cache", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "TXT", EDNS: true, NoDO: true, Recursive: true}, "udp example.com. TXT rd edns=0 bufsize=1232"},
		{"the root", "127.0.0.1", survey.Exchange{Transport: "udp", Name: ".", Type: "NS", EDNS: true}, "udp . NS ad" + ordinary},
		{"a type without a name", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "TYPE65534", EDNS: true}, "udp example.com. TYPE65534 ad" + ordinary},
		{"a name like an option", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "-x.example.com", Type: "TXT", EDNS: true}, "udp -x.example.com. TXT ad" + ordinary},
		{"a name like a server", "127.0.0.1", survey.Exchange{Transport: "udp", Name: `\@x.example.com`, Type: "TXT", EDNS: true}, `udp \@x.example.com. TXT ad` + ordinary},
		{"octets that a shell reads", "127.0.0.1", survey.Exchange{Transport: "udp", Name: `a\032\'b\"$\(id\)\;.example.com`, Type: "TXT", EDNS: true}, `udp a\ \'b\"$\(id\)\;.example.com. TXT ad` + ordinary},
		{"octets that nobody reads", "127.0.0.1", survey.Exchange{Transport: "udp", Name: `\000\255\009.example.com`, Type: "TXT", EDNS: true}, `udp \000\255\009.example.com. TXT ad` + ordinary},
		{"a wildcard", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "*.example.com", Type: "CAA", EDNS: true}, "udp *.example.com. CAA ad" + ordinary},
		{"an A-label", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "XN--bcher-kva.example", Type: "CAA", EDNS: true}, "udp XN--bcher-kva.example. CAA ad" + ordinary},
		{"another version of EDNS", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true, Options: []string{"+edns=1", "+noednsnegotiation", "+ednsopt=65001:646e7331"}}, "udp example.com. SOA ad edns=1 bufsize=1232 do option=65001"},
		{"an unknown flag of EDNS", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true, Options: []string{"+ednsflags=0x0080", "+cookie"}}, "udp example.com. SOA ad" + ordinary + " z=0x0080 option=10"},
		{"little room", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true, Options: []string{"+bufsize=512"}}, "udp example.com. SOA ad edns=0 bufsize=512 do"},
		{"odd bits", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true, Options: []string{"+adflag", "+zflag"}}, "udp example.com. SOA ad z" + ordinary},
		{"the name of a server", "127.0.0.1", survey.Exchange{Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true, NoDO: true, Options: []string{"+nodnssec", "+nsid"}}, "udp example.com. SOA ad edns=0 bufsize=1232 option=3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, words := listener(t, tt.host)
			tt.x.Addr = at
			line := report.Dig(tt.x)
			out, err := exec.Command("sh", "-c", line+" +tries=1 +time=60").CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", line, err, out)
			}
			select {
			case got := <-words:
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", line, diff)
				}
			case <-time.After(time.Minute):
				t.Errorf("%s: nothing was heard\n%s", line, out)
			}
			if !strings.Contains(string(out), "status: REFUSED") {
				t.Errorf("%s:\n%s", line, out)
			}
		})
	}
}
