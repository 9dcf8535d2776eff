package lab

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A World is a scenario come to life: servers with their state, a clock, and a
// log of what arrived where. It is a resolver.Exchanger, safe for concurrent
// use, and holds its state for itself: take a new one for each run.
type World struct {
	network network
	roots   []resolver.Root
	caches  []Cache
	places  []placeText
	anchors []dns.RR
	servers []*server
	byAddr  map[netip.Addr]*server

	once    sync.Once
	began   time.Time
	skipped atomic.Int64 // nanoseconds, see Advance
	edits   []time.Duration
	ids     atomic.Uint32

	mu  sync.Mutex
	log []Arrival
}

// A server is one address of a host or cache.
type server struct {
	host   string // without the final dot
	addr   netip.Addr
	local  bool // in this host's own network
	handle handler
	faults []*faultLine // those that stand before it
}

// An Arrival is one query that reached a server.
type Arrival struct {
	At        time.Duration // since the start of the world
	Server    netip.Addr
	Host      string // without the final dot, or the name of a cache
	Transport resolver.Transport
	Name      string // in the letter case sent, without the final dot
	Type      string
}

// World builds the scenario's world anew.
func (s *Scenario) World() (*World, error) {
	w, err := s.world()
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return w, nil
}

// make makes what all worlds of the scenario share.
func (s *Scenario) make() (*made, error) {
	p, err := s.plan()
	if err != nil {
		return nil, err
	}
	if err := s.checkPlaces(); err != nil {
		return nil, err
	}
	hosted, anchors, err := p.build(s)
	if err != nil {
		return nil, err
	}
	return &made{p, hosted, anchors}, nil
}

func (s *Scenario) world() (*World, error) {
	m := s.made
	if m == nil {
		var err error
		if m, err = s.make(); err != nil {
			return nil, err
		}
	}
	w := &World{
		network: s.network,
		caches:  slices.Clone(s.caches),
		places:  slices.Clone(s.places),
		anchors: m.anchors,
		edits:   s.editTimes(),
		byAddr:  map[netip.Addr]*server{},
	}
	for _, h := range m.serving(".") {
		w.roots = append(w.roots, resolver.Root{Name: undotted(h), Addrs: slices.Clone(m.addrs[h])})
	}
	for _, h := range m.hosts {
		for _, a := range h.addrs {
			w.add(&server{host: undotted(h.name), addr: a, handle: m.hosted[h.name].handle})
		}
	}
	if err := w.addCaches(s, m); err != nil {
		return nil, err
	}
	return w, w.applyFaults(s, m)
}

func (w *World) add(s *server) {
	s.handle = standard(s.handle)
	w.servers = append(w.servers, s)
	w.byAddr[s.addr] = s
}

// addCaches adds the recursive resolvers, with what each one holds.
func (w *World) addCaches(s *Scenario, m *made) error {
	first := map[string]editions{}
	for origin := range m.origins {
		first[origin] = m.hosted[m.serving(origin)[0]][origin]
	}
	held := map[string][]holding{}
	for _, h := range s.held {
		hs, err := h.holdings()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(s.caches, func(c Cache) bool { return c.Name == h.cache }) {
			return h.errorf("%s is not among the caches", h.cache)
		}
		held[h.cache] = append(held[h.cache], hs...)
	}
	for _, c := range s.caches {
		from := fromElsewhere
		if c.Local {
			from = ""
		}
		rec := &recursor{
			held:  held[c.Name],
			zones: func(origin string, at time.Duration) *zone { return first[origin].at(at) },
			hears: func(origin string, q dns.Question, at time.Duration) bool {
				return slices.ContainsFunc(w.servers, func(srv *server) bool {
					return slices.Contains(m.serving(origin), dns.Fqdn(srv.host)) && srv.answersResolver(q, at, from)
				})
			},
		}
		w.add(&server{host: c.Name, addr: c.Addr, local: c.Local, handle: rec.handle})
	}
	return nil
}

// applyFaults puts faults before the servers they name, the first line
// outermost.
func (w *World) applyFaults(s *Scenario, m *made) error {
	for i := len(s.faults) - 1; i >= 0; i-- {
		line := &s.faults[i]
		applied, err := line.fresh(s.Name, m)
		if err != nil {
			return err
		}
		met := false
		for _, srv := range w.servers {
			if line.names(srv) {
				srv.handle = applied(srv.handle)
				srv.faults = append(srv.faults, line)
				met = true
			}
		}
		if !met {
			return line.errorf("%s is neither a server nor a cache", line.server)
		}
	}
	return nil
}

// Start starts the clock. The first exchange does so too.
func (w *World) Start() {
	w.once.Do(func() { w.began = time.Now() })
}

// elapsed is the time since the start.
func (w *World) elapsed() time.Duration {
	w.Start()
	return time.Since(w.began) + time.Duration(w.skipped.Load())
}

// Epoch returns the date on which every world begins. Signatures are made for
// it, and no world knows today's.
func (w *World) Epoch() time.Time { return epoch }

// Now returns the time by the world's own clock: [World.Epoch] and what has
// passed since the start. Whoever validates signatures does it as of then.
func (w *World) Now() time.Time { return epoch.Add(w.elapsed()) }

// Anchors returns the trust anchors: DS records of the root's keys unless the
// scenario says otherwise, and none if nothing is signed.
func (w *World) Anchors() []dns.RR { return copied(w.anchors) }

// Roots returns the root servers: where a walk through this world begins.
func (w *World) Roots() []resolver.Root { return slices.Clone(w.roots) }

// Caches returns the recursive resolvers, in the order of the file.
func (w *World) Caches() []Cache { return slices.Clone(w.caches) }

// Public returns the address ranges that count as public in this world: those
// reserved for documentation (RFC 5737, RFC 3849).
func (w *World) Public() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("2001:db8::/32"),
	}
}

// keepLog is how many queries a world remembers at least: a world that is
// asked for hours must not grow.
const keepLog = 50_000

// Log returns the queries that have reached servers, in the order of arrival:
// the last 50,000 at least.
func (w *World) Log() []Arrival {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// A reaction is a response as it leaves the server. No wire and no failure is
// silence.
type reaction struct {
	wire    []byte
	msg     *dns.Msg // what wire holds, unless truncated
	failure resolver.Failure
	delay   time.Duration
	took    time.Duration // from the query to the response

	elsewhere bool // it leaves from another address than was asked
	passage
}

// react lets a server answer a query that has arrived from a socket.
func (w *World) react(s *server, t resolver.Transport, query *dns.Msg, from socket) (reaction, error) {
	r := request{at: w.elapsed(), server: s.addr, transport: t, msg: query, before: from.before, from: from.from}
	if from.from == "" {
		w.note(s, r)
	}
	resp := s.handle(r)
	if resp.msg == nil {
		return reaction{failure: resp.failure, delay: resp.delay, passage: resp.passage}, nil
	}
	wire, err := pack(r, resp.msg)
	if resp.garbled && err == nil {
		wire, err = garbled(resp.msg)
	}
	return reaction{wire: wire, msg: resp.msg, delay: resp.delay, elsewhere: resp.elsewhere, passage: resp.passage}, err
}

func (w *World) note(s *server, r request) {
	q := r.question()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.log) == 2*keepLog {
		w.log = slices.Clone(w.log[keepLog:])
	}
	w.log = append(w.log, Arrival{
		At:        r.at,
		Server:    s.addr,
		Host:      s.host,
		Transport: r.transport,
		Name:      undotted(q.Name),
		Type:      dns.Type(q.Qtype).String(),
	})
}
