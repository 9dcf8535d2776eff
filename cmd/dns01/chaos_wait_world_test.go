package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"dns01/resolver/lab"
)

// A waitPlan is a world in which values are published, reach one server after
// another, and sometimes go away again. It is made before anything is asked:
// what is true when follows from it alone.
type waitPlan struct {
	names    []string // identifiers
	values   []string // one for each
	servers  []waitServer
	allowed  bool // CAA lets the CA issue
	signed   bool
	lasts    time.Duration // until the last change
	scenario *lab.Scenario
}

// A waitServer is one of the servers, and what it has when.
type waitServer struct {
	host   string
	addrs  []netip.Addr
	copies []waitCopy // in the order of time
}

// A waitCopy is what a server has from a time on: for each identifier whether
// its value is there.
type waitCopy struct {
	from time.Duration
	has  []bool
}

// waitNames are identifiers that share a challenge name, and some that do not.
var waitNames = []string{"example.com", "*.example.com", "www.example.com", "a.b.example.com"}

// drawWait makes a plan in which things happen within a time.
func drawWait(t *testing.T, r *rand.Rand, within time.Duration) *waitPlan {
	w := &waitPlan{allowed: r.IntN(8) > 0, signed: r.IntN(6) == 0}
	for i, n := range waitNames {
		if i == r.IntN(len(waitNames)) || r.IntN(3) == 0 {
			w.names = append(w.names, n)
			w.values = append(w.values, fmt.Sprintf("%043d", i+1))
		}
	}
	if len(w.names) == 0 {
		w.names, w.values = waitNames[:1], []string{fmt.Sprintf("%043d", 1)}
	}
	edits := w.edits(r, within)
	for i := range 2 + r.IntN(3) {
		w.servers = append(w.servers, w.server(r, i+1, edits, within))
	}
	s, err := lab.Parse("wait", []byte(w.text()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, w.text())
	}
	w.scenario = s
	return w
}

// edits are what the primary server gets when.
func (w *waitPlan) edits(r *rand.Rand, within time.Duration) []waitCopy {
	none := make([]bool, len(w.names))
	if r.IntN(6) == 0 { // it is there
		for i := range none {
			none[i] = true
		}
	}
	all := []waitCopy{{0, none}}
	at := time.Duration(0)
	for range r.IntN(4) {
		at += time.Duration(1 + r.Int64N(int64(within/2)))
		has := slices.Clone(all[len(all)-1].has)
		for i := range has {
			switch r.IntN(8) {
			case 0:
				has[i] = false
			case 1, 2:
			default:
				has[i] = true
			}
		}
		all = append(all, waitCopy{at, has})
	}
	if r.IntN(3) > 0 { // in the end it is as it should be
		full := slices.Repeat([]bool{true}, len(none))
		all = append(all, waitCopy{at + time.Duration(1+r.Int64N(int64(within/2))), full})
	}
	return all
}

// server is one that gets the edits some time later, or not at all.
func (w *waitPlan) server(r *rand.Rand, number int, edits []waitCopy, within time.Duration) waitServer {
	s := waitServer{host: fmt.Sprintf("ns%d.example.com", number)}
	s.addrs = append(s.addrs, netip.AddrFrom4([4]byte{192, 0, 2, byte(number)}))
	if r.IntN(2) == 0 {
		s.addrs = append(s.addrs, netip.MustParseAddr(fmt.Sprintf("2001:db8:%d::53", number)))
	}
	lag := []time.Duration{0, 0, time.Second, 20 * time.Second, within / 3}[r.IntN(5)]
	stops := len(edits)
	if r.IntN(8) == 0 {
		stops = 1 + r.IntN(len(edits))
	}
	for i, e := range edits[:stops] {
		if i > 0 {
			e.from += lag
		}
		s.copies = append(s.copies, e)
		w.lasts = max(w.lasts, e.from)
	}
	return s
}

// text is the scenario.
func (w *waitPlan) text() string {
	var b strings.Builder
	b.WriteString("Values on their way\n-- servers --\n")
	var hosts []string
	for _, s := range w.servers {
		hosts = append(hosts, s.host)
		fmt.Fprintf(&b, "%s%s\n", s.host, strings.ReplaceAll(fmt.Sprint(s.addrs), "[", " ")[:len(fmt.Sprint(s.addrs))-1])
	}
	fmt.Fprintf(&b, "-- zone example.com @ %s --\n%s", strings.Join(hosts, " "), w.zone(w.servers[0].copies[0], 0))
	for _, s := range w.servers {
		for i, c := range s.copies[1:] {
			fmt.Fprintf(&b, "-- after %s zone example.com @ %s --\n%s", c.from, s.host, w.zone(c, i+1))
		}
	}
	if w.signed {
		b.WriteString("-- sign --\nexample.com\n")
	}
	return b.String()
}

// zone is one copy of the zone.
func (w *waitPlan) zone(c waitCopy, serial int) string {
	ca := "letsencrypt.org"
	if !w.allowed {
		ca = "other.example"
	}
	text := fmt.Sprintf("@ SOA ns1 hostmaster %d 7200 3600 1209600 300\n@ CAA 0 issue %q\nwww A 192.0.2.80\na.b A 192.0.2.80\n", 7+serial, ca)
	for i, n := range w.names {
		if c.has[i] {
			text += fmt.Sprintf("%s. 60 TXT %q\n", w.target(n), w.values[i])
		}
	}
	return text
}

func (w *waitPlan) target(name string) string {
	return "_acme-challenge." + strings.TrimPrefix(name, "*.")
}

// has reports whether an address has all values of a target at a time.
func (w *waitPlan) has(a netip.Addr, target string, at time.Duration) bool {
	for _, s := range w.servers {
		if !slices.Contains(s.addrs, a) {
			continue
		}
		now := s.copies[0]
		for _, c := range s.copies {
			if c.from <= at {
				now = c
			}
		}
		for i, n := range w.names {
			if w.target(n) == target && !now.has[i] {
				return false
			}
		}
		return true
	}
	return false
}

// had reports whether an address had all values of a target at some time
// within a span, or, if never, was without one.
func (w *waitPlan) had(a netip.Addr, target string, from, to time.Duration) (some, all bool) {
	some, all = false, true
	times := []time.Duration{from, to}
	for _, s := range w.servers {
		for _, c := range s.copies {
			if c.from > from && c.from < to {
				times = append(times, c.from)
			}
		}
	}
	for _, at := range times {
		some, all = some || w.has(a, target, at), all && w.has(a, target, at)
	}
	return some, all
}

// complete reports whether every address has everything at a time.
func (w *waitPlan) complete(at time.Duration) bool {
	for _, s := range w.servers {
		for _, n := range w.names {
			if !w.has(s.addrs[0], w.target(n), at) {
				return false
			}
		}
	}
	return true
}

// stays is the time since which every address has everything for good; false
// when that never comes.
func (w *waitPlan) stays() (time.Duration, bool) {
	if !w.complete(w.lasts) {
		return 0, false
	}
	since := w.lasts
	var times []time.Duration
	for _, s := range w.servers {
		for _, c := range s.copies {
			times = append(times, c.from)
		}
	}
	slices.Sort(times)
	for _, at := range slices.Backward(times) {
		if !w.complete(at) {
			break
		}
		since = at
	}
	return since, true
}

// hosts are those where something may go wrong, those of the zone more often
// than the others.
func (w *waitPlan) hosts() []string {
	hosts := w.scenario.Hosts()
	for _, s := range w.servers {
		hosts = append(hosts, s.host, s.host, s.host)
	}
	return hosts
}

// args are what the order is about.
func (w *waitPlan) args() []string {
	args := slices.Clone(w.names)
	for i, n := range w.names {
		args = append(args, "--value", n+"="+w.values[i])
	}
	return args
}

// words tell the plan.
func (w *waitPlan) words() []string { return strings.Split(strings.TrimSpace(w.text()), "\n") }
