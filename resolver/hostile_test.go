package resolver_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/dnssec"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// A hostile world is made to cost as much as it can. What it may cost is
// fixed: queries, and time as the world has it.
type hostile struct {
	name    string
	text    string             // of a scenario, or
	answers answering          // what one server answers in the place of all
	target  string             // the identifier; host.example.com by default
	lookup  int                // queries of one lookup of its challenge, at most
	survey  int                // queries of the whole survey, at most
	within  time.Duration      // both end by then
	verdict dnssec.Status      // of the lookup; "" when it has none
	problem []resolver.Problem // of the lookup, one of them; nil when it has none
}

const hostServers = `
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 203.0.113.1
`

var hostiles = []hostile{
	{
		// CVE-2023-50387: every signature can be tried with every key.
		name: "KeyTrap",
		text: hostServers + `-- zone example.com @ ns1.example.com ns2.example.com --
_acme-challenge.host TXT "x"
-- sign --
example.com
-- tamper --
extra-keys example.com 40
extra-sigs _acme-challenge.host.example.com/TXT 40
`,
		lookup: 15, survey: 40, within: 10 * time.Second, verdict: dnssec.Bogus,
	},
	{
		// The same with the key set itself, and its DS records.
		name: "KeyTrap of the key set",
		text: hostServers + `-- zone example.com @ ns1.example.com ns2.example.com --
_acme-challenge.host TXT "x"
-- sign --
example.com
-- tamper --
extra-keys example.com 40 ksk
extra-sigs example.com/DNSKEY 40
extra-ds example.com 12
`,
		lookup: 15, survey: 40, within: 10 * time.Second, verdict: dnssec.Bogus,
	},
	{
		// CVE-2023-50868: each step of a proof costs thousands of hashes.
		name: "NSEC3 with many iterations",
		text: hostServers + `-- zone example.com @ ns1.example.com ns2.example.com --
@ A 192.0.2.80
-- sign --
example.com nsec3 iterations=2500 salt=aabbccdd
`,
		target: "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.example.com",
		lookup: 10, survey: 80, within: 10 * time.Second, verdict: dnssec.Insecure,
	},
	{
		// The same within what is accepted, and as deep as names go.
		name: "NSEC3 closest encloser far away",
		text: hostServers + `-- zone example.com @ ns1.example.com ns2.example.com --
@ A 192.0.2.80
-- sign --
example.com nsec3 iterations=150 salt=aabbccdd
`,
		target: strings.Repeat("a.", 60) + "example.com",
		lookup: 10, survey: 200, within: 10 * time.Second, verdict: dnssec.Secure,
	},
	{
		name:   "a thousand records",
		text:   hostServers + "-- zone example.com @ ns1.example.com ns2.example.com --\n" + numbered(1000, "_acme-challenge.host TXT \"value-%d\"\n"),
		lookup: 10, survey: 30, within: 10 * time.Second,
	},
	{
		// NXNSAttack: names that lead nowhere.
		name: "NXNS",
		text: "\n-- servers --\nns1.example.com 192.0.2.1\nns1.example.net 192.0.2.129\n" +
			"-- zone example.com @ ns1.example.com --\n@ A 192.0.2.80\n-- zone example.net @ ns1.example.net --\n@ A 192.0.2.80\n" +
			"-- delegation example.com --\n" + numbered(20, "@ NS n%d.example.net.\n"),
		lookup: 45, survey: 60, within: 10 * time.Second, problem: []resolver.Problem{resolver.ProblemFailed},
	},
	{
		// Every name server is named in a zone with twenty more like it.
		name: "NXNS that fans out", answers: fansOut,
		lookup: 200, survey: 200, within: 60 * time.Second,
		problem: []resolver.Problem{resolver.ProblemLimit, resolver.ProblemFailed},
	},
	{
		name: "referrals without end", answers: refersOn,
		target: strings.Repeat("a.", 100) + "example.com",
		lookup: 40, survey: 1600, within: 60 * time.Second, problem: []resolver.Problem{resolver.ProblemLimit},
	},
	{
		name: "aliases without end", answers: aliasesOn,
		lookup: 20, survey: 60, within: 60 * time.Second, problem: []resolver.Problem{resolver.ProblemRestarts},
	},
	{
		name: "aliases across zones that need servers of others", answers: aliasesFanOut,
		lookup: 200, survey: 800, within: 60 * time.Second,
		problem: []resolver.Problem{resolver.ProblemLimit, resolver.ProblemFailed, resolver.ProblemRestarts},
	},
	{
		name:   "a DNAME that makes names longer",
		text:   hostServers + "-- zone example.com @ ns1.example.com ns2.example.com --\n@ DNAME a-label.example.com.\n",
		lookup: 35, survey: 140, within: 10 * time.Second, problem: []resolver.Problem{resolver.ProblemNone},
	},
	{
		// TsuNAME: zones that need each other's servers.
		name: "cyclic servers",
		text: "\n-- servers --\nns1.example.net 192.0.2.1\nns1.example.com 192.0.2.129\n" +
			"-- zone example.com @ ns1.example.net --\n@ A 192.0.2.80\n-- zone example.net @ ns1.example.com --\n@ A 192.0.2.80\n" +
			"-- delegation example.com --\n" + numbered(12, "@ NS ns%d.example.net.\n") +
			"-- delegation example.net --\n" + numbered(12, "@ NS ns%d.example.com.\n"),
		lookup: 15, survey: 20, within: 10 * time.Second, problem: []resolver.Problem{resolver.ProblemCyclic, resolver.ProblemFailed},
	},
}

// numbered are n lines with their number in each.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}

// An answering world is one server that has every address.
type answering func(resolver.Query, *dns.Msg)

func (f answering) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	select {
	case <-time.After(10 * time.Millisecond):
	case <-ctx.Done():
		return resolver.Reply{}, resolver.Ended(ctx)
	}
	m := new(dns.Msg)
	m.SetReply(q.Msg)
	f(q, m)
	return resolver.Reply{Msg: m, Size: m.Len(), RTT: 10 * time.Millisecond}, nil
}

// refer makes a message a referral to a zone.
func refer(m *dns.Msg, zone string, servers ...string) {
	for _, s := range servers {
		m.Ns = append(m.Ns, &dns.NS{Hdr: dns.RR_Header{Name: zone, Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: 60}, Ns: s})
	}
}

// fansOut refers every name to a zone of its own, the last two labels, with
// twenty servers in as many zones that nobody has met.
func fansOut(_ resolver.Query, m *dns.Msg) {
	labels := dns.SplitDomainName(strings.ToLower(m.Question[0].Name))
	if len(labels) < 2 {
		return
	}
	zone := strings.Join(labels[len(labels)-2:], ".") + "."
	var servers []string
	for i := range 20 {
		servers = append(servers, fmt.Sprintf("ns.%s-%d.net.", labels[len(labels)-2], i))
	}
	refer(m, zone, servers...)
}

// refersOn refers every name one label further down, to a server with glue.
// How far down a query has come shows in the address that it came to.
func refersOn(q resolver.Query, m *dns.Msg) {
	depth := 0
	if a := q.Server.Addr().As4(); a[0] == 8 {
		depth = int(a[3])
	}
	labels := dns.SplitDomainName(strings.ToLower(m.Question[0].Name))
	if depth >= len(labels) {
		return
	}
	zone := strings.Join(labels[len(labels)-1-depth:], ".") + "."
	refer(m, zone, "ns."+zone)
	m.Extra = append(m.Extra, &dns.A{
		Hdr: dns.RR_Header{Name: "ns." + zone, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60},
		A:   []byte{8, 8, 8, byte(depth + 1)},
	})
}

// aliasesOn makes every name an alias of a new one.
func aliasesOn(_ resolver.Query, m *dns.Msg) {
	q := m.Question[0]
	m.Authoritative = true
	m.Answer = append(m.Answer, &dns.CNAME{
		Hdr:    dns.RR_Header{Name: q.Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60},
		Target: fmt.Sprintf("a%d.example.com.", number(q.Name)+1),
	})
}

// number is the one in the first label of a name that aliasesOn has made.
func number(name string) (n int) {
	_, _ = fmt.Sscanf(strings.ToLower(name), "a%d.", &n)
	return n
}

// aliasesFanOut does both: names in net are referred, others are aliases into
// net.
func aliasesFanOut(q resolver.Query, m *dns.Msg) {
	name := strings.ToLower(m.Question[0].Name)
	if strings.HasSuffix(name, ".net.") {
		fansOut(q, m)
		return
	}
	m.Authoritative = true
	m.Answer = append(m.Answer, &dns.CNAME{
		Hdr:    dns.RR_Header{Name: m.Question[0].Name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 60},
		Target: fmt.Sprintf("x.alias-%d.net.", len(name)),
	})
}

// world returns the way to a hostile world and what a client needs of it.
func (h hostile) world(t *testing.T) (resolver.Exchanger, resolver.Config, *lab.World) {
	t.Helper()
	if h.answers != nil {
		return h.answers, resolver.Config{
			Roots: []resolver.Root{{Name: "a.root.", Addrs: []netip.Addr{netip.MustParseAddr("198.41.0.4")}}},
		}, nil
	}
	s, err := lab.Parse("hostile", []byte("hostile\n\n-- target --\nexample.com"+h.text))
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	return w, resolver.Config{Roots: w.Roots(), Allow: w.Public()}, w
}

func (h hostile) identifier() string {
	if h.target == "" {
		return "host.example.com"
	}
	return h.target
}

// However a zone is made, looking at it costs its own servers and others' a
// fixed number of queries, and ends.
func TestHostileZones(t *testing.T) {
	for _, h := range hostiles {
		t.Run(h.name+"/lookup", func(t *testing.T) { synctest.Test(t, h.lookUp) })
		t.Run(h.name+"/survey", func(t *testing.T) { synctest.Test(t, h.take) })
	}
}

// lookUp asks one question as the CA's resolver does.
func (h hostile) lookUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), h.within)
	defer cancel()
	x, config, w := h.world(t)
	counter := &resolver.Counter{}
	config.Exchanger, config.Rand = resolver.Observe(x, counter.Add), rand.New(rand.NewPCG(1, 1))
	c := resolver.New(config)
	begun := time.Now()
	name := "_acme-challenge." + h.identifier()
	if h.verdict != "" {
		v := dnssec.New(dnssec.Config{Anchors: w.Anchors(), Now: w.Now, Fetch: c.Fetch})
		if _, got := v.Resolve(ctx, name, dns.TypeTXT); got.Status != h.verdict {
			t.Errorf("%s (%s), want %s", got.Status, got.Text, h.verdict)
		}
	} else if res := c.Lookup(ctx, name, dns.TypeTXT); !oneOf(h.problem, res.Problem) {
		t.Errorf("problem %q (%s), want one of %q", res.Problem, res.Reason, h.problem)
	}
	c.Wait()
	h.spent(t, ctx, counter, begun, h.lookup)
}

// take surveys the identifier.
func (h hostile) take(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), h.within)
	defer cancel()
	x, config, w := h.world(t)
	counter := &resolver.Counter{}
	config.Exchanger, config.Rand = resolver.Observe(x, counter.Add), rand.New(rand.NewPCG(1, 1))
	o := survey.Options{Client: resolver.New(config), Counter: counter, Exchanger: config.Exchanger}
	if w != nil {
		o.Anchors, o.SignedAt = w.Anchors(), w.Now()
	}
	begun := time.Now()
	survey.Take(ctx, survey.Target{Names: []string{h.identifier()}}, o)
	h.spent(t, ctx, counter, begun, h.survey)
}

func (h hostile) spent(t *testing.T, ctx context.Context, counter *resolver.Counter, begun time.Time, most int) {
	t.Helper()
	c := counter.Counts()
	n := c.UDP + c.TCP
	t.Logf("%d queries in %s", n, time.Since(begun))
	if n > most {
		t.Errorf("%d queries, at most %d are allowed", n, most)
	}
	if ctx.Err() != nil {
		t.Errorf("it has not ended after %s", h.within)
	}
}

func oneOf(ps []resolver.Problem, p resolver.Problem) bool {
	if len(ps) == 0 {
		return p == resolver.ProblemNone
	}
	for _, want := range ps {
		if p == want {
			return true
		}
	}
	return false
}
