package survey

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/defect"
)

// control asks servers of registries and the root what would clear the servers
// of the order: what fails with all of them fails on our side. It runs once
// all answers are there.
func (t *taker) control() {
	others := t.answering()
	t.ownRoot()
	t.ownCase()
	if t.tcpFails() || t.needsTCP() {
		t.ownTCP(others)
	}
	if t.largeLost() && t.ownLarge() == "lost" {
		t.s.Network.Large = "lost"
	}
}

// tcpFails reports whether TCP was tried and brought no answer at any address.
func (t *taker) tcpFails() bool {
	tried, worked := 0, false
	for _, z := range t.zones {
		for _, s := range z.Servers {
			p := s.Probe("tcp")
			if p == nil {
				continue
			}
			tried++
			worked = worked || p.Words[0] == "ok" || p.Words[0] == "one"
		}
	}
	return tried > 0 && !worked
}

// between is how long a server of a registry has for its answer before the next
// one is asked beside it.
const between = 400 * time.Millisecond

// needsTCP reports whether answers did not come that need TCP, and none came
// over it.
func (t *taker) needsTCP() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	lacks := false
	for _, l := range t.lookups {
		for _, a := range l.Answers {
			if a.Transport == "tcp" && a.Rcode != "" && a.Status != Truncated {
				return false
			}
			lacks = lacks || a.Status == Truncated
		}
	}
	return lacks
}

// clearTCP is what there is of control where nothing is probed.
func (t *taker) clearTCP() {
	if t.needsTCP() {
		t.ownTCP(t.answering())
	}
}

// ownTCP tells servers without TCP from a network that lets none out, or that
// answers in their place: up to three servers of registries are asked, which
// all have it.
func (t *taker) ownTCP(others []server) {
	answers := make([]resolver.Observation, len(others))
	asked := make([]bool, len(others))
	waits, works := context.WithCancel(t.ctx)
	defer works()
	var wg sync.WaitGroup
	for i, a := range others {
		defect.Go(t.ctx, &wg, func() {
			if !pause(waits, time.Duration(i)*between) {
				return
			}
			answers[i], asked[i] = t.c.ProbeOnce(t.ctx, a.addr, resolver.TCP, resolver.Probe{Name: a.zone, Type: dns.TypeSOA})
			if asked[i] && failed(answers[i]) == "" && ownSOA(answers[i], a.zone) {
				works()
			}
		})
	}
	wg.Wait()
	var stranger *Exchange
	for i, a := range others {
		if asked[i] {
			t.probed.Add(1)
		}
		if asked[i] && failed(answers[i]) == "" {
			if ownSOA(answers[i], a.zone) {
				t.tcpAgain()
				return
			}
			e := exchange(t.serverName(a), answers[i])
			stranger = &e
		}
	}
	switch {
	case t.ctx.Err() != nil, slices.Contains(asked, false):
		t.s.Network.TCP = "untried"
	case len(others) < 2:
		return
	case stranger != nil:
		t.s.Network.TCP, t.s.Network.Interceptor = "intercepted", stranger
	default:
		t.s.Network.TCP = "blocked"
	}
}

// mostSilent is how many servers that were silent over TCP are asked again.
const mostSilent = 4

// tcpAgain asks servers that were silent over TCP the same once more, now that
// others are not. If one of them answers, it was the way that was closed for a
// while.
func (t *taker) tcpAgain() {
	silent := t.silentOverTCP()
	heard := make([]bool, len(silent))
	var wg sync.WaitGroup
	for i, s := range silent {
		defect.Go(t.ctx, &wg, func() {
			o, sent := t.c.ProbeOnce(t.ctx, s.Addr, resolver.TCP, resolver.Probe{Name: s.Name, Type: dns.StringToType[s.Type]})
			if sent {
				t.probed.Add(1)
			}
			heard[i] = sent && amiss(o) == ""
		})
	}
	wg.Wait()
	switch {
	case slices.Contains(heard, true):
		t.s.Network.TCP = "wavers"
	case t.ctx.Err() != nil:
		t.s.Network.TCP = "untried"
	}
}

// silentOverTCP are answers, one of each server, of which nothing came when they
// were to be fetched over TCP.
func (t *taker) silentOverTCP() []*Answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	var silent []*Answer
	for _, l := range t.lookups {
		for _, a := range l.Answers {
			if a.Status == Truncated && a.TCP == "timeout" {
				silent = append(silent, a)
			}
		}
	}
	slices.SortFunc(silent, func(a, b *Answer) int {
		return cmp.Or(a.Addr.Compare(b.Addr), byTree(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	silent = slices.CompactFunc(silent, func(a, b *Answer) bool { return a.Addr == b.Addr })
	return silent[:min(mostSilent, len(silent))]
}

// ownSOA reports whether a reply has the SOA of a zone, with authority.
func ownSOA(o resolver.Observation, zone string) bool {
	m := o.Reply.Msg
	return amiss(o) == "" && m.Authoritative && slices.ContainsFunc(m.Answer, func(rr dns.RR) bool {
		return rr.Header().Rrtype == dns.TypeSOA && name(rr.Header().Name) == zone
	})
}

// A server is an address that answers for a zone.
type server struct {
	zone string
	addr netip.Addr
}

// serverName is what a registry's server is called.
func (t *taker) serverName(s server) string { return t.zones[s.zone].serverName(s.addr) }

// answering are up to three servers of registries and the root that have
// answered over UDP, of different zones as far as there are some.
func (t *taker) answering() []server {
	return t.registries(func(a *Answer) bool { return a.Status.Usable() && a.Transport == "udp" })
}

// registries are up to three servers of registries and the root with an answer
// that counts, of different zones as far as there are some.
func (t *taker) registries(counts func(*Answer) bool) []server {
	t.mu.Lock()
	defer t.mu.Unlock()
	by := map[string][]netip.Addr{}
	var zones []string
	for key, l := range t.lookups {
		z := t.zones[key.zone]
		if z == nil || !z.Public {
			continue
		}
		for _, a := range l.Answers {
			if counts(a) && !slices.Contains(by[key.zone], a.Addr) {
				by[key.zone] = append(by[key.zone], a.Addr)
			}
		}
		if len(by[key.zone]) > 0 && !slices.Contains(zones, key.zone) {
			zones = append(zones, key.zone)
		}
	}
	slices.SortFunc(zones, byTree)
	var ps []server
	const most = 3
	for round := 0; round < most; round++ {
		for _, z := range zones {
			slices.SortFunc(by[z], netip.Addr.Compare)
			if round < len(by[z]) && len(ps) < most {
				ps = append(ps, server{z, by[z][round]})
			}
		}
	}
	return ps
}

// ownRoot looks closer at root servers that answer for what they delegate, or
// with nothing but errors: those that do not have the root's SOA are none, and
// what they said counts for nothing.
func (t *taker) ownRoot() {
	odd := t.registries(func(a *Answer) bool { return a.rootOddity() })
	if len(odd) == 0 || odd[0].zone != "." {
		return
	}
	var stranger *Exchange
	fails := false
	for _, a := range odd {
		if a.zone != "." {
			continue
		}
		o, sent := t.c.ProbeOnce(t.ctx, a.addr, resolver.UDP, resolver.Probe{Name: ".", Type: dns.TypeSOA})
		if !sent || failed(o) != "" {
			continue
		}
		t.probed.Add(1)
		if ownSOA(o, ".") {
			return
		}
		if m := o.Reply.Msg; m.Rcode == dns.RcodeServerFailure && !m.RecursionAvailable {
			fails = true // which a root server may, too
			continue
		}
		e := exchange(t.serverName(a), o)
		stranger = &e
	}
	switch {
	case stranger != nil:
		t.s.Network.Interceptor = stranger
		t.discountRoot("intercepted")
	case fails:
		t.discountRoot(rootFails)
	}
}

// rootFails is the reason of a gap that root servers leave which answer SERVFAIL.
const rootFails = "root-fails"

// discountRoot has nothing count that root servers have said, for a reason.
func (t *taker) discountRoot(reason string) {
	for key, l := range t.lookups {
		for _, a := range l.Answers {
			if key.zone == "." {
				a.Status, a.Lame = NotAsked, reason
			}
		}
	}
}

// rootOddity reports whether an answer is none that a root server gives, which
// delegates every name of two labels or denies it (RFC 7720 §2).
func (a *Answer) rootOddity() bool {
	switch a.Status {
	case Answered, Aliased, NoData:
		return strings.Contains(a.Name, ".")
	}
	return a.Status == Lame
}

// ownCase tells servers that lose letter case from a network that does: then
// everybody's questions come back so. The servers are cleared of it.
func (t *taker) ownCase() {
	kept := t.registries(func(a *Answer) bool { return a.Rcode != "" && a.Status != NotAsked && !a.CaseLost && a.mixed() })
	lost := t.registries(func(a *Answer) bool { return a.CaseLost })
	if len(kept) > 0 || len(lost) == 0 {
		return
	}
	t.s.Network.Case = "lost"
	for _, l := range t.lookups {
		for _, a := range l.Answers {
			a.CaseLost = false
		}
	}
	for _, z := range t.zones {
		for _, s := range z.Servers {
			for _, a := range []*Answer{s.SOA, s.NS} {
				if a != nil {
					a.CaseLost = false
				}
			}
		}
	}
}

// mixed reports whether the question was put in mixed letter case: chance may
// make a short name all lower.
func (a *Answer) mixed() bool {
	return len(a.Exchanges) > 0 && a.Exchanges[0].Name != strings.ToLower(a.Exchanges[0].Name)
}

// largeLost reports whether an answer of some server may have been too large
// for the way.
func (t *taker) largeLost() bool {
	for _, z := range t.zones {
		for _, s := range z.Servers {
			if s.SOA != nil && s.SOA.EDNS == "small" || s.Probe("large").Is("lost") {
				return true
			}
		}
	}
	return slices.ContainsFunc(t.registries(t.loses), func(s server) bool { return !t.zones[s.zone].used })
}

// loses reports whether an address that is there has not answered.
func (t *taker) loses(a *Answer) bool {
	return a.Status == Timeout && (a.EDNS == "small" || t.c.Heard(a.Addr))
}

// ownLarge tells servers whose larger answers get lost from a network that
// loses everybody's ("lost"): those of registries and the root are known to
// answer small, or up to three of them are asked with little room for the answer,
// what they have not answered or for their NS records. Only answers that are not
// smaller than those lost clear the network: ways differ in what fits them. Where
// one of them is lost, or cannot be asked, it is "unclear" whose fault it is.
func (t *taker) ownLarge() string {
	if t.arrives(max(t.lost, dns.MinMsgSize+1)) {
		return ""
	}
	n := len(t.registries(func(a *Answer) bool { return a.EDNS == "small" }))
	if n > 1 {
		return "lost"
	}
	asked := t.registries(func(a *Answer) bool { return t.loses(a) || a.Status.Usable() })
	came := make([]string, len(asked))
	var wg sync.WaitGroup
	for i, a := range asked {
		defect.Go(t.ctx, &wg, func() { came[i] = t.large(a) })
	}
	wg.Wait()
	if slices.Contains(came, "large") {
		return ""
	}
	for _, c := range came {
		if c == "small" {
			n++
		}
	}
	switch {
	case n > 1:
		return "lost"
	case n == 1 || slices.Contains(came, ""):
		return "unclear"
	}
	return ""
}

// arrives reports whether an answer of some size came over UDP from a server of
// which none got lost.
func (t *taker) arrives(octets int) bool {
	came := func(a *Answer) bool { return a.Status.Usable() && a.Transport == "udp" && a.Bytes >= octets }
	if len(t.registries(came)) > 0 {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.lookups {
		for _, a := range l.Answers {
			if z := t.zones[l.Zone]; came(a) && z != nil && !slices.ContainsFunc(z.Servers, func(s *Server) bool { return s.Addr == a.Addr && s.Probe("large").Is("lost") }) {
				return true
			}
		}
	}
	return false
}

// large is what comes from a server that is asked for a large answer: "large",
// only a "small" one when there is room for no other, something "else", or "".
func (t *taker) large(a server) string {
	q, unanswered := t.unanswered(a)
	if !unanswered {
		q = resolver.Probe{Name: a.zone, Type: dns.TypeNS}
		all := t.c.Probe(t.ctx, a.addr, q)
		t.probed.Add(int64(len(all)))
		if len(all) == 0 {
			return ""
		}
		if last := all[len(all)-1]; failed(last) != "timeout" {
			if failed(last) == "" && last.Reply.Size >= max(t.lost, dns.MinMsgSize+1) {
				return "large"
			}
			return "else"
		}
	}
	q.Size = dns.MinMsgSize
	o, sent := t.c.ProbeOnce(t.ctx, a.addr, resolver.UDP, q)
	if !sent {
		return ""
	}
	t.probed.Add(1)
	if failed(o) != "" {
		return ""
	}
	return "small"
}

// unanswered is a question that a registry's server has not answered.
func (t *taker) unanswered(s server) (q resolver.Probe, found bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, l := range t.lookups {
		for _, a := range l.Answers {
			if key.zone == s.zone && a.Addr == s.addr && a.Status == Timeout && (!found || l.Type > dns.TypeToString[q.Type]) {
				q, found = resolver.Probe{Name: l.Name, Type: dns.StringToType[l.Type]}, true
			}
		}
	}
	return q, found
}

// network notes what root servers' answers, or their lack, say of the network
// that we ask from.
func (t *taker) network() {
	for _, l := range t.lookups {
		if l.Zone != "." || t.s.Network.Interceptor != nil && t.s.Network.Interceptor.Type == "SOA" {
			continue
		}
		for _, a := range l.Answers {
			if a.Lame == "intercepted" && len(a.Exchanges) > 0 && (t.s.Network.Interceptor == nil || a.Exchanges[0].At.Before(t.s.Network.Interceptor.At)) {
				t.s.Network.Interceptor = &a.Exchanges[len(a.Exchanges)-1]
			}
		}
	}
	if t.rootOverTCPAlone() && t.s.Network.Large == "" {
		t.s.Network.UDP = "blocked"
	}
}

// rootOverTCPAlone reports whether root servers were heard over TCP and not
// over UDP.
func (t *taker) rootOverTCPAlone() bool {
	tcp := false
	for _, l := range t.lookups {
		if l.Zone != "." {
			continue
		}
		for _, a := range l.Answers {
			for _, e := range a.Exchanges {
				if e.Rcode == "" {
					continue
				}
				if e.Transport == "udp" {
					return false
				}
				tcp = true
			}
		}
	}
	return tcp
}
