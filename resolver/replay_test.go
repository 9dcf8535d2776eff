package resolver_test

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/dnssec"
)

// Unbound's replay tests describe worlds, packet by packet, and what its
// resolver answers there. With DNS01_RPL_DIR naming a folder of them, this
// test resolves their questions in our own way and prints where we differ.
// A development aid: the classes they describe stand as scenarios in
// testdata/scenarios.
func TestReplay(t *testing.T) {
	dir := os.Getenv("DNS01_RPL_DIR")
	if dir == "" {
		t.Skip("DNS01_RPL_DIR does not name a folder of Unbound's replay tests")
	}
	files, err := filepath.Glob(filepath.Join(dir, cmp.Or(os.Getenv("DNS01_RPL"), "*.rpl")))
	if err != nil || len(files) == 0 {
		t.Fatalf("no replay tests in %s: %v", dir, err)
	}
	agree, total, skipped := 0, 0, 0
	for _, file := range files {
		r, err := parseReplay(file)
		if err != nil {
			skipped++
			t.Logf("skip  %s: %v", filepath.Base(file), err)
			continue
		}
		var diffs []string
		synctest.Test(t, func(t *testing.T) { diffs = r.run(t) })
		for i, diff := range diffs {
			total++
			if diff == "" {
				agree++
				continue
			}
			t.Logf("DIFFER %s step %d: %s", filepath.Base(file), r.queries[i].step, diff)
		}
	}
	t.Logf("%d of %d questions agree, %d files skipped", agree, total, skipped)
}

// A replay is one test file: packets by server and step, and questions.
type replay struct {
	ranges  []replayRange
	roots   []netip.Addr
	anchors []dns.RR
	now     time.Time
	queries []replayQuery
}

type replayRange struct {
	from, to int
	addrs    []netip.Addr
	entries  []*replayEntry
}

type replayEntry struct {
	match, adjust []string
	msg           *dns.Msg
	ede           string
}

type replayQuery struct {
	step int
	q    dns.Question
	want *replayEntry
}

func (r *replay) find(addr netip.Addr, step int, q dns.Question, tcp bool) *replayEntry {
	for _, rg := range r.ranges {
		if step < rg.from || step > rg.to || len(rg.addrs) > 0 && !slices.Contains(rg.addrs, addr) {
			continue
		}
		for _, e := range rg.entries {
			if e.matches(q, tcp) {
				return e
			}
		}
	}
	return nil
}

func (e *replayEntry) matches(q dns.Question, tcp bool) bool {
	if len(e.msg.Question) == 0 {
		return false
	}
	eq := e.msg.Question[0]
	for _, m := range e.match {
		switch strings.ToLower(m) {
		case "qname":
			if !strings.EqualFold(eq.Name, q.Name) {
				return false
			}
		case "qtype":
			if eq.Qtype != q.Qtype {
				return false
			}
		case "subdomain":
			if !dns.IsSubDomain(eq.Name, q.Name) {
				return false
			}
		case "tcp":
			if !tcp {
				return false
			}
		case "udp":
			if tcp {
				return false
			}
		case "question":
			if !strings.EqualFold(eq.Name, q.Name) || eq.Qtype != q.Qtype {
				return false
			}
		}
	}
	return true
}

// Exchange answers from the packets; no packet is silence.
type replayWorld struct {
	r    *replay
	step int
}

func (w *replayWorld) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	question := q.Msg.Question[0]
	e := w.r.find(q.Server.Addr(), w.step, question, q.Transport == resolver.TCP)
	if os.Getenv("DNS01_RPL_V") != "" {
		fmt.Fprintf(os.Stderr, "  %v %s %s found=%v\n", q.Server.Addr(), strings.ToLower(question.Name), dns.Type(question.Qtype), e != nil)
	}
	if e == nil {
		<-ctx.Done()
		return resolver.Reply{}, resolver.Ended(ctx)
	}
	time.Sleep(time.Millisecond)
	m := e.msg.Copy()
	m.Question = []dns.Question{question}
	if slices.Contains(e.adjust, "copy_query") {
		m.Question = []dns.Question{question}
	}
	if strings.EqualFold(question.Name, e.msg.Question[0].Name) == false {
		for _, sec := range [][]dns.RR{m.Answer} {
			for _, rr := range sec {
				if rr.Header().Name == e.msg.Question[0].Name && slices.Contains(e.adjust, "copy_query") {
					rr.Header().Name = question.Name
				}
			}
		}
	}
	return resolver.Reply{Msg: m, Size: m.Len()}, nil
}

// run asks the questions of a file, in turn, of one client: the tests expect
// a cache.
func (r *replay) run(t *testing.T) []string {
	w := &replayWorld{r: r}
	c := resolver.New(resolver.Config{
		Exchanger: w, Roots: []resolver.Root{{Name: "root.test", Addrs: r.roots}}, AllowPrivate: true,
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var diffs []string
	for _, q := range r.queries {
		w.step = q.step
		diffs = append(diffs, q.compare(resolveReplay(ctx, c, r, q)))
	}
	cancel()
	c.Wait()
	return diffs
}

// compare says how a result differs from what the test expects.
func (q replayQuery) compare(res replayResult) string {
	want := q.want.msg
	if res.rcode != want.Rcode {
		return fmt.Sprintf("%s %s: rcode %s, want %s (%s)", q.q.Name, dns.Type(q.q.Qtype), dns.RcodeToString[res.rcode], dns.RcodeToString[want.Rcode], res.why)
	}
	if slices.Contains(q.want.match, "answer") || slices.Contains(q.want.match, "all") {
		got, exp := lines(res.answer), lines(want.Answer)
		if want.Rcode == dns.RcodeSuccess && !slices.Equal(got, exp) {
			return fmt.Sprintf("answers %q, want %q", got, exp)
		}
	}
	if slices.Contains(q.want.match, "all") && res.validated && want.AuthenticatedData != res.ad {
		return fmt.Sprintf("AD %v, want %v (%s)", res.ad, want.AuthenticatedData, res.why)
	}
	if q.want.ede != "" && q.want.ede != "any" && res.ede != q.want.ede {
		return fmt.Sprintf("EDE %q, want %q (%s)", res.ede, q.want.ede, res.why)
	}
	return ""
}

type replayResult struct {
	rcode         int
	answer        []dns.RR
	ad, validated bool
	ede           string
	why           string
}

func lines(rrs []dns.RR) []string {
	var out []string
	for _, rr := range rrs {
		if rr.Header().Rrtype == dns.TypeRRSIG {
			continue
		}
		c := dns.Copy(rr)
		c.Header().Ttl = 0
		out = append(out, strings.ToLower(c.String()))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// parseReplay reads one file; an error says why it is left out.
func parseReplay(file string) (*replay, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &replay{}
	conf, rest, ok := strings.Cut(string(data), "CONFIG_END")
	if !ok {
		return nil, fmt.Errorf("no configuration")
	}
	if err := r.config(conf); err != nil {
		return nil, err
	}
	p := &replayParser{s: bufio.NewScanner(strings.NewReader(rest)), r: r}
	p.s.Buffer(nil, 1<<20)
	return r, p.parse()
}

func (r *replay) config(conf string) error {
	inRoot := false
	for line := range strings.Lines(conf) {
		line, _, _ = strings.Cut(line, "#")
		if strings.HasPrefix(strings.TrimSpace(line), ";") {
			continue
		}
		key, val, _ := strings.Cut(strings.TrimSpace(line), ":")
		val = strings.Trim(strings.TrimSpace(val), `"`)
		switch key {
		case "stub-zone", "forward-zone", "auth-zone", "rpz", "view":
			inRoot = false
			if key != "stub-zone" {
				return fmt.Errorf("has a %s", key)
			}
		case "name":
			inRoot = val == "."
			if !inRoot {
				return fmt.Errorf("has a stub for %q", val)
			}
		case "stub-addr":
			if a, err := netip.ParseAddr(val); err == nil {
				r.roots = append(r.roots, a)
			}
		case "qname-minimisation":
			if val == "yes" {
				return fmt.Errorf("uses QNAME minimisation")
			}
		case "fake-dsa":
			if val == "yes" && os.Getenv("DNS01_RPL_FAKE") == "" {
				return fmt.Errorf("needs %s", key)
			}
		case "trust-anchor":
			rr, err := dns.NewRR(val)
			if err != nil {
				return err
			}
			switch rr := rr.(type) {
			case *dns.DS:
				if rr.Algorithm == dns.DSA {
					return fmt.Errorf("is signed with DSA")
				}
			case *dns.DNSKEY:
				if rr.Algorithm == dns.DSA {
					return fmt.Errorf("is signed with DSA")
				}
			}
			r.anchors = append(r.anchors, rr)
		case "val-override-date":
			if at, err := time.Parse("20060102150405", val); err == nil {
				r.now = at
			} else if n, err := strconv.ParseInt(val, 10, 64); err == nil {
				r.now = time.Unix(n, 0)
			}
		case "local-zone", "local-data", "private-address", "serve-expired", "dns64-prefix", "module-config", "domain-insecure", "trust-anchor-file", "auto-trust-anchor-file", "harden-below-nxdomain", "nat64-prefix", "do-nat64", "private-domain", "cache-max-ttl", "do-ip6", "do-ip4", "max-global-quota", "do-not-query-localhost", "harden-algo-downgrade", "do-not-query-address", "iter-scrub-ns", "response-ip", "harden-unverified-glue", "val-permissive-mode", "ignore-cd-flag":
			switch {
			case key == "harden-below-nxdomain", key == "local-zone" && strings.HasPrefix(val, "test."), key == "harden-algo-downgrade" && val == "no":
				continue
			}
			return fmt.Errorf("needs %s: %s", key, val)
		}
	}
	if len(r.roots) == 0 {
		return fmt.Errorf("names no root")
	}
	return nil
}

type replayParser struct {
	s *bufio.Scanner
	r *replay
}

func (p *replayParser) parse() error {
	var rg *replayRange
	var pending *replayQuery
	step := 0
	for p.s.Scan() {
		f := strings.Fields(strings.SplitN(p.s.Text(), ";", 2)[0])
		if len(f) == 0 {
			continue
		}
		switch f[0] {
		case "RANGE_BEGIN":
			rg = &replayRange{}
			rg.from, _ = strconv.Atoi(f[1])
			rg.to, _ = strconv.Atoi(f[2])
		case "ADDRESS":
			a, err := netip.ParseAddr(f[1])
			if err != nil {
				return err
			}
			if rg != nil {
				rg.addrs = append(rg.addrs, a)
			}
		case "RANGE_END":
			if rg != nil {
				p.r.ranges = append(p.r.ranges, *rg)
			}
			rg = nil
		case "STEP":
			step, _ = strconv.Atoi(f[1])
			switch f[2] {
			case "QUERY":
				pending = &replayQuery{step: step}
			case "CHECK_ANSWER":
			case "REPLY", "CHECK_OUT_QUERY", "TIME_PASSES", "TIMEOUT", "NOTHING", "ASSIGN", "CHECK_AUTOTRUST", "FLUSH_MESSAGE", "INFRA_RTT", "CHECK_TEMPFILE", "TRAFFIC", "ERROR", "EXPIRE_MESSAGE", "CHECK_TCP":
				return fmt.Errorf("has a step %s", f[2])
			}
			if f[2] == "QUERY" && len(p.r.queries) > 0 && p.r.queries[len(p.r.queries)-1].want == nil {
				return fmt.Errorf("has overlapping questions")
			}
		case "ENTRY_BEGIN":
			e, err := p.entry()
			if err != nil {
				return err
			}
			switch {
			case rg != nil:
				rg.entries = append(rg.entries, e)
			case pending != nil && pending.want == nil && pending.q.Name == "":
				if len(e.msg.Question) == 0 {
					return fmt.Errorf("a question without a question")
				}
				pending.q = e.msg.Question[0]
			case pending != nil && len(e.match) == 0:
				pending = nil // the answer does not matter
			case pending != nil:
				pending.want = e
				p.r.queries = append(p.r.queries, *pending)
				pending = nil
			}
		}
	}
	if len(p.r.queries) == 0 {
		return fmt.Errorf("asks nothing")
	}
	return nil
}

func (p *replayParser) entry() (*replayEntry, error) {
	e := &replayEntry{msg: &dns.Msg{}}
	section := ""
	prev := ""
	for p.s.Scan() {
		raw := p.s.Text()
		if strings.HasPrefix(strings.TrimSpace(raw), ";") {
			continue
		}
		f := strings.Fields(raw)
		if len(f) == 0 {
			continue
		}
		switch f[0] {
		case "ENTRY_END":
			return e, nil
		case "MATCH":
			for _, m := range f[1:] {
				if strings.HasPrefix(m, ";") {
					break
				}
				if v, ok := strings.CutPrefix(m, "ede="); ok {
					e.ede = v
				}
				e.match = append(e.match, strings.ToLower(m))
			}
			continue
		case "ADJUST":
			e.adjust = append(e.adjust, f[1:]...)
			continue
		case "REPLY":
			for _, w := range f[1:] {
				if strings.HasPrefix(w, ";") {
					break
				}
				switch w {
				case "AA":
					e.msg.Authoritative = true
				case "AD":
					e.msg.AuthenticatedData = true
				case "RA":
					e.msg.RecursionAvailable = true
				case "TC":
					e.msg.Truncated = true
				case "QR":
					e.msg.Response = true
				default:
					if rc, ok := dns.StringToRcode[w]; ok {
						e.msg.Rcode = rc
					}
				}
			}
			continue
		case "SECTION":
			section = f[1]
			continue
		case "HEX_EDNSDATA_BEGIN", "HEX_ANSWER_BEGIN":
			return nil, fmt.Errorf("has %s", f[0])
		}
		if section == "QUESTION" {
			t, ok := dns.StringToType[f[len(f)-1]]
			if !ok {
				continue
			}
			e.msg.Question = []dns.Question{{Name: dns.Fqdn(f[0]), Qtype: t, Qclass: dns.ClassINET}}
			continue
		}
		text := raw
		if raw[0] == ' ' || raw[0] == '\t' {
			text = raw
			if _, isType := dns.StringToType[f[0]]; isType || f[0] == "IN" {
				text = prev + " " + raw
			}
		}
		text = strings.TrimSpace(text)
		rr, err := dns.NewRR(text)
		if err != nil {
			return nil, fmt.Errorf("record %q: %w", text, err)
		}
		if rr == nil {
			continue
		}
		prev = rr.Header().Name
		switch section {
		case "ANSWER":
			e.msg.Answer = append(e.msg.Answer, rr)
		case "AUTHORITY":
			e.msg.Ns = append(e.msg.Ns, rr)
		case "ADDITIONAL":
			e.msg.Extra = append(e.msg.Extra, rr)
		}
	}
	return nil, fmt.Errorf("entry without end")
}

func resolveReplay(ctx context.Context, c *resolver.Client, r *replay, q replayQuery) replayResult {
	if len(r.anchors) == 0 {
		res := c.Lookup(ctx, q.q.Name, q.q.Qtype)
		return replayResult{rcode: res.Rcode, answer: res.Answer, why: res.Reason}
	}
	now := time.Now
	if !r.now.IsZero() {
		now = func() time.Time { return r.now }
	}
	v := dnssec.New(dnssec.Config{Anchors: r.anchors, Now: now, Fetch: c.Fetch})
	res, verdict := v.Resolve(ctx, q.q.Name, q.q.Qtype)
	out := replayResult{rcode: verdict.Rcode, answer: res.Answer, ad: verdict.Status == dnssec.Secure, validated: true, why: res.Detail + " " + verdict.Text}
	if res.Failed || verdict.Status == dnssec.Bogus {
		out.rcode, out.answer = dns.RcodeServerFailure, nil
	}
	if verdict.HasEDE {
		out.ede = strconv.Itoa(int(verdict.EDE))
	}
	return out
}
