package resolver

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"
)

// A Config is what a [Client] needs. Zero values mean: IANA's roots, one
// second a query, both address families, special addresses never asked.
type Config struct {
	Exchanger Exchanger
	Roots     []Root
	// Allow lists special-purpose ranges that may be asked all the same;
	// AllowPrivate allows them all.
	Allow        []netip.Prefix
	AllowPrivate bool
	No4, No6     bool
	Timeout      time.Duration // of the first try; later ones wait longer
	MaxQueries   int           // messages sent in all; 0 means 5000
	MaxPerServer int           // of these to one address; 0 means a tenth
	MaxHeld      int           // octets of memory that replies take, about; 0 means 64 MiB
	Rand         *rand.Rand    // letter case and probe labels; nil means a random seed
	// Recall, if set, names the servers that a question was put to in the run
	// that is made again, in the order in which they were asked.
	Recall func(name string, qtype uint16) []netip.Addr
	// Trace, if set, is told each hop of a lookup. It must be safe for
	// concurrent use.
	Trace func(Hop)
	// Line is what is known of the way out; nil where no other client asks at
	// the same time.
	Line *Line
	// Silent is what other clients have found silent; nil where there are none.
	Silent *Silent
}

// A Client is what one run has learnt: which questions were answered how,
// which zones are delegated where, which addresses are alive. Every question
// to an address is asked once; whoever asks it again, or meanwhile, gets the
// same answer. It is safe for concurrent use.
type Client struct {
	cfg    Config
	rng    *luck
	spread uint64 // where in a server list a walk begins

	controlled atomic.Int64 // see Controls

	running sync.WaitGroup // questions nobody waits for any more

	mu          sync.Mutex
	asked       map[ask]*flight
	sent        int
	sentTo      map[netip.Addr]int
	held        int
	hosts       map[netip.Addr]*host
	delegations map[string]*Delegation
	steps       map[step]*stepFlight
	preferred   map[step]way
	addresses   map[string]addresses
	glue        map[string][]netip.Addr  // by name server name, from every parent
	targets     map[string]*atomic.Int32 // name servers looked up, by the zone they are for
	watched     map[wayOut]*control      // the last one each
	noRoutes    [2]int                   // exchanges that found no route: IPv4, IPv6
	routes      [2]int                   // and those that did
	replies     [2]int                   // and those that brought a reply over UDP
	strayed     map[netip.Addr]bool      // addresses in whose name replies came to what was not asked of them
	quickest    time.Duration            // the least time that a reply over UDP took; 0 before there is one
}

// New returns a client that knows the root servers and nothing else.
func New(cfg Config) *Client {
	if cfg.Roots == nil {
		cfg.Roots = BuiltinRoots()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Second
	}
	if cfg.MaxQueries == 0 {
		cfg.MaxQueries = 5000
	}
	if cfg.MaxHeld == 0 {
		cfg.MaxHeld = 64 << 20
	}
	if cfg.MaxPerServer == 0 {
		cfg.MaxPerServer = max(cfg.MaxQueries/10, 1)
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if cfg.Line == nil {
		cfg.Line = &Line{}
	}
	c := &Client{
		cfg:         cfg,
		rng:         newLuck(cfg.Rand),
		asked:       map[ask]*flight{},
		sentTo:      map[netip.Addr]int{},
		hosts:       map[netip.Addr]*host{},
		strayed:     map[netip.Addr]bool{},
		delegations: map[string]*Delegation{},
		steps:       map[step]*stepFlight{},
		preferred:   map[step]way{},
		addresses:   map[string]addresses{},
		glue:        map[string][]netip.Addr{},
		targets:     map[string]*atomic.Int32{},
		watched:     map[wayOut]*control{},
	}
	c.spread = c.rng.seed[0]
	root := &Delegation{Zone: "."}
	for _, r := range cfg.Roots {
		root.NS = append(root.NS, NameServer{Name: canonical(dns.Fqdn(r.Name)), Glue: r.Addrs})
	}
	c.delegations["."] = root
	return c
}

// Special returns why an address is never asked, or "".
func (c *Client) Special(a netip.Addr) string {
	if c.cfg.AllowPrivate {
		return ""
	}
	for _, p := range c.cfg.Allow {
		if p.Contains(a) {
			return ""
		}
	}
	return Special(a)
}

// Off reports whether the run leaves out the family of a.
func (c *Client) Off(a netip.Addr) bool {
	return a.Is4() && c.cfg.No4 || !a.Is4() && c.cfg.No6
}

// Heard reports whether an address has replied to some question.
func (c *Client) Heard(a netip.Addr) bool { return c.host(a).isAlive() }

// Wait returns when no question is under way any more. Call it once the
// context of the run has ended, or to let slow servers finish.
func (c *Client) Wait() { c.running.Wait() }

// Askable reports whether an address may be asked: it is of no special range,
// and of a family that is switched on. Where this host has no way to a family,
// each question finds that out for itself, at once and without sending
// anything: which of them came first would otherwise decide what is asked.
func (c *Client) Askable(a netip.Addr) bool {
	return c.Special(a) == "" && !c.Off(a)
}

// perRecord is about what a record takes in memory beside its octets, several
// times over: a message of 64 KiB can hold four thousand of them.
const perRecord = 256

// hold lets go of a reply that there is no more memory for.
func (c *Client) hold(o *Observation) {
	m := o.Reply.Msg
	if m == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held += 2*o.Reply.Size + perRecord*(len(m.Answer)+len(m.Ns)+len(m.Extra))
	if c.held > c.cfg.MaxHeld {
		o.Reply, o.Err = Reply{}, &Error{Failure: Limit}
	}
}

// Quickest is the least time that a reply over UDP took, 0 when none came.
func (c *Client) Quickest() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quickest
}

// routed notes whether there was a way to a, and whether a reply came, and how
// soon: over TCP one tells of the way only.
func (c *Client) routed(a netip.Addr, t Transport, r Reply, failure Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t == UDP && (failure == Mismatched || r.Strays > 0) {
		c.strayed[a] = true
	}
	switch failure {
	case NotRecorded:
	case NoRoute:
		c.noRoutes[family(a)]++
	case "":
		if t == UDP {
			c.replies[family(a)]++
			if r.RTT > 0 && (c.quickest == 0 || r.RTT < c.quickest) {
				c.quickest = r.RTT
			}
		}
		c.routes[family(a)]++
	default:
		c.routes[family(a)]++
	}
}

// Forged reports whether replies came in the name of a server to what was never
// asked of it, and in that of a root server too, whether one that fits came beside
// them or not: root servers do not mix that up, so that somebody guesses at what
// this host asks.
func (c *Client) Forged(server netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.strayed[server] && slices.ContainsFunc(c.cfg.Roots, func(r Root) bool {
		return slices.ContainsFunc(r.Addrs, func(a netip.Addr) bool { return c.strayed[a] })
	})
}

// Network says how each address family fared: "works" when some reply came
// over UDP,
// "none" when this host has no route, "silent" when nothing came back, and ""
// when it was not used.
func (c *Client) Network() (v4, v6 string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	word := func(f int) string {
		switch {
		case c.replies[f] > 0:
			return "works"
		case c.routes[f] > 0:
			return "silent"
		case c.noRoutes[f] > 0:
			return "none"
		}
		return ""
	}
	return word(0), word(1)
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
