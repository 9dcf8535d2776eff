package dnssec

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A replay is one of Unbound's replay tests: a configuration, what servers
// answer at which step, and what the resolver must answer.
type replay struct {
	config  map[string][]string // option to values, in order
	stubs   []replayZone
	ranges  []replayRange
	steps   []replayStep
	problem string // why it cannot be played here
}

// A replayZone is a stub or forward zone.
type replayZone struct {
	name    string
	addrs   []string
	forward bool
}

type replayRange struct {
	from, to int
	addr     string
	entries  []replayEntry
}

type replayEntry struct {
	match  []string
	adjust []string
	flags  []string
	msg    dns.Msg
}

type replayStep struct {
	at    int
	verb  string // QUERY, CHECK_ANSWER, …
	entry replayEntry
}

// parseReplay reads a .rpl file.
func parseReplay(file string) (*replay, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &replay{config: make(map[string][]string)}
	p := &replayParser{r: r}
	for n, line := range strings.Split(string(data), "\n") {
		if err := p.line(line); err != nil {
			return r, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return r, nil
}

// A replayParser holds where in the file it is.
type replayParser struct {
	r       *replay
	started bool // past CONFIG_END
	zone    *replayZone
	entry   *replayEntry
	section string
	inRange bool
}

func (p *replayParser) line(line string) error {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == ';' || line[0] == '#' {
		return nil
	}
	if !p.started {
		p.configLine(line)
		return nil
	}
	f := strings.Fields(line)
	switch f[0] {
	case "RANGE_BEGIN":
		from, _ := strconv.Atoi(f[1])
		to, _ := strconv.Atoi(f[2])
		p.r.ranges = append(p.r.ranges, replayRange{from: from, to: to})
		p.inRange = true
	case "RANGE_END":
		p.inRange = false
	case "ADDRESS":
		if p.inRange {
			p.r.ranges[len(p.r.ranges)-1].addr = f[1]
		}
	case "STEP":
		at, _ := strconv.Atoi(f[1])
		p.r.steps = append(p.r.steps, replayStep{at: at, verb: f[2]})
	case "ENTRY_BEGIN":
		p.entry, p.section = &replayEntry{}, ""
	case "ENTRY_END":
		p.endEntry()
	case "MATCH":
		p.entry.match = append(p.entry.match, f[1:]...)
	case "ADJUST":
		p.entry.adjust = f[1:]
	case "REPLY":
		p.entry.flags = f[1:]
	case "SECTION":
		p.section = f[1]
	case "SCENARIO_BEGIN", "SCENARIO_END", "ELAPSE":
	default:
		return p.record(line)
	}
	return nil
}

func (p *replayParser) configLine(line string) {
	switch {
	case line == "CONFIG_END":
		p.started = true
		return
	case line == "stub-zone:" || line == "forward-zone:":
		p.r.stubs = append(p.r.stubs, replayZone{forward: line == "forward-zone:"})
		p.zone = &p.r.stubs[len(p.r.stubs)-1]
		return
	}
	key, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, `"`) {
		value, _, _ = strings.Cut(value[1:], `"`)
	} else {
		value, _, _ = strings.Cut(value, "#")
		value = strings.TrimSpace(value)
	}
	switch {
	case p.zone != nil && key == "name":
		p.zone.name = dns.CanonicalName(value)
	case p.zone != nil && strings.HasSuffix(key, "-addr"):
		p.zone.addrs = append(p.zone.addrs, value)
	default:
		p.r.config[key] = append(p.r.config[key], value)
	}
}

func (p *replayParser) endEntry() {
	if p.inRange {
		last := &p.r.ranges[len(p.r.ranges)-1]
		last.entries = append(last.entries, *p.entry)
	} else if len(p.r.steps) > 0 {
		p.r.steps[len(p.r.steps)-1].entry = *p.entry
	}
	p.entry = nil
}

// record reads a line of a section.
func (p *replayParser) record(line string) error {
	if p.entry == nil {
		return nil
	}
	if p.section == "QUESTION" {
		f := strings.Fields(line)
		t, ok := dns.StringToType[f[len(f)-1]]
		if !ok {
			return fmt.Errorf("type %q", f[len(f)-1])
		}
		p.entry.msg.Question = []dns.Question{{Name: dns.Fqdn(f[0]), Qtype: t, Qclass: dns.ClassINET}}
		return nil
	}
	rr, err := dns.NewRR("$TTL 3600\n$ORIGIN .\n" + line + "\n")
	if err != nil || rr == nil {
		p.r.problem = fmt.Sprintf("record %q: %v", line, err)
		return nil
	}
	sortTypes(rr)
	m := &p.entry.msg
	switch p.section {
	case "ANSWER":
		m.Answer = append(m.Answer, rr)
	case "AUTHORITY":
		m.Ns = append(m.Ns, rr)
	case "ADDITIONAL":
		m.Extra = append(m.Extra, rr)
	}
	return nil
}

// sortTypes puts a type bitmap in the order that it has on the wire.
func sortTypes(rr dns.RR) {
	switch rr := rr.(type) {
	case *dns.NSEC:
		slices.Sort(rr.TypeBitMap)
	case *dns.NSEC3:
		slices.Sort(rr.TypeBitMap)
	}
}

func (e replayEntry) has(flag string) bool {
	for _, f := range e.flags {
		if f == flag {
			return true
		}
	}
	return false
}

// rcode is the rcode that the REPLY line names.
func (e replayEntry) rcode() int {
	for _, f := range e.flags {
		if c, ok := dns.StringToRcode[f]; ok {
			return c
		}
	}
	return dns.RcodeSuccess
}

// ede is the extended error that a CHECK_ANSWER wants; ok is false when it
// does not say.
func (e replayEntry) ede() (code EDE, ok bool) {
	for _, m := range e.match {
		if s, found := strings.CutPrefix(m, "ede="); found {
			n, err := strconv.Atoi(s)
			return EDE(n), err == nil
		}
	}
	return 0, false
}

// answers reports whether the entry is the reply to a question.
func (e replayEntry) answers(q string, qtype uint16) bool {
	if len(e.msg.Question) == 0 {
		return true
	}
	have := e.msg.Question[0]
	for _, m := range e.match {
		switch m {
		case "qname":
			if !strings.EqualFold(have.Name, q) {
				return false
			}
		case "subdomain":
			if !dns.IsSubDomain(have.Name, q) {
				return false
			}
		case "qtype":
			if have.Qtype != qtype {
				return false
			}
		}
	}
	return true
}

// now is the moment that the test sets.
func (r *replay) now() (time.Time, bool) {
	for _, s := range r.config["val-override-date"] {
		if t, err := time.Parse("20060102150405", s); err == nil {
			return t, true
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
			return time.Unix(n, 0), true
		}
	}
	return time.Time{}, false
}

// anchors are the trust anchors that the test sets.
func (r *replay) anchors() ([]dns.RR, error) {
	var out []dns.RR
	for _, s := range r.config["trust-anchor"] {
		rr, err := dns.NewRR("$TTL 3600\n$ORIGIN .\n" + s + "\n")
		if err != nil || rr == nil {
			return nil, fmt.Errorf("trust anchor %q: %v", s, err)
		}
		out = append(out, rr)
	}
	return out, nil
}
