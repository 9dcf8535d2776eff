package rpl

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// maxLine is the longest line that is read: a message of 64 KiB in hexadecimal.
const maxLine = 1 << 18

// Read reads a replay file. The error says at which line it is not one, or
// has something that no message can be made of.
func Read(r io.Reader) (*Scenario, error) {
	p := &parser{origin: "."}
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		if err := p.line(strings.TrimSpace(s.Text())); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	switch {
	case !p.configured:
		return nil, errors.New("no CONFIG_END")
	case p.entry != nil:
		return nil, errors.New("an entry without ENTRY_END")
	}
	return &p.s, nil
}

// A parser holds where in the file it is.
type parser struct {
	s          Scenario
	config     []string
	configured bool
	rng        *Range
	entry      *Entry
	section    string
	origin     string
	skip       string // the line that ends what is left out
}

func (p *parser) line(line string) error {
	switch {
	case !p.configured && strings.HasPrefix(line, "CONFIG_END"):
		p.s.Config = parseConfig(p.config)
		p.configured = true
		return nil
	case !p.configured:
		p.config = append(p.config, line)
		return nil
	case line == "" || line[0] == ';' || line[0] == '#':
		return nil
	case p.skip != "":
		if strings.HasPrefix(line, p.skip) {
			p.skip = ""
		}
		return nil
	}
	words := strings.Fields(uncomment(line))
	if len(words) == 0 {
		return nil
	}
	if p.entry != nil {
		return p.entryLine(words, line)
	}
	return p.stepLine(words)
}

// uncomment cuts off what follows a semicolon outside of quotes.
func uncomment(line string) string {
	quoted := false
	for i := range len(line) {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return line[:i]
			}
		}
	}
	return line
}

// stepLine reads a line outside of entries.
func (p *parser) stepLine(words []string) error {
	switch words[0] {
	case "RANGE_BEGIN":
		from, to, err := bounds(words[1:])
		if err != nil {
			return err
		}
		p.rng = &Range{From: from, To: to}
	case "RANGE_END":
		if p.rng != nil { // some files end one twice
			p.s.Ranges = append(p.s.Ranges, *p.rng)
		}
		p.rng = nil
	case "ADDRESS":
		return p.address(words[1:])
	case "STEP":
		return p.step(words[1:])
	case "ENTRY_BEGIN":
		p.entry, p.section = &Entry{Msg: &dns.Msg{}}, ""
	case "FILE_BEGIN", "AUTOTRUST_FILE", "TEMPFILE_NAME", "TEMPFILE_CONTENTS":
		p.skip = map[string]string{"TEMPFILE_CONTENTS": "TEMPFILE_END", "AUTOTRUST_FILE": "AUTOTRUST_END"}[words[0]]
	}
	return nil // times that pass, and the like
}

func bounds(words []string) (from, to int, err error) {
	if len(words) < 2 {
		return 0, 0, errors.New("a range without bounds")
	}
	if from, err = strconv.Atoi(words[0]); err != nil {
		return 0, 0, err
	}
	to, err = strconv.Atoi(words[1])
	return from, to, err
}

func (p *parser) step(words []string) error {
	if len(words) < 2 {
		return errors.New("a step without a verb")
	}
	at, err := strconv.Atoi(words[0])
	if err != nil {
		return err
	}
	p.rng = nil
	p.s.Steps = append(p.s.Steps, Step{At: at, Verb: words[1]})
	return nil
}

// address names who answers: in a range, or at the step before.
func (p *parser) address(words []string) error {
	if len(words) == 0 {
		return errors.New("ADDRESS without an address")
	}
	a, err := netip.ParseAddr(words[0])
	switch {
	case err != nil:
		return err
	case p.rng != nil:
		p.rng.Addrs = append(p.rng.Addrs, a)
	case len(p.s.Steps) > 0:
		last := &p.s.Steps[len(p.s.Steps)-1]
		last.Addrs = append(last.Addrs, a)
	}
	return nil
}

// entryLine reads a line of an entry; line is the whole of it.
func (p *parser) entryLine(words []string, line string) error {
	e := p.entry
	switch words[0] {
	case "ENTRY_END":
		p.endEntry()
	case "MATCH":
		e.Match = append(e.Match, lower(words[1:])...)
	case "ADJUST":
		e.Adjust = append(e.Adjust, lower(words[1:])...)
	case "REPLY":
		return e.reply(words[1:])
	case "SECTION":
		if len(words) < 2 {
			return errors.New("SECTION without a name")
		}
		p.section = words[1]
	case "RAW":
		p.section = "RAW"
	case "MANDATORY":
	case "HEX_EDNSDATA_BEGIN", "HEX_ANSWER_BEGIN":
		p.skip = strings.Replace(words[0], "BEGIN", "END", 1)
	case "EXTRA_PACKET": // of a zone transfer, which nobody here asks for
		p.skip = "ENTRY_END"
		p.endEntry()
	default:
		return p.record(words, line)
	}
	return nil
}

func lower(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToLower(w)
	}
	return out
}

func (p *parser) endEntry() {
	switch {
	case p.rng != nil:
		p.rng.Entries = append(p.rng.Entries, p.entry)
	case len(p.s.Steps) > 0 && p.s.Steps[len(p.s.Steps)-1].Entry == nil:
		p.s.Steps[len(p.s.Steps)-1].Entry = p.entry
	}
	p.entry = nil
}

// record reads a line of a section.
func (p *parser) record(words []string, line string) (err error) {
	m := p.entry.Msg
	if words[0] == "$ORIGIN" && len(words) > 1 {
		p.origin = dns.Fqdn(words[1])
		return nil
	}
	var rr dns.RR
	switch p.section {
	case "":
		return nil // a word of a newer form
	case "RAW":
		raw, err := hex.DecodeString(words[0])
		p.entry.Raw = append(p.entry.Raw, raw...)
		return err
	case "QUESTION":
		q, err := parseQuestion(words, p.origin)
		m.Question = []dns.Question{q}
		return err
	default:
		rr, err = parseRecord(line, p.origin)
	}
	switch {
	case err != nil || rr == nil:
		return err
	case p.section == "ANSWER":
		m.Answer = append(m.Answer, rr)
	case p.section == "AUTHORITY":
		m.Ns = append(m.Ns, rr)
	case p.section == "ADDITIONAL":
		m.Extra = append(m.Extra, rr)
	}
	return nil
}
