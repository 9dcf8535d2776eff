//go:build linux

package rpl_test

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver/rpl"
)

// listen has the servers of a world listen at their own addresses, until
// stop is called. Everything else swallows what is sent to it.
func listen(w *rpl.World, trace io.Writer) (stop func(), err error) {
	var servers []*dns.Server
	stop = func() {
		for _, s := range servers {
			s.Shutdown()
		}
	}
	addrs := w.Addrs()
	if err := own(addrs); err != nil {
		return stop, err
	}
	for _, a := range addrs {
		at := netip.AddrPortFrom(a, 53).String()
		packets, err := net.ListenPacket("udp", at)
		if err != nil {
			continue // of no host: an address that is there to be no server's
		}
		streams, err := net.Listen("tcp", at)
		if err != nil {
			packets.Close()
			continue
		}
		for _, s := range []*dns.Server{{PacketConn: packets}, {Listener: streams}} {
			s.Handler = handler(w, a, s.Listener != nil, trace)
			started := make(chan struct{})
			s.NotifyStartedFunc = func() { close(started) }
			go s.ActivateAndServe()
			<-started
			servers = append(servers, s)
		}
	}
	return stop, nil
}

// own gives this network the addresses, and nothing but them.
func own(addrs []netip.Addr) error {
	var batch strings.Builder
	fmt.Fprintln(&batch, "link set lo up\naddr flush dev lo\naddr add 127.0.0.1/8 dev lo\naddr add 10.255.255.1/32 dev lo\nroute replace default dev lo src 10.255.255.1")
	for _, a := range addrs {
		switch {
		case a.IsLoopback() || a.IsMulticast() || a.IsUnspecified():
		case a.Is6():
			fmt.Fprintf(&batch, "addr add %s/128 dev lo nodad\n", a)
		default:
			fmt.Fprintf(&batch, "addr add %s/32 dev lo\n", a)
		}
	}
	cmd := exec.Command("ip", "-force", "-batch", "-")
	cmd.Stdin = strings.NewReader(batch.String())
	// An address that no host can have is refused, and listens nowhere.
	if out, err := cmd.CombinedOutput(); err != nil && len(addrs) == 0 {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// handler answers as the server at an address.
func handler(w *rpl.World, at netip.Addr, tcp bool, trace io.Writer) dns.HandlerFunc {
	return func(rw dns.ResponseWriter, q *dns.Msg) {
		m, raw := w.Answer(q, at, tcp)
		fmt.Fprintf(trace, "  %s tcp=%v rd=%v %s %s: %s\n", at, tcp, q.RecursionDesired, q.Question[0].Name, dns.Type(q.Question[0].Qtype), brief(m, raw))
		switch {
		case raw != nil:
			rw.Write(raw)
		case m == nil && tcp:
			rw.Close()
		case m != nil:
			if size := udpSize(q); !tcp {
				m.Truncate(size)
			}
			rw.WriteMsg(m)
		}
	}
}

// brief is a reply in a line.
func brief(m *dns.Msg, raw []byte) string {
	switch {
	case raw != nil:
		return fmt.Sprintf("%d octets", len(raw))
	case m == nil:
		return "nothing"
	}
	var types []string
	for i, rrs := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range rrs {
			types = append(types, fmt.Sprint(i+1)+":"+rr.Header().Name+" "+dns.Type(rr.Header().Rrtype).String())
		}
	}
	return fmt.Sprintf("%s aa=%v ra=%v %s", dns.RcodeToString[m.Rcode], m.Authoritative, m.RecursionAvailable, strings.Join(types, ", "))
}

func udpSize(q *dns.Msg) int {
	if o := q.IsEdns0(); o != nil {
		return max(int(o.UDPSize()), dns.MinMsgSize)
	}
	return dns.MinMsgSize
}
