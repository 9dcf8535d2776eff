package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// trace writes one exchange to stderr as one line, for -v:
//
//	192.0.2.53#53 udp _acme-challenge.example.com TXT: NXDOMAIN aa, 98 octets, 12.1 ms
func (p *program) trace(ob resolver.Observation) {
	server := "resolver"
	if a := ob.Query.Server; a.IsValid() {
		server = fmt.Sprintf("%s#%d", a.Addr(), a.Port())
	}
	p.say("%s %s %s: %s, %.1f ms", server, ob.Query.Transport,
		questionOf(ob.Query.Msg), outcomeOf(ob), float64(ob.Took)/float64(time.Millisecond))
}

func questionOf(m *dns.Msg) string {
	if len(m.Question) == 0 {
		return "no question"
	}
	q := m.Question[0]
	name := q.Name
	if name != "." {
		name = strings.TrimSuffix(name, ".")
	}
	return fmt.Sprintf("%s %s", name, dns.Type(q.Qtype))
}

func outcomeOf(ob resolver.Observation) string {
	if ob.Err != nil {
		return string(resolver.FailureOf(ob.Err))
	}
	words := append([]string{rcodeName(ob.Reply.Msg.Rcode)}, strings.Fields(flagsOf(ob.Reply.Msg))...)
	return fmt.Sprintf("%s, %d octets", strings.Join(words, " "), ob.Reply.Size)
}

// flagsOf are the flags set in a reply: "aa tc".
func flagsOf(m *dns.Msg) string {
	var words []string
	for _, f := range []struct {
		set  bool
		name string
	}{{m.Authoritative, "aa"}, {m.Truncated, "tc"}, {m.RecursionAvailable, "ra"}, {m.AuthenticatedData, "ad"}} {
		if f.set {
			words = append(words, f.name)
		}
	}
	return strings.Join(words, " ")
}

func rcodeName(rcode int) string {
	if s, ok := dns.RcodeToString[rcode]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", rcode)
}
