package recording

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A Player answers from one look of a recording. It is safe for concurrent use.
type Player struct {
	turns *turns

	mu      sync.Mutex
	queues  map[string][]*Exchange // by key: what came to the first such query, the second …
	anyone  map[string]*Exchange   // what came to a question that one server of several was asked
	servers map[string]bool        // whom the recording has asked
	sounded map[string]*Exchange   // a question for a SOA that met silence, of servers that never spoke
	asked   map[dns.Question][]netip.Addr
	missing []string

	routed  [2]bool
	noRoute [2]*Exchange // of IPv4 and IPv6: one that found no way, where none found any
}

// NewPlayer returns one for a look.
func NewPlayer(l *Look) *Player {
	p := &Player{turns: newTurns(l), queues: map[string][]*Exchange{}, anyone: map[string]*Exchange{}, servers: map[string]bool{}, sounded: map[string]*Exchange{}, asked: map[dns.Question][]netip.Addr{}}
	for i := range l.Exchanges {
		x := &l.Exchanges[i]
		m := new(dns.Msg)
		if m.Unpack(x.Query) != nil {
			continue // the reader refuses those
		}
		to := whom(x.Server, x.Resolver, x.Way)
		p.queues[to+content(m)] = append(p.queues[to+content(m)], x)
		p.servers[to] = true
		p.sound(to, x, m)
		p.note(x, m)
		p.route(x)
		if k := string(x.Way) + content(m); p.anyone[k] == nil && x.ofOne(m) {
			p.anyone[k] = x
		}
	}
	return p
}

// sound keeps whether a server never spoke. Of the questions that met its
// silence at once, the one that sounds it out, by a SOA, is whichever came first.
func (p *Player) sound(to string, x *Exchange, m *dns.Msg) {
	before, known := p.sounded[to]
	switch {
	case x.Failure != resolver.Timeout:
		p.sounded[to] = nil
	case known && before == nil: // it has spoken
	case len(m.Question) == 1 && m.Question[0].Qtype == dns.TypeSOA:
		p.sounded[to] = x
	}
}

// route keeps which address families the host had no way to. How many questions
// it takes to notice is left to chance.
func (p *Player) route(x *Exchange) {
	if x.Resolver != "" {
		return
	}
	f := family(x.Server.Addr())
	switch {
	case p.routed[f]:
	case x.Failure == resolver.NoRoute:
		p.noRoute[f] = x
	default:
		p.routed[f], p.noRoute[f] = true, nil
	}
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}

// note keeps whom a question was put to.
func (p *Player) note(x *Exchange, m *dns.Msg) {
	if len(m.Question) != 1 || x.Resolver != "" {
		return
	}
	q := plainly(m.Question[0].Name, m.Question[0].Qtype)
	if a := x.Server.Addr(); !slices.Contains(p.asked[q], a) {
		p.asked[q] = append(p.asked[q], a)
	}
}

func plainly(name string, qtype uint16) dns.Question {
	return dns.Question{Name: strings.ToLower(dns.Fqdn(name)), Qtype: qtype, Qclass: dns.ClassINET}
}

// Recall returns the servers that a question was put to, in the order in which
// they stand: see resolver.Config.
func (p *Player) Recall(name string, qtype uint16) []netip.Addr { return p.asked[plainly(name, qtype)] }

// RecallOne is Recall where exchanges stand in no order of time, as those of a
// lab: it tells of one server, or of none.
func (p *Player) RecallOne(name string, qtype uint16) []netip.Addr {
	if all := p.Recall(name, qtype); len(all) == 1 {
		return all
	}
	return nil
}

// whom and content make the key: the same question, put in the same way to the
// same server. IDs, letter case and cookies are different each time.
func whom(server netip.AddrPort, url string, w Way) string {
	return fmt.Sprintf("%s %s %s\n", server, url, w)
}

// madeUp is a label made up for the run, which depends on where it is asked for.
var madeUp = regexp.MustCompile("^" + resolver.ProbePrefix + `[a-z2-7]{10}\.`)

func content(m *dns.Msg) string {
	m = m.Copy()
	m.Id = 0
	for i := range m.Question {
		m.Question[i].Name = madeUp.ReplaceAllString(strings.ToLower(m.Question[i].Name), resolver.ProbePrefix+"any.")
	}
	if opt := m.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if c, ok := o.(*dns.EDNS0_COOKIE); ok {
				c.Cookie = ""
			}
		}
	}
	wire, err := m.Pack()
	if err != nil {
		return m.String()
	}
	return string(wire)
}

// ofOne reports whether a question is one that a run puts to one server of a
// zone, whichever spoke first: for names made up for the run, for addresses, for
// keys and DS records, and on the way down. Those that tell one server from
// another, for TXT, CAA, SOA and NS in the zone itself, are not.
func (x *Exchange) ofOne(m *dns.Msg) bool {
	if len(m.Question) != 1 || x.Reply == nil {
		return false
	}
	switch m.Question[0].Qtype {
	case dns.TypeA, dns.TypeAAAA, dns.TypeDS, dns.TypeDNSKEY:
		return true
	}
	return strings.HasPrefix(strings.ToLower(m.Question[0].Name), resolver.ProbePrefix) || referral(x.Reply)
}

// referral reports whether a reply leads to the zone below.
func referral(wire []byte) bool {
	m, err := resolver.Unpack(wire)
	if err != nil || m.Authoritative || m.Rcode != dns.RcodeSuccess || len(m.Answer) > 0 {
		return false
	}
	return slices.ContainsFunc(m.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS })
}

// Missing returns the questions that the recording lacked, as "SERVER WAY NAME
// TYPE", each once, sorted.
func (p *Player) Missing() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(slices.Values(p.missing))
}

// Exchanger returns the way to what was asked of a resolver that goes by a
// URL; "" for the servers that queries name. It is a resolver.Listener and a
// resolver.Converser too.
func (p *Player) Exchanger(url string) resolver.Exchanger { return &playback{p, url} }

// A playback is a way into a player.
type playback struct {
	p   *Player
	url string
}

// Exchange implements [resolver.Exchanger].
func (b *playback) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	_, r, err := b.play(ctx, q, Way(q.Transport))
	return r, err
}

// Overhear implements [resolver.Listener].
func (b *playback) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	return b.play(ctx, q, Overheard)
}

// Converse implements [resolver.Converser].
func (b *playback) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	var rs []resolver.Reply
	for i, q := range qs {
		_, r, err := b.play(ctx, q, following(i))
		if err != nil {
			return rs, err
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// play lets a query come to what it came to then.
func (b *playback) play(ctx context.Context, q resolver.Query, w Way) (from netip.AddrPort, r resolver.Reply, err error) {
	x := b.next(q, w)
	if x == nil {
		return from, r, &resolver.Error{Failure: resolver.NotRecorded}
	}
	outer := ctx
	hurried := x.hurried()
	if !hurried {
		q.Hurry = nil // it was waited for to the end
	}
	ctx, cancel := q.Context(ctx)
	defer cancel()
	if x.Failure == resolver.Canceled {
		<-ctx.Done()
		if outer.Err() == nil { // what would have come is not known
			return from, r, &resolver.Error{Failure: resolver.NotRecorded}
		}
		return from, r, resolver.Ended(ctx)
	}
	lasting := ctx
	if x.silent() && q.Timeout >= x.Timeout {
		lasting = outer // it lasts as long as it did, to the moment
	}
	if !pass(lasting, x.Took) && (x.Failure == "" || outer.Err() != nil) {
		return from, r, resolver.Ended(ctx)
	}
	b.p.turns.wait(outer, x)
	switch {
	case hurried:
		return from, r, &resolver.Error{Failure: x.Failure, Took: x.Took, Err: resolver.ErrHurried}
	case x.Failure != "":
		return from, r, &resolver.Error{Failure: x.Failure, Took: x.Took}
	}
	r, err = x.reply(q.Msg)
	return x.From, r, err
}

// silent reports whether no reply came in time.
func (x *Exchange) silent() bool {
	return x.Failure == resolver.Timeout || x.Failure == resolver.Mismatched
}

// hurried reports whether the wait for a reply was cut short.
func (x *Exchange) hurried() bool { return x.silent() && x.Timeout > 0 && x.Took < x.Timeout }

// pass lets time pass, and reports whether the context lasted.
func pass(ctx context.Context, d time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// next takes what came to a query, nil when nothing was recorded.
func (b *playback) next(q resolver.Query, w Way) *Exchange {
	server := q.Server
	if b.url != "" {
		server = netip.AddrPort{}
	}
	asked := content(q.Msg)
	p := b.p
	p.mu.Lock()
	defer p.mu.Unlock()
	to := whom(server, b.url, w)
	if x := pop(p.queues, to+asked); x != nil {
		return x
	}
	if x := p.sounded[to]; x != nil && len(q.Msg.Question) == 1 && q.Msg.Question[0].Qtype == dns.TypeSOA {
		return x
	}
	if x := p.anyone[string(w)+asked]; x != nil && p.servers[to] && p.sounded[to] == nil {
		return x
	}
	if x := p.noRoute[family(server.Addr())]; x != nil && b.url == "" {
		return x
	}
	p.miss(server, b.url, w, q.Msg)
	return nil
}

func pop(queues map[string][]*Exchange, key string) *Exchange {
	q := queues[key]
	if len(q) == 0 {
		return nil
	}
	queues[key] = q[1:]
	return q[0]
}

// miss notes a question that the recording lacks.
func (p *Player) miss(server netip.AddrPort, url string, w Way, m *dns.Msg) {
	who := url
	if who == "" {
		who = server.Addr().String()
	}
	what := "no question"
	if len(m.Question) == 1 {
		what = strings.ToLower(m.Question[0].Name) + " " + dns.Type(m.Question[0].Qtype).String()
	}
	s := fmt.Sprintf("%s %s %s", who, w, what)
	if !slices.Contains(p.missing, s) {
		p.missing = append(p.missing, s)
	}
}

// reply is the recorded one, to the question in the letter case in which it is
// put now.
func (x *Exchange) reply(asked *dns.Msg) (resolver.Reply, error) {
	wire := slices.Clone(x.Reply)
	now := packed(asked)
	then := question(x.Query)
	if then != nil && bytes.Equal(question(wire), then) {
		copy(wire[12:], question(now))
	}
	if from, to := probeLabel(then), probeLabel(question(now)); from != nil && to != nil {
		wire = bytes.ReplaceAll(wire, from, to)
	}
	r := resolver.Reply{Size: len(wire), Wire: wire, RTT: x.Took, Strays: x.Strays}
	m, err := resolver.Unpack(wire)
	if err != nil {
		return resolver.Reply{}, &resolver.Error{Failure: resolver.Malformed, Err: err, Took: x.Took}
	}
	r.Msg = m
	return r, nil
}

// probeLabel is the label that was made up for the run, with its length before
// it, of a name as it stands in a message; nil when there is none.
func probeLabel(name []byte) []byte {
	if n := len(resolver.ProbePrefix) + 10; len(name) > n+1 && int(name[0]) == n && strings.EqualFold(string(name[1:1+len(resolver.ProbePrefix)]), resolver.ProbePrefix) {
		return name[:1+n]
	}
	return nil
}

// question is the name of the question of a message as its octets stand there;
// nil when there is none.
func question(wire []byte) []byte {
	if len(wire) < 12 || wire[4] == 0 && wire[5] == 0 {
		return nil
	}
	for i := 12; i < len(wire) && wire[i] < 64; i += 1 + int(wire[i]) {
		if wire[i] == 0 {
			return wire[12 : i+1]
		}
	}
	return nil
}

var (
	_ resolver.Exchanger = (*playback)(nil)
	_ resolver.Listener  = (*playback)(nil)
	_ resolver.Converser = (*playback)(nil)
)
