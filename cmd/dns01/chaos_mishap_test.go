package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dns01/resolver/lab"
)

// A mishap is what goes wrong in one run, and where.
type mishap struct {
	seed    uint64
	kind    string // the command
	world   string // the scenario
	faults  []string
	network []string
	ours    bool // everything that goes wrong is on our side
	args    []string
	look    []string // those of args that change what is seen, and so the truth

	interrupt time.Duration // when the run is told to end; 0: never
	steps     []clockStep   // of this host's clock
	full      int           // octets after which the standard output takes no more; -1: all
	pipe      bool          // it was closed, rather than the disk full

	stretch time.Duration // how much longer than a check the run takes: what has its time has it so much later
	setting []string      // what a run of another command is about, in words
}

// A clockStep is a jump of this host's clock.
type clockStep struct{ after, by time.Duration }

// String is a mishap in words, the sections of a scenario that would have it
// among them.
func (m mishap) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "again with: go test ./cmd/dns01 -run '%s$' -v -chaos-seed %d\n", chaosTests[m.kind], m.seed)
	own := ""
	if m.kind == "check" {
		own = " (and its own target)"
	}
	fmt.Fprintf(&b, "world %s: dns01 %s%s %s\n", m.world, m.kind, own, strings.Join(m.args, " "))
	for _, line := range m.setting {
		b.WriteString(line + "\n")
	}
	section := func(title string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "-- %s --\n%s\n", title, strings.Join(lines, "\n"))
		}
	}
	section("network", m.network)
	section("faults", m.faults)
	if m.interrupt > 0 {
		fmt.Fprintf(&b, "interrupted after %s\n", m.interrupt)
	}
	for _, s := range m.steps {
		fmt.Fprintf(&b, "clock set by %s after %s\n", s.by, s.after)
	}
	if m.full >= 0 {
		fmt.Fprintf(&b, "standard output ends after %d octets, closed pipe: %t\n", m.full, m.pipe)
	}
	if m.ours {
		b.WriteString("all of it is on our side\n")
	}
	return b.String()
}

// chaosTests are the tests that play the commands.
var chaosTests = map[string]string{"check": "TestChaos", "wait": "TestChaosWait", "batch": "TestChaosBatch", "watch": "TestChaosWatch", "agent": "TestChaosAgent"}

// drawMishap makes a mishap of a seed, in one of the worlds.
func drawMishap(seed uint64, kind string, worlds map[string]*lab.Scenario) mishap {
	r := chanceOf(seed)
	m := mishap{seed: seed, kind: kind, world: worldOf(seed, worlds), full: -1, stretch: 1}
	m.draw(r, worlds[m.world].Hosts())
	return m
}

// draw lets something go wrong in a world with these hosts.
func (m *mishap) draw(r *rand.Rand, hosts []string) {
	switch side := r.IntN(10); {
	case side < 4:
		m.theirs(r, hosts)
	case side < 8:
		m.ours = true
		m.own(r)
	case side < 9:
		m.theirs(r, hosts)
		m.own(r)
	default:
		m.ours = true // nothing goes wrong but the output, if at all
	}
	if r.IntN(6) == 0 {
		m.full, m.pipe = r.IntN(4000), r.IntN(2) == 0
		if r.IntN(3) == 0 {
			m.full = 0
		}
	}
}

// worldOf chooses a world so that one more takes its share of the seeds and
// leaves all others where they were: the highest hash wins.
func worldOf(seed uint64, worlds map[string]*lab.Scenario) string {
	if *chaosWorldName != "" {
		return *chaosWorldName
	}
	hash := func(world string) uint64 {
		h := fnv.New64a()
		fmt.Fprintf(h, "%d %s", seed, world)
		return h.Sum64()
	}
	return slices.MaxFunc(slices.Sorted(maps.Keys(worlds)), func(a, b string) int { return cmp.Compare(hash(a), hash(b)) })
}

// theirs lets something go wrong at some servers.
func (m *mishap) theirs(r *rand.Rand, hosts []string) {
	for range 1 + r.IntN(4) {
		words := []string{hosts[r.IntN(len(hosts))] + pick(r, "", "", "", "/udp", "/tcp")}
		when, fault := m.condition(r), serverFault(r)
		if fault == "formerr" || fault == "notimp" {
			when = slices.DeleteFunc(when, lapses)
		}
		m.faults = append(m.faults, strings.Join(slices.Concat(words, when, []string{fault}), " "))
	}
}

// lapses reports whether a condition lets the same question pass when it is put
// again. An error that has it put again in plain DNS must last, or it would lead
// around what befalls those with EDNS.
func lapses(word string) bool {
	key, _, _ := strings.Cut(word, "=")
	return key == "p" || key == "first" || key == "until"
}

// condition is when a fault hits.
func (m *mishap) condition(r *rand.Rand) (words []string) {
	if r.IntN(2) == 0 {
		words = append(words, fmt.Sprintf("p=%.2f", 0.05+0.95*r.Float64()))
	}
	switch r.IntN(8) {
	case 0:
		words = append(words, fmt.Sprintf("first=%d", 1+r.IntN(5)))
	case 1:
		words = append(words, "type="+pick(r, "TXT", "CAA", "NS,SOA", "DNSKEY,DS", "A,AAAA"))
	case 2:
		words = append(words, "after="+m.later(r))
	case 3:
		words = append(words, "until="+m.later(r))
	}
	return words
}

// serverFault is one that makes a server, or the way to it, worse. Those that
// could hide another fault of a world (one that answers plainly in the place
// of one that drops EDNS) are not among them.
func serverFault(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return wayFault(r)
	}
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("rate-limit %d", 1+r.IntN(20))
	case 1:
		return fmt.Sprintf("rrl %d", 1+r.IntN(5))
	}
	return pick(r, "unreachable", "refuse", "servfail", "notimp", "formerr", "lame", "garbage", "wrong-source",
		"wrong-id", "wrong-question", "no-aa", "no-tcp", "tcp-one", "upward")
}

// wayFault is something that happens to messages on their way.
func wayFault(r *rand.Rand) string {
	switch r.IntN(9) {
	case 0:
		return "slow " + brief(r)
	case 1:
		return "jitter " + brief(r)
	case 2:
		return fmt.Sprintf("guess %d", 1+r.IntN(100))
	case 3:
		return "tcp-drip " + (time.Duration(1+r.IntN(500)) * time.Millisecond).String()
	}
	return pick(r, "drop", "duplicate", "cut", "tcp-cut", "tcp-silent", "tcp-close")
}

// own lets something go wrong on our side: with our line, our network, our
// clock, our patience.
func (m *mishap) own(r *rand.Rand) {
	for range 1 + r.IntN(2) {
		switch r.IntN(7) {
		case 0:
			m.faults = append(m.faults, fmt.Sprintf("* from=here p=%.2f drop", 0.02+0.28*r.Float64()))
		case 1:
			m.faults = append(m.faults, fmt.Sprintf("* from=here p=%.2f %s", 0.05+0.95*r.Float64(), pick(r, "duplicate", "jitter 300ms", "jitter 900ms", "slow 100ms")))
		case 2:
			m.faults = append(m.faults, fmt.Sprintf("* from=here p=%.2f guess %d", 0.1+0.9*r.Float64(), 1+r.IntN(40)))
		case 3:
			m.network = append(m.network, pick(r, "no-network", "no-network", "no-ipv6", "udp53-blocked", "tcp53-blocked")+m.spell(r))
		case 4:
			m.network = append(m.network, "udp53-blocked"+m.spell(r), "tcp53-blocked"+m.spell(r))
		case 5:
			m.args = append(m.args, "--deadline", (time.Duration(1+r.IntN(8000)) * time.Millisecond).String())
		case 6:
			m.interrupt = m.stretch * time.Duration(1+r.IntN(8000)) * time.Millisecond
		}
	}
	if r.IntN(4) == 0 {
		m.steps = append(m.steps, clockStep{m.stretch * time.Duration(r.IntN(3000)) * time.Millisecond, time.Duration(r.IntN(7200)-3600) * time.Second})
	}
}

// spell is a time in which something holds, or none.
func (m *mishap) spell(r *rand.Rand) string {
	from := m.stretch * time.Duration(r.IntN(2000)) * time.Millisecond
	to := from + m.stretch*time.Duration(1+r.IntN(5000))*time.Millisecond
	switch r.IntN(4) {
	case 0:
		return ""
	case 1:
		return " until=" + to.String()
	case 2:
		return " after=" + from.String()
	}
	return " after=" + from.String() + " until=" + to.String()
}

// later is a time within a run, short ones more often.
func (m *mishap) later(r *rand.Rand) string {
	d, _ := time.ParseDuration(brief(r)) // it is one
	return (m.stretch * d).String()
}

// brief is some time below two seconds, short ones more often.
func brief(r *rand.Rand) string {
	most := []int{20, 200, 2000}[r.IntN(3)]
	return (time.Duration(1+r.IntN(most)) * time.Millisecond).String()
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }
