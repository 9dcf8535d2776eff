package report

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dns01/check"
	"dns01/check/known"
	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/testdata"
)

// fuzzWorlds are worlds whose replies are spoilt: among them they have what
// there is to be spoilt.
var fuzzWorlds = []string{
	"healthy", "dnssec-healthy", "dnssec-healthy-nsec3", "dnssec-healthy-wildcard-cname", "dnssec-healthy-optout", "alias-chain-in-one-zone",
	"cname-acme-dns", "healthy-glueless-servers", "healthy-dname", "caa-test-suite", "resolver-dname-chain", "answer-needs-tcp", "stale-secondary",
	"values-in-one-record", "edns-unsupported", "healthy-registry-below-tld", "healthy-caches", "resolver-case-sensitive",
}

// FuzzWorld plays whole worlds in which servers, and whoever is on the way to
// them, say what the octets want: the engine, validation, the judgement and
// every form of a report have to live with it, within their limits.
//
// The first octet chooses the world, the second how it is looked at; the rest
// are edits of replies, see [edits].
func FuzzWorld(f *testing.F) {
	worlds := spoilable(f)
	for i := range worlds {
		f.Add([]byte{byte(i), byte(i)})
	}
	for op := range ops {
		e := edit{who: byte(op), op: byte(op), a: byte(3 * op), b: byte(5 * op), c: byte(op), octets: []byte("\x00\x05issue\x1b[2J\x03com\x00")}
		f.Add(e.appended([]byte{byte(op), byte(op)}))
	}
	f.Fuzz(func(t *testing.T, data []byte) { survives(t, worlds, data) })
}

var (
	spoiltWorlds = flag.Int("spoilt", 50, "worlds that TestSpoiltWorlds plays")
	spoiltFirst  = flag.Uint64("spoilt-first", 0, "the seed of the first of them")
)

// TestSpoiltWorlds does what FuzzWorld does, with edits that are drawn and not
// found: those that matter come sooner, the same ones in every run. An input
// that fails is to be kept in testdata/fuzz/FuzzWorld.
func TestSpoiltWorlds(t *testing.T) {
	worlds := spoilable(t)
	begun := time.Now()
	for i := range uint64(*spoiltWorlds) {
		seed := *spoiltFirst + i
		data := drawn(rand.New(rand.NewPCG(seed, 4711)))
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { survives(t, worlds, data) }) {
			t.Errorf("seed %d:\ngo test fuzz v1\n[]byte(%q)", seed, data)
		}
	}
	t.Logf("%d worlds, %.0f a second", *spoiltWorlds, float64(*spoiltWorlds)/time.Since(begun).Seconds())
}

// drawn is a world with some edits. One edit alone often ends a look early, and
// most say more when they are about one type.
func drawn(rng *rand.Rand) []byte {
	data := []byte{byte(rng.Uint32()), byte(rng.Uint32())}
	for range 1 + rng.IntN(5) {
		e := edit{who: byte(rng.Uint32()), op: byte(rng.IntN(len(ops))), a: byte(rng.Uint32()), b: byte(rng.Uint32()), c: byte(rng.Uint32())}
		if rng.IntN(2) == 0 {
			e.who &= 7
		}
		data = e.with(drawnOctets(rng)).appended(data)
	}
	return data
}

// drawnOctets are of the kinds that RDATA is made of, or of any.
func drawnOctets(rng *rand.Rand) []byte {
	pieces := []string{
		"\x00\x05issueletsencrypt.org", "\x80\x05issueca.example", "\x00\x09issuewild;", "\x00\x05issue\x1b[2J\u202e", "\x00\x05iodefmailto:a@b", "\x05", "\xff",
		"\x03com\x00", "\x07example\x03com\x00", "\x00", "\xc0\x0c", "\xc0\x00", "\x3f", "LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM",
		"letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1; policy=wildcard; persistUntil=99999999999999",
		"\x00\x10\x0d\x02\x00\x00\x00\x3c\x6a\x00\x00\x00\x60\x00\x00\x00\x30\x39", "\x01\x01\x03\x08", "\x01\x00\x00\x96\x04", "\x00\x0f", "\r\n::error::x",
	}
	var b []byte
	for range rng.IntN(4) {
		if rng.IntN(4) == 0 {
			for range rng.IntN(40) {
				b = append(b, byte(rng.Uint32()))
			}
			continue
		}
		b = append(b, pieces[rng.IntN(len(pieces))]...)
	}
	return b[:min(len(b), 255)]
}

// spoilable are the worlds, read.
func spoilable(t testing.TB) (worlds []*lab.Scenario) {
	t.Helper()
	for _, name := range fuzzWorlds {
		data, err := testdata.Scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := lab.Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		worlds = append(worlds, s)
	}
	return worlds
}

// survives looks at the world that the octets choose, as they choose it, and
// writes every form of the report.
func survives(t *testing.T, worlds []*lab.Scenario, data []byte) {
	t.Helper()
	if len(data) < 2 || len(data) > 2000 {
		return
	}
	r := playSpoilt(t, worlds[int(data[0])%len(worlds)], data[1], editsOf(data[2:]))
	sound(t, r)
	for _, f := range forms {
		if f.reports == nil {
			continue
		}
		var b bytes.Buffer
		if err := f.reports(&b, []Report{r}); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
		if err := f.harmless(b.String()); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
	}
}

// sound holds a report to what every one has to be: its verdict is explained,
// and it can be read again as what it is.
func sound(t *testing.T, r Report) {
	t.Helper()
	if err := r.Result.Check(); err != nil {
		t.Errorf("%v\n%+v", err, r.Result)
	}
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	d, err := ReadDocument("fuzz", &b)
	if err != nil {
		t.Fatal(err)
	}
	if ds := Differences(d, DocumentOf("fuzz", r)); len(ds) > 0 {
		t.Errorf("read again it differs: %v", ds)
	}
	for _, f := range r.Result.Findings {
		for _, x := range f.Evidence {
			if s := Dig(x); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("a command to copy: %q", s)
			}
		}
	}
}

// The limits of a look at a spoilt world.
const (
	fuzzDeadline = 30 * time.Second
	fuzzQueries  = 1500
)

// playSpoilt looks at a world and judges it. Time is virtual.
func playSpoilt(t *testing.T, s *lab.Scenario, how byte, edits []edit) (r Report) {
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	ca, _ := known.Find("letsencrypt")
	order := check.Order{CA: ca, Challenge: []string{"dns-01", "dns-01", "dns-01", "dns-persist-01"}[how>>4&3], Account: "https://acme-v02.api.letsencrypt.org/acme/acct/1"}
	if how&1 == 0 {
		order.Values = map[string][]string{"": {"LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM"}}
	}
	names := [][]string{{"example.com"}, {"example.com", "*.example.com"}, {"www.example.com", "a.b.example.com"}, {"*.example.com"}}[how>>1&3]
	probes := []survey.Probing{survey.ProbesDefault, survey.ProbesNone}[how>>3&1]
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if fault := recover(); fault != nil {
				d := defect.Of(fault)
				t.Fatalf("%v\n%s", d, strings.Join(d.Lines(), "\n"))
			}
		}()
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), fuzzDeadline)
		defer cancel()
		counter := &resolver.Counter{}
		x := resolver.Pace(resolver.Observe(guard{t, w, spoilt{w, edits}}, counter.Add), resolver.DefaultPacing)
		r.Survey = survey.Take(ctx, survey.Target{Names: names, Seek: order.Values, Challenge: order.Challenge, Account: order.Account}, survey.Options{
			Client: resolver.New(resolver.Config{
				Exchanger: x, Roots: w.Roots(), Allow: w.Public(), Timeout: time.Second,
				MaxQueries: fuzzQueries, MaxPerServer: fuzzQueries / 2, Rand: rand.New(rand.NewPCG(1, uint64(how))),
			}),
			Resolvers: cachesOf(w),
			Counter:   counter, Exchanger: x, Anchors: w.Anchors(), SignedAt: w.Now(), Probes: probes, Now: w.Now,
		})
		if took := time.Since(begun); took > fuzzDeadline+time.Second {
			t.Errorf("it took %v", took)
		}
		if n := counter.Counts(); n.UDP+n.TCP > fuzzQueries {
			t.Errorf("%d queries", n.UDP+n.TCP)
		}
		order.Now = w.Now()
		r.Order, r.Result = order, check.Judge(r.Survey, order)
		time.Sleep(time.Minute) // for timers that nobody waits for any more
	})
	return r
}

// guard watches whom a look asks.
type guard struct {
	t *testing.T
	w *lab.World
	resolver.Exchanger
}

func (g guard) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	g.watch(q)
	return g.Exchanger.Exchange(ctx, q)
}

func (g guard) watch(q resolver.Query) {
	allowed := resolver.Special(q.Server.Addr()) == ""
	for _, p := range g.w.Public() {
		allowed = allowed || p.Contains(q.Server.Addr())
	}
	if !allowed {
		g.t.Errorf("%s is asked", q.Server)
	}
}

// Converse implements [resolver.Converser].
func (g guard) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	for _, q := range qs {
		g.watch(q)
	}
	return resolver.Conversed(ctx, g.Exchanger, qs)
}

// Overhear implements [resolver.Listener].
func (g guard) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	g.watch(q)
	return resolver.Overheard(ctx, g.Exchanger, q)
}

// cachesOf are the resolvers of a world.
func cachesOf(w *lab.World) (rs []survey.Resolver) {
	for _, c := range w.Caches() {
		rs = append(rs, survey.Resolver{Name: c.Name, Addr: netip.AddrPortFrom(c.Addr, 53), Local: c.Local})
	}
	return rs
}

// spoilt is a world with edits of its replies.
type spoilt struct {
	w     *lab.World
	edits []edit
}

func (s spoilt) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	r, err := s.w.Exchange(ctx, q)
	if err != nil || len(q.Msg.Question) != 1 {
		return r, err
	}
	return spoil(q, r, s.edits)
}

// Converse implements [resolver.Converser].
func (s spoilt) Converse(ctx context.Context, qs []resolver.Query) ([]resolver.Reply, error) {
	rs, err := resolver.Conversed(ctx, s.w, qs)
	for i, r := range rs {
		var wrong error
		if rs[i], wrong = spoil(qs[i], r, s.edits); wrong != nil {
			return rs[:i], wrong
		}
	}
	return rs, err
}

// Overhear implements [resolver.Listener].
func (s spoilt) Overhear(ctx context.Context, q resolver.Query) (netip.AddrPort, resolver.Reply, error) {
	from, r, err := resolver.Overheard(ctx, s.w, q)
	if err != nil {
		return from, r, err
	}
	r, err = spoil(q, r, s.edits)
	return from, r, err
}

// Every kind of edit must be of use: it has to change what some look sees.
func TestEditsSpoilReplies(t *testing.T) {
	data, err := testdata.Scenario("dnssec-healthy")
	if err != nil {
		t.Fatal(err)
	}
	s, err := lab.Parse("dnssec-healthy", data)
	if err != nil {
		t.Fatal(err)
	}
	healthy := verdictText(playSpoilt(t, s, 0, nil))
	for op, o := range ops {
		var did atomic.Bool
		for a := range byte(32) {
			e := edit{op: byte(op), a: a, b: 5*a + 1, c: 3, octets: []byte("\x04evil\x07example\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d")}
			if verdictText(playSpoilt(t, s, 0, []edit{e})) != healthy {
				did.Store(true)
				break
			}
		}
		if !did.Load() {
			t.Errorf("%s changes nothing", o.name)
		}
	}
}

func verdictText(r Report) string {
	var b strings.Builder
	b.WriteString(string(r.Result.Verdict))
	for _, f := range r.Result.Findings {
		b.WriteString(" " + f.Rule.ID)
	}
	return b.String()
}
