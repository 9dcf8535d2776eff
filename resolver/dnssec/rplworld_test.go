package dnssec

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// A replayWorld answers questions as an iterator would that can reach the
// servers of a replay at one step. It does just enough of iteration for the
// worlds that the tests describe.
type replayWorld struct {
	r    *replay
	step int

	mu    sync.Mutex
	cuts  map[string][]string       // servers of the zones that were seen
	ds    map[string]*dns.Msg       // what referrals said of a DS
	sets  map[dns.Question][]dns.RR // answers that were seen, with their signatures
	glue  []dns.RR                  // addresses that were seen
	depth int
}

func newReplayWorld(r *replay) *replayWorld {
	return &replayWorld{
		r:    r,
		cuts: make(map[string][]string),
		ds:   make(map[string]*dns.Msg),
		sets: make(map[dns.Question][]dns.RR),
	}
}

func (w *replayWorld) fetch(ctx context.Context, q string, qtype uint16, avoid []string) Response {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lookup(q, qtype, avoid)
}

// lookup follows aliases.
func (w *replayWorld) lookup(q string, qtype uint16, avoid []string) Response {
	out := Response{Name: q, Type: qtype}
	at := dns.CanonicalName(q)
	for range 12 {
		m, server := w.iterate(at, qtype, avoid)
		if m == nil {
			out.Failed = true
			return out
		}
		if out.Server != "" {
			out.Via = append([]string{out.Server}, out.Via...)
		}
		out.Server, out.Rcode = server, m.Rcode
		out.Answer = append(out.Answer, m.Answer...)
		next := end(m.Answer, at, qtype)
		if next == at || done(m, next, qtype) {
			out.Authority = append(out.Authority, m.Ns...)
			return out
		}
		for _, rr := range m.Ns {
			if t := covered(rr); t == dns.TypeNSEC || t == dns.TypeNSEC3 {
				out.Authority = append(out.Authority, rr)
			}
		}
		at = next
	}
	out.Failed = true
	return out
}

func covered(rr dns.RR) uint16 {
	if s, ok := rr.(*dns.RRSIG); ok {
		return s.TypeCovered
	}
	return rr.Header().Rrtype
}

// end is where the aliases of an answer lead.
func end(answer []dns.RR, q string, qtype uint16) string {
	if qtype == dns.TypeCNAME || qtype == dns.TypeANY {
		return q
	}
	for range len(answer) {
		i := slices.IndexFunc(answer, func(rr dns.RR) bool {
			return rr.Header().Rrtype == dns.TypeCNAME && strings.EqualFold(rr.Header().Name, q)
		})
		if i < 0 {
			break
		}
		q = dns.CanonicalName(answer[i].(*dns.CNAME).Target)
	}
	return q
}

// done reports whether a message that has aliases needs no further lookup.
func done(m *dns.Msg, at string, qtype uint16) bool {
	for _, rr := range m.Answer {
		if rr.Header().Rrtype == qtype && strings.EqualFold(rr.Header().Name, at) {
			return true
		}
	}
	return false
}

// iterate goes from the closest configured zone down to an answer.
func (w *replayWorld) iterate(q string, qtype uint16, avoid []string) (*dns.Msg, string) {
	if m := w.ds[q]; m != nil && qtype == dns.TypeDS && len(avoid) == 0 {
		return m, "cache"
	}
	zone, servers, forward := w.start(q, qtype)
	for range 20 {
		m, server := w.ask(servers, q, qtype, avoid)
		if m == nil {
			return w.cached(q, qtype)
		}
		if cut, ns := referral(m, zone, q, qtype); cut != "" && !forward {
			w.seeReferral(joinSections(m), cut)
			zone, servers = cut, w.addresses(m, ns)
			w.cuts[zone] = servers
			continue
		}
		m = scrub(joinSections(m), zone, q, qtype)
		w.seeAnswer(m)
		return m, server
	}
	return nil, ""
}

// seeReferral keeps the DS set of a referral, or the proof that there is none:
// Unbound does not ask for it again.
func (w *replayWorld) seeReferral(m *dns.Msg, cut string) {
	have := &dns.Msg{}
	for _, rr := range m.Ns {
		switch t := covered(rr); {
		case t == dns.TypeDS && strings.EqualFold(rr.Header().Name, cut):
			have.Answer = append(have.Answer, rr)
		case t == dns.TypeNSEC || t == dns.TypeNSEC3:
			have.Ns = append(have.Ns, rr)
		}
	}
	if len(have.Answer) > 0 {
		have.Ns = nil
	}
	if len(have.Answer)+len(have.Ns) > 0 {
		w.ds[cut] = have
	}
}

func (w *replayWorld) seeAnswer(m *dns.Msg) {
	seen := make(map[dns.Question][]dns.RR)
	for _, rr := range m.Answer {
		k := dns.Question{Name: dns.CanonicalName(rr.Header().Name), Qtype: covered(rr)}
		seen[k] = append(seen[k], rr)
	}
	for k, rrs := range seen {
		w.sets[k] = rrs
	}
}

// cached answers from what was seen before, aliases included.
func (w *replayWorld) cached(q string, qtype uint16) (*dns.Msg, string) {
	m := &dns.Msg{}
	m.Answer = w.sets[dns.Question{Name: q, Qtype: qtype}]
	if m.Answer == nil {
		m.Answer = w.sets[dns.Question{Name: q, Qtype: dns.TypeCNAME}]
	}
	for k, rrs := range w.sets {
		if m.Answer == nil && k.Qtype == dns.TypeDNAME && q != k.Name && dns.IsSubDomain(k.Name, q) {
			m.Answer = scrub(&dns.Msg{Answer: rrs}, ".", q, qtype).Answer
		}
	}
	if m.Answer == nil {
		return nil, ""
	}
	return m, "cache"
}

func (w *replayWorld) start(q string, qtype uint16) (zone string, servers []string, forward bool) {
	if qtype == dns.TypeDS && q != "." {
		i, _ := dns.NextLabel(q, 0)
		if q = q[i:]; q == "" {
			q = "."
		}
	}
	zone = "."
	depth := -1
	for _, s := range w.r.stubs {
		if n := dns.CountLabel(s.name); dns.IsSubDomain(s.name, q) && n > depth {
			zone, servers, forward, depth = s.name, s.addrs, s.forward, n
		}
	}
	for cut, addrs := range w.cuts {
		if n := dns.CountLabel(cut); dns.IsSubDomain(cut, q) && n > depth {
			zone, servers, forward, depth = cut, addrs, false, n
		}
	}
	return zone, servers, forward
}

// ask asks the servers in order, avoided ones last.
func (w *replayWorld) ask(servers []string, q string, qtype uint16, avoid []string) (*dns.Msg, string) {
	sorted := slices.Clone(servers)
	slices.SortStableFunc(sorted, func(a, b string) int {
		return index(slices.Contains(avoid, a)) - index(slices.Contains(avoid, b))
	})
	for _, s := range sorted {
		for _, rg := range w.r.ranges {
			if rg.addr != s || w.step < rg.from || w.step > rg.to {
				continue
			}
			for _, e := range rg.entries {
				if !e.answers(q, qtype) {
					continue
				}
				if rc := e.rcode(); rc != dns.RcodeSuccess && rc != dns.RcodeNameError && rc != dns.RcodeYXDomain {
					break
				}
				m := e.msg.Copy()
				m.Rcode = e.rcode()
				if e.has("TC") {
					continue
				}
				w.glue = append(w.glue, m.Extra...)
				return m, s
			}
		}
	}
	return nil, ""
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// referral returns the zone that a message refers to, and its servers.
func referral(m *dns.Msg, zone, q string, qtype uint16) (cut string, ns []string) {
	if len(m.Answer) > 0 || m.Rcode != dns.RcodeSuccess {
		return "", nil
	}
	for _, rr := range m.Ns {
		n, ok := rr.(*dns.NS)
		if rr.Header().Rrtype == dns.TypeSOA {
			return "", nil
		}
		owner := dns.CanonicalName(rr.Header().Name)
		atCut := qtype == dns.TypeDS && owner == q
		if ok && owner != zone && dns.IsSubDomain(zone, owner) && dns.IsSubDomain(owner, q) && !atCut {
			cut = owner
			ns = append(ns, n.Ns)
		}
	}
	return cut, ns
}

func (w *replayWorld) addresses(m *dns.Msg, names []string) []string {
	var addrs []string
	add := func(rrs []dns.RR, n string) {
		for _, rr := range rrs {
			if a, ok := rr.(*dns.A); ok && strings.EqualFold(a.Hdr.Name, n) {
				addrs = append(addrs, a.A.String())
			}
		}
	}
	for _, n := range names {
		add(m.Extra, n)
		if len(addrs) == 0 {
			add(w.glue, n)
		}
	}
	w.depth++
	defer func() { w.depth-- }()
	for _, n := range names {
		if len(addrs) == 0 && w.depth < 8 {
			add(w.lookup(n, dns.TypeA, nil).Answer, n)
		}
	}
	return addrs
}

// joinSections puts signatures that stand in a later section than what they cover
// beside it, as Unbound's parser does.
func joinSections(m *dns.Msg) *dns.Msg {
	m.Extra = slices.DeleteFunc(m.Extra, func(rr dns.RR) bool {
		sig, ok := rr.(*dns.RRSIG)
		if !ok {
			return false
		}
		covers := func(other dns.RR) bool {
			h := other.Header()
			return h.Rrtype == sig.TypeCovered && strings.EqualFold(h.Name, sig.Hdr.Name)
		}
		switch {
		case slices.ContainsFunc(m.Answer, covers):
			m.Answer = append(m.Answer, rr)
		case slices.ContainsFunc(m.Ns, covers):
			m.Ns = append(m.Ns, rr)
		default:
			return false
		}
		return true
	})
	return m
}

// scrub keeps what is on the alias chain and in the zone, and makes the CNAME
// of a DNAME.
func scrub(m *dns.Msg, zone, q string, qtype uint16) *dns.Msg {
	out := &dns.Msg{}
	out.Rcode = m.Rcode
	at := q
	for range len(m.Answer) + 1 {
		var next string
		for _, rr := range m.Answer {
			owner := dns.CanonicalName(rr.Header().Name)
			t := covered(rr)
			switch {
			case !dns.IsSubDomain(zone, owner):
			case owner == at && (t == qtype || t == dns.TypeCNAME || qtype == dns.TypeANY || qtype == dns.TypeRRSIG):
				out.Answer = append(out.Answer, rr)
				if c, ok := rr.(*dns.CNAME); ok && qtype != dns.TypeCNAME && qtype != dns.TypeANY {
					next = dns.CanonicalName(c.Target)
				}
			case t == dns.TypeDNAME && owner != at && dns.IsSubDomain(owner, at):
				out.Answer = append(out.Answer, rr)
				if d, ok := rr.(*dns.DNAME); ok && !hasCNAME(m.Answer, at) {
					prefix := strings.TrimSuffix(at, owner)
					c := &dns.CNAME{Hdr: dns.RR_Header{Name: at, Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: prefix + dns.CanonicalName(d.Target)}
					next = c.Target
					out.Answer = append(out.Answer, c)
				}
			}
		}
		if next == "" {
			break
		}
		at = next
	}
	for _, rr := range m.Ns {
		if dns.IsSubDomain(zone, rr.Header().Name) {
			out.Ns = append(out.Ns, rr)
		}
	}
	return out
}

func hasCNAME(rrs []dns.RR, owner string) bool {
	return slices.ContainsFunc(rrs, func(rr dns.RR) bool {
		return rr.Header().Rrtype == dns.TypeCNAME && strings.EqualFold(rr.Header().Name, owner)
	})
}
