package resolver

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver/defect"
)

// Limits of a walk, after Unbound's (iter-scrub-ns, MAX_DP_TARGET_COUNT,
// MAX_TARGET_COUNT, target-fetch-policy) or below them.
const (
	maxNameServers = 20 // names of one NS set that are looked at
	maxGlueless    = 16 // of these, names whose addresses have to be looked up
	maxTargets     = 32 // name servers looked up for one request: A and AAAA make Unbound's 64
	maxAddrs       = 4  // addresses of one name and family
	maxDepth       = 4  // name servers named in zones whose servers are named in zones …
	maxCuts        = 30 // referrals in a row
	maxRestarts    = 11 // aliases in a row (max-query-restarts)
	maxServers     = 8  // addresses of one zone that a walk tries
)

// hedge is how long a walk waits for one server before it asks the next one
// beside it.
const hedge = 400 * time.Millisecond

// A NameServer is a name of an NS set and the addresses that came with it.
type NameServer struct {
	Name string
	Glue []netip.Addr // in bailiwick of the zone that referred
}

// A Delegation is a zone as its parent names it.
type Delegation struct {
	Zone   string
	Parent string // the zone that referred; "" for the root
	NS     []NameServer
	DS     []dns.RR // that came with the referral, not validated

	referral *Answer // nil for the root
}

// Deepest returns the delegation closest to name that is known so far.
func (c *Client) Deepest(name string) *Delegation {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name = canonical(name); name != "."; name = parent(name) {
		if d, ok := c.delegations[name]; ok {
			return d
		}
	}
	return c.delegations["."]
}

// delegation returns that of a zone which has referred to another.
func (c *Client) delegation(zone string) *Delegation {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.delegations[zone]; d != nil {
		return d
	}
	return c.delegations["."]
}

// parent returns the name one label up.
func parent(name string) string {
	next, end := dns.NextLabel(name, 0)
	if end {
		return "."
	}
	return name[next:]
}

// Learn notes the delegation that a referral from a server of zone makes, and
// returns it. The first referral counts: a resolver follows just one.
func (c *Client) Learn(zone string, a *Answer, r Reading) *Delegation {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.delegations[r.Child]; ok {
		return d
	}
	d := &Delegation{Zone: r.Child, Parent: zone, referral: a}
	for _, ns := range r.ChildNS {
		glue := c.strip(glueFor(ns, zone, a.Msg))
		d.NS = append(d.NS, NameServer{Name: ns, Glue: glue})
		c.glue[ns] = append(c.glue[ns], glue...)
	}
	for _, rr := range a.Msg.Ns {
		if rr.Header().Rrtype == dns.TypeDS && canonical(rr.Header().Name) == r.Child {
			d.DS = append(d.DS, rr)
		}
	}
	c.delegations[r.Child] = d
	return d
}

// glueFor returns the addresses a message gives for a name server whose name
// lies below zone: others the zone has no say in (RFC 2181 §5.4.1).
func glueFor(ns, zone string, m *dns.Msg) []netip.Addr {
	if !InZone(ns, zone) {
		return nil
	}
	var addrs []netip.Addr
	for _, rr := range m.Extra {
		a := addrOf(rr)
		if a.IsValid() && canonical(rr.Header().Name) == ns && len(addrs) < 2*maxAddrs && !slices.Contains(addrs, a) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// A Step is the outcome of asking a zone's servers about a name that may lie
// in a zone below.
type Step struct {
	Child   *Delegation // the zone below, when referred to one
	Answers []*Answer   // as asked; the last one is usable, or none is
}

type step struct{ zone, label string }

type stepFlight struct {
	done  chan struct{}
	asked way
	step  Step
}

// way is a question that a walk is for.
type way struct {
	name  string
	qtype uint16
}

// Prefer makes a question the one that walks ask on their way down to its name,
// as far as no other has been preferred. Of names that are looked up side by
// side, the same one then leads in every run, whichever comes first.
func (c *Client) Prefer(name string, qtype uint16) {
	name = canonical(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	for zone := name; zone != "."; {
		zone = parent(zone)
		key := step{zone, nextLabel(name, zone)}
		if _, ok := c.preferred[key]; !ok {
			c.preferred[key] = way{name, qtype}
		}
	}
}

// Descend asks the given servers of d about a name below its zone until one
// gives an answer that a resolver would take. Below a registry's zone the next
// label is nearly always a zone of its own: there, concurrent calls that go
// the same way ask once, and who comes second waits for the delegation. The DS
// records at a cut are the parent's: they are not looked for behind it.
func (c *Client) Descend(ctx context.Context, d *Delegation, servers []ServerAddr, name string, qtype uint16) Step {
	if !Public(d.Zone) || qtype == dns.TypeDS {
		return c.descend(ctx, d, servers, name, qtype)
	}
	key := step{d.Zone, nextLabel(name, d.Zone)}
	c.mu.Lock()
	f, known := c.steps[key]
	if !known {
		f = &stepFlight{done: make(chan struct{}), asked: way{name, qtype}}
		if w, ok := c.preferred[key]; ok {
			f.asked = w
		}
		c.steps[key] = f
	}
	c.mu.Unlock()
	if !known {
		f.step = c.descend(ctx, d, servers, f.asked.name, f.asked.qtype)
		close(f.done)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return Step{}
	}
	if f.asked == (way{name, qtype}) {
		return f.step
	}
	if child := f.step.Child; child != nil && InZone(name, child.Zone) {
		return Step{Child: child}
	}
	return c.descend(ctx, d, servers, name, qtype)
}

// nextLabel returns the label of name right below zone, with what follows.
func nextLabel(name, zone string) string {
	if !InZone(name, zone) || InZone(zone, name) {
		return ""
	}
	i, _ := dns.PrevLabel(name, dns.CountLabel(zone)+1)
	return name[i:]
}

// descend asks one server after another, the next one when an answer is of
// no use or lets itself be waited for. An answer that a resolver would rather
// not take is kept until the others have been asked.
func (c *Client) descend(ctx context.Context, d *Delegation, servers []ServerAddr, name string, qtype uint16) Step {
	servers = c.OrderFor(servers, name, qtype)
	answers := make(chan *Answer, len(servers))
	next, waiting := 0, 0
	ask := func() {
		if next >= len(servers) || ctx.Err() != nil {
			return
		}
		addr := servers[next].Addr
		next++
		waiting++
		defect.Go(ctx, &c.running, func() {
			a := &Answer{Server: addr, Name: name, Type: qtype, Failure: Canceled}
			defer func() { answers <- a }()
			a = c.Ask(ctx, addr, name, qtype)
		})
	}
	var s Step
	var weak []*Answer
	ask()
	for waiting > 0 {
		timer := time.NewTimer(hedge)
		select {
		case a := <-answers:
			waiting--
			r := Read(d.Zone, a)
			switch {
			case r.Kind.Usable() && (r.Weak != "" || unsigned(d, a)) && !(r.Weak == "empty" && len(weak) > 0):
				weak = append(weak, a)
				ask()
			case r.Kind.Usable():
				timer.Stop()
				return c.took(d, s, slices.Concat(weak, []*Answer{a}))
			default:
				s.Answers = append(s.Answers, a)
				ask()
			}
		case <-timer.C:
			ask()
		}
		timer.Stop()
	}
	slices.Reverse(weak) // the first one counts
	return c.took(d, s, weak)
}

// took ends a step with the last of some usable answers.
func (c *Client) took(d *Delegation, s Step, usable []*Answer) Step {
	if len(usable) == 0 {
		return s
	}
	s.Answers = append(s.Answers, usable...)
	a := usable[len(usable)-1]
	if r := Read(d.Zone, a); r.Kind == Referral {
		s.Child = c.Learn(d.Zone, a, r)
	}
	return s
}

// unsigned reports whether an answer lacks the signatures that the zone's DS
// records promise.
func unsigned(d *Delegation, a *Answer) bool {
	if len(d.DS) == 0 {
		return false
	}
	return !hasType(a.Msg.Answer, dns.TypeRRSIG) && !hasType(a.Msg.Ns, dns.TypeRRSIG)
}

// Order returns the servers that a walk asks, in turn: those that have
// answered before, then IPv4 before IPv6, from a start that differs by run;
// eight at most.
func (c *Client) Order(servers []ServerAddr) []ServerAddr {
	var use []ServerAddr
	for _, s := range servers {
		if c.Askable(s.Addr) {
			use = append(use, s)
		}
	}
	if len(use) == 0 {
		return nil
	}
	start := int(c.spread % uint64(len(use)))
	use = slices.Concat(use[start:], use[:start])
	rank := func(s ServerAddr) int {
		switch {
		case c.host(s.Addr).isAlive():
			return 0
		case s.Addr.Is4():
			return 1
		}
		return 2
	}
	slices.SortStableFunc(use, func(a, b ServerAddr) int { return rank(a) - rank(b) })
	return use[:min(len(use), maxServers)]
}

// Recalled is the one server that a question was put to in the run that is made
// again; the zero Addr when it was put to several, or to none, or nothing is
// made again.
func (c *Client) Recalled(name string, qtype uint16) netip.Addr {
	if c.cfg.Recall == nil {
		return netip.Addr{}
	}
	if then := c.cfg.Recall(canonical(name), qtype); len(then) == 1 {
		return then[0]
	}
	return netip.Addr{}
}

// OrderFor is Order for a question. Where a run is made again, those that were
// asked then come first: which ones had answered by then hung on a moment.
func (c *Client) OrderFor(servers []ServerAddr, name string, qtype uint16) []ServerAddr {
	use := c.Order(servers)
	if c.cfg.Recall == nil {
		return use
	}
	then := c.cfg.Recall(canonical(name), qtype)
	rank := func(s ServerAddr) int {
		if i := slices.Index(then, s.Addr); i >= 0 {
			return i
		}
		return len(then)
	}
	slices.SortStableFunc(use, func(a, b ServerAddr) int { return rank(a) - rank(b) })
	return use
}
