package survey

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"dns01/caa"
	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/dnssec"
)

// A Target is what to look at.
type Target struct {
	Names []string // identifiers as a CA has them, "*." included
	// Challenge is the type of the challenge, "" for dns-01. Account is the
	// URI of the account, which the name for dns-account-01 is made of.
	Challenge, Account string
	// Seek holds TXT values by identifier, those under "" for all of them. One
	// that no server has at the challenge name is looked for where values go
	// astray, see [Survey.Misplaced].
	Seek map[string][]string
	// Unasked are those of Names that nothing is asked for.
	Unasked []string
	// OnlyCAA leaves out the challenge names: nothing but the CAA climb is
	// looked up.
	OnlyCAA bool
}

// A Resolver is a cache to ask: a public resolver, or this host's own.
type Resolver struct {
	Name  string
	Addr  netip.AddrPort // the zero value when Exchanger alone knows
	Local bool
	// Transport and Exchanger are the way to ask it; without them it is
	// asked over UDP, and over TCP as needed, by that of the options.
	Transport resolver.Transport
	Exchanger resolver.Exchanger
	// Around says that it may be asked in the place of all servers where
	// direct DNS does not leave this network. That plants in its cache that
	// names do not exist yet.
	Around bool
}

// Options are how to look.
type Options struct {
	Client    *resolver.Client
	Counter   *resolver.Counter  // observes what Client sends; may be nil
	Exchanger resolver.Exchanger // for Resolvers
	Resolvers []Resolver
	Now       func() time.Time // nil means time.Now
	// Anchors are DS or DNSKEY records of the zones that are trusted; without
	// any, nothing is validated. SignedAt is when signatures are judged; the
	// zero time means now.
	Anchors  []dns.RR
	SignedAt time.Time
	// Judged, if set, stands for validation.
	Judged *Judgements
	// Probes is how much of the probe plan is asked of the servers.
	Probes Probing
	// Events is told what happens, from many goroutines at once; it must not
	// block. It may be nil.
	Events func(Event)
}

// Limits of one survey against hostile zones.
const (
	maxHops     = 13 // aliases followed: two more than the CA's resolver does
	maxZoneCuts = 12 // cuts below the registrable domain
	maxServers  = 40 // addresses of one zone that are asked
	maxLookups  = 2000
	maxWays     = 4 // aliases of one name that servers disagree on, and that are followed
	maxSpread   = 8 // of these, but for the first of each name, by identifier
)

// Take looks at the target. It returns when everything is known or ctx ends;
// a survey cut short carries its gaps. A fault of the program in it is a panic
// of the caller's goroutine, see [defect.Contain].
func Take(ctx context.Context, t Target, o Options) *Survey {
	return defect.Contain(ctx, func(ctx context.Context) *Survey { return take(ctx, t, o) })
}

func take(ctx context.Context, t Target, o Options) *Survey {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	run, cancel := context.WithCancel(ctx)
	tk := &taker{
		c:       o.Client,
		o:       o,
		ctx:     run,
		s:       &Survey{Started: now(), Starts: map[Question]string{}, Probing: o.Probes},
		zones:   map[string]*zone{},
		lookups: map[lookupKey]*lookup{},
		from:    map[Question]*lookup{},
		covered: map[string]bool{},
		beside:  map[lookupKey]*sibling{},
	}
	tk.trust(now)
	begun := time.Now()
	for _, name := range t.Names {
		id := t.wanted(name)
		id.Unasked = slices.Contains(t.Unasked, name)
		tk.s.Identifiers = append(tk.s.Identifiers, id)
	}
	tk.tell(StageBegun{Resolving})
	for _, id := range tk.s.Identifiers {
		switch {
		case id.Unasked:
		case t.OnlyCAA:
			tk.climb(id)
		default:
			tk.identifier(id)
		}
	}
	tk.wg.Wait()
	tk.complete()
	asked, late := tk.askAgain(), tk.late()
	tk.tell(StageBegun{Seeking})
	tk.seek(t)
	tk.redraw(t)
	tk.tell(StageBegun{Suspecting})
	tk.suspect()
	asked()
	tk.around()
	tk.elsewhere()
	late()
	tk.ended = ctx.Err() != nil // what caches say decides nothing
	tk.tell(StageBegun{Caching})
	tk.askCaches()
	tk.died = tk.c.LineDied(tk.ctx)
	tk.ended = tk.ended || ctx.Err() != nil && tk.c.LineFaded()
	cancel()
	o.Client.Wait()
	tk.finish(ctx)
	tk.s.Took = time.Since(begun)
	return tk.s
}

// identifier says what a CA looks up for a name (RFC 8555 §8.4, RFC 8659 §3).
func (t Target) identifier(name string) Identifier {
	id := Identifier{Name: name}
	base := strings.TrimPrefix(name, "*.")
	id.Challenge = ChallengeName(t.Challenge, t.Account, name)
	if _, ok := dns.IsDomainName(id.Challenge); !ok || base == "" {
		id.Invalid = "not a name that the DNS can look up"
		return id
	}
	if len(id.Challenge) > 253 {
		id.Invalid = "the challenge name is longer than 253 octets"
		return id
	}
	id.CAA = caa.Climb(name)
	return id
}

// taker gathers one survey.
type taker struct {
	c    *resolver.Client
	o    Options
	ctx  context.Context
	wg   sync.WaitGroup
	ipv6 atomic.Bool // asked: see hearIPv6

	mu      sync.Mutex
	s       *Survey
	zones   map[string]*zone
	lookups map[lookupKey]*lookup
	from    map[Question]*lookup // the lookup in the same zone whose alias led to a question
	covered map[string]bool      // base names looked at for a wildcard above them
	beside  map[lookupKey]*sibling
	spread  int // aliases beside the first of their name
	lost    int // octets of the smallest answer that TCP brought and UDP did not, 0 for none

	v *dnssec.Validator // nil: nothing is validated

	probed atomic.Int64 // messages sent for the probe plan
	died   bool         // towards the end nobody was heard any more
	ended  bool         // before everything was looked at
}

// begin does something beside the rest.
func (t *taker) begin(f func()) { defect.Go(t.ctx, &t.wg, f) }

func (t *taker) identifier(id Identifier) {
	if id.Invalid != "" {
		return
	}
	challenge := Question{id.Challenge, "TXT"}
	t.resolve(challenge, challenge, 0)
	for _, name := range id.CAA {
		t.resolve(Question{name, "CAA"}, challenge, 0)
	}
}

// resolve begins the resolution of a question, once, after hops aliases. The
// walk down to its zone asks for way, a name at or below it: so that one walk
// serves all names of the climb, and a registry that fails for the type CAA
// does not hide its delegations.
func (t *taker) resolve(q, way Question, hops int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.s.Starts[q]; ok || hops > maxHops {
		return
	}
	t.s.Starts[q] = "" // begun: the zone is set when it is known
	t.c.Prefer(way.Name, dns.StringToType[way.Type])
	t.begin(func() { t.reach(q, way, hops) })
}

// start notes at which zone the resolution of q begins.
func (t *taker) start(q Question, zone string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Starts[q] = zone
}

// reach walks down through registries' zones to the zone that has to answer q.
func (t *taker) reach(q, way Question, hops int) {
	d := t.c.Deepest(q.Name)
	for {
		z := t.zone(d)
		if !z.Public || q.Name == d.Zone {
			t.start(q, d.Zone)
			t.look(d, q, hops, 0)
			return
		}
		step := t.c.Descend(t.ctx, d, t.c.Addresses(t.ctx, d), way.Name, dns.StringToType[way.Type])
		if step.Child == nil || !resolver.InZone(q.Name, step.Child.Zone) {
			t.start(q, d.Zone)
			t.answeredAbove(d, q, way, step, hops)
			return
		}
		z.refers()
		d = step.Child
	}
}

// answeredAbove notes what a registry's servers say of a name that they do
// not delegate.
func (t *taker) answeredAbove(d *resolver.Delegation, q, way Question, step resolver.Step, hops int) {
	l := t.lookup(d, q)
	if l == nil {
		return
	}
	if q != way {
		t.askSome(l, d, hops)
	} else {
		z := t.zone(d)
		denied := false
		for _, a := range step.Answers {
			t.note(l, z.serverName(a.Server), a, hops, 0)
			denied = denied || resolver.Read(l.Zone, a).Kind == resolver.NXDomain
		}
		if denied && z.Public && q.Name != d.Zone {
			t.askSome(l, d, hops) // a new delegation may not be at all of them yet
		}
	}
	t.unasked(l, d)
}

// unasked notes, for a lookup without any answer, whether that is our doing:
// the run ended, or this host has no way to the servers.
func (t *taker) unasked(l *lookup, d *resolver.Delegation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(l.Answers) > 0 {
		return
	}
	a := &Answer{Question: l.Question, Owner: l.Name, Status: NotAsked}
	if t.ctx.Err() == nil {
		servers := glueOf(d)
		if len(servers) == 0 {
			return // no address is known: the zone's fault
		}
		a.Status, a.Addr = NoRoute, servers[0]
	}
	l.Answers = append(l.Answers, a)
}

// finish puts the survey in order: what came first in time depends on the
// network, what a reader sees must not.
func (t *taker) finish(ctx context.Context) {
	s := t.s
	t.readProbes()
	for _, z := range t.zones {
		z.finish()
		s.Zones = append(s.Zones, &z.Zone)
	}
	slices.SortFunc(s.Zones, func(a, b *Zone) int { return byTree(a.Name, b.Name) })
	for _, l := range t.lookups {
		s.Lookups = append(s.Lookups, &l.Lookup)
		l.markWild()
		slices.SortStableFunc(l.Answers, func(a, b *Answer) int {
			return cmp.Or(cmp.Compare(a.Server, b.Server), a.Addr.Compare(b.Addr))
		})
	}
	slices.SortFunc(s.Lookups, func(a, b *Lookup) int {
		return cmp.Or(byTree(a.Name, b.Name), cmp.Compare(a.Type, b.Type), byTree(a.Zone, b.Zone))
	})
	t.sortPlaces()
	t.network()
	t.gaps(ctx)
	t.count()
}

// byTree orders names parents first, then by label from the root.
func byTree(a, b string) int {
	return slices.Compare(reversed(a), reversed(b))
}

func reversed(name string) []string {
	labels := dns.SplitDomainName(name)
	slices.Reverse(labels)
	return labels
}
