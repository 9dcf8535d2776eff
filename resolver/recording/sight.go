package recording

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"dns01/resolver"
)

// A Sight is what one engine that looks from elsewhere brought back. What was
// asked there is not known exchange by exchange: only what came of it is kept.
type Sight struct {
	Engine       string // "open-mpic at mpic.example.net"
	Failure      string // why it saw nothing at all
	Limits       []string
	Verdicts     []Verdict
	Missing      []Missing
	Perspectives []Perspective
}

// A Verdict is what an engine itself concludes: of how many perspectives, and
// how many had to pass.
type Verdict struct {
	Question             string
	Passes               bool
	Perspectives, Quorum int
}

// A Missing is a perspective that did not tell, and why.
type Missing struct{ Perspective, Reason string }

// A Perspective is one place that looked.
type Perspective struct {
	Name, RIR string
	Seen      []Seen
}

// A Seen is what one question came to there.
type Seen struct {
	// Status is a survey.Status.
	Status string
	// Server is who was asked; without it, it is the resolver there.
	Server    string
	Addr      netip.Addr // of the server; may be zero
	Transport string
	Lame      string
	Took      time.Duration
	// Message is the question with the records that answer it, in wire form:
	// made of what was told, not what came.
	Message []byte
}

// Saw keeps what engines saw. It belongs to the look that was begun last.
func (r *Recorder) Saw(sights []Sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.looks) > 0 {
		l := r.looks[len(r.looks)-1]
		l.Sights = append(l.Sights, sights...)
	}
}

func (s *Sight) write(w io.Writer) {
	fmt.Fprintln(w)
	line(w, "vantage", "%+q", s.Engine)
	if s.Failure != "" {
		line(w, "unusable", "%+q", s.Failure)
	}
	for _, l := range s.Limits {
		line(w, "limit", "%+q", l)
	}
	for _, v := range s.Verdicts {
		word := "refused"
		if v.Passes {
			word = "passes"
		}
		line(w, "verdict", "%+q %s %d %d", v.Question, word, v.Perspectives, v.Quorum)
	}
	for _, m := range s.Missing {
		line(w, "missing", "%+q %+q", m.Perspective, m.Reason)
	}
	for _, p := range s.Perspectives {
		line(w, "perspective", "%+q %+q", p.Name, p.RIR)
		for _, seen := range p.Seen {
			seen.write(w)
		}
	}
}

func (s *Seen) write(w io.Writer) {
	comment(w, s.Message, "~ ")
	status := s.Status
	if s.Lame != "" {
		status += " " + s.Lame
	}
	if s.Server == "" {
		line(w, "saw", "%s", status)
	} else {
		addr := "-"
		if s.Addr.IsValid() {
			addr = s.Addr.String()
		}
		line(w, "server", "%+q %s %s %s %s", s.Server, addr, s.Transport, s.Took, status)
	}
	encoded(w, "message", s.Message)
}

// Limits of what engines saw.
const (
	maxSights       = 100
	maxPerspectives = 10000
	maxSeen         = 100000
)

// sight takes a line about what an engine saw. It reports false for a key that
// is none of those.
func (p *parser) sight(key, value string) (bool, error) {
	l := p.last()
	if key == "perspective" || key == "saw" || key == "server" {
		if err := p.seen(); err != nil {
			return true, err
		}
	}
	if key == "vantage" {
		if err := p.close(); err != nil {
			return true, err
		}
		if len(l.Sights) == maxSights {
			return true, fmt.Errorf("more than %d", maxSights)
		}
		ws, err := wordsOf(value, 1)
		if err != nil {
			return true, err
		}
		l.Sights = append(l.Sights, Sight{Engine: ws[0]})
		return true, nil
	}
	if p.exchange != nil || len(l.Sights) == 0 {
		return false, nil
	}
	return l.Sights[len(l.Sights)-1].take(key, value)
}

// seen wants what was seen last to be whole.
func (p *parser) seen() error {
	if len(p.rec.Looks) == 0 || len(p.last().Sights) == 0 {
		return nil
	}
	l := p.last()
	for _, at := range last(l.Sights[len(l.Sights)-1].Perspectives) {
		for _, s := range last(at.Seen) {
			if s.Message == nil {
				return errors.New("what was seen before has no message")
			}
		}
	}
	return nil
}

// last is the last of a list, if there is one.
func last[T any](all []T) []T { return all[max(0, len(all)-1):] }

// take takes a line of a sight. It reports false for a key that is none.
func (s *Sight) take(key, value string) (bool, error) {
	var ws []string
	var err error
	switch key {
	case "unusable":
		if ws, err = wordsOf(value, 1); err == nil {
			s.Failure = ws[0]
		}
	case "limit":
		if ws, err = wordsOf(value, 1); err == nil {
			s.Limits = append(s.Limits, ws[0])
		}
	case "verdict":
		err = s.verdict(value)
	case "missing":
		if ws, err = wordsOf(value, 2); err == nil {
			s.Missing = append(s.Missing, Missing{ws[0], ws[1]})
		}
	case "perspective":
		if len(s.Perspectives) == maxPerspectives {
			return true, fmt.Errorf("more than %d", maxPerspectives)
		}
		if ws, err = wordsOf(value, 2); err == nil {
			s.Perspectives = append(s.Perspectives, Perspective{Name: ws[0], RIR: ws[1]})
		}
	case "saw", "server", "message":
		if len(s.Perspectives) == 0 {
			return true, errors.New("it belongs to a perspective, and none has begun")
		}
		err = s.Perspectives[len(s.Perspectives)-1].take(key, value)
	default:
		return false, nil
	}
	return true, err
}

// verdict takes a line of what the engine concludes.
func (s *Sight) verdict(value string) error {
	ws, err := wordsOf(value, 4)
	if err != nil {
		return err
	}
	v := Verdict{Question: ws[0], Passes: ws[1] == "passes"}
	for i, n := range []*int{&v.Perspectives, &v.Quorum} {
		if *n, err = strconv.Atoi(ws[2+i]); err != nil || *n < 0 {
			return fmt.Errorf("%.20q is no number of perspectives", ws[2+i])
		}
	}
	s.Verdicts = append(s.Verdicts, v)
	return nil
}

// take takes a line of a perspective.
func (p *Perspective) take(key, value string) error {
	if key == "message" {
		if len(p.Seen) == 0 {
			return errors.New("it says nothing of how it was seen")
		}
		m, err := octetsOf(value)
		if err == nil {
			msg, bad := resolver.Unpack(m)
			if bad != nil || len(msg.Question) != 1 {
				return errors.New("it is no message")
			}
		}
		p.Seen[len(p.Seen)-1].Message = m
		return err
	}
	if len(p.Seen) == maxSeen {
		return fmt.Errorf("more than %d", maxSeen)
	}
	var s Seen
	if key == "server" {
		var err error
		if value, err = s.server(value); err != nil {
			return err
		}
	}
	s.Status, s.Lame, _ = strings.Cut(value, " ")
	if s.Status == "" {
		return errors.New("it does not say what was seen")
	}
	p.Seen = append(p.Seen, s)
	return nil
}

// server takes what stands before the status of a server's answer.
func (s *Seen) server(value string) (rest string, err error) {
	name, rest, err := word(value)
	if err != nil {
		return "", err
	}
	f := strings.SplitN(strings.TrimSpace(rest), " ", 4)
	if len(f) != 4 {
		return "", errors.New("it is not a name, an address, a transport, a time and a status")
	}
	s.Server, s.Transport = name, f[1]
	if f[0] != "-" {
		if s.Addr, err = netip.ParseAddr(f[0]); err != nil {
			return "", fmt.Errorf("%.60q is no address", f[0])
		}
	}
	return f[3], duration(f[2], &s.Took)
}

// wordsOf reads so many words and nothing else.
func wordsOf(text string, n int) ([]string, error) {
	var ws []string
	for range n {
		w, rest, err := word(text)
		if err != nil {
			return nil, err
		}
		ws, text = append(ws, w), rest
	}
	if strings.TrimSpace(text) != "" {
		return nil, fmt.Errorf("something follows %.40q", ws[n-1])
	}
	return ws, nil
}

// meetSeen notes the addresses that occur in sights.
func (d *redactor) meetSeen(sights []Sight) {
	for _, s := range sights {
		for _, p := range s.Perspectives {
			for _, seen := range p.Seen {
				d.meet(seen.Addr)
			}
		}
	}
}

// sight returns what a sight becomes. Names of engines and reasons may hold
// names and addresses.
func (d *redactor) sight(s Sight) Sight {
	s.Engine, s.Failure = d.text(s.Engine), d.text(s.Failure)
	s.Limits = mapped(s.Limits, d.text)
	s.Verdicts = mapped(s.Verdicts, func(v Verdict) Verdict { v.Question = d.text(v.Question); return v })
	s.Missing = mapped(s.Missing, func(m Missing) Missing { return Missing{d.text(m.Perspective), d.text(m.Reason)} })
	s.Perspectives = mapped(s.Perspectives, func(p Perspective) Perspective {
		p.Name = d.text(p.Name)
		p.Seen = mapped(p.Seen, func(s Seen) Seen {
			s.Server, s.Message = d.name(s.Server), d.message(s.Message)
			if s.Addr.IsValid() {
				s.Addr = d.addr(s.Addr)
			}
			return s
		})
		return p
	})
	return s
}
