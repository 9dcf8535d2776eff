//go:build linux

package rpl_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/miekg/dns"

	"dns01/resolver/rpl"
)

// tries is how often a question is asked that comes out differently.
const tries = 5

// TestPlay is no test. TestRealUnboundAgrees runs it in a network of its own, where
// every address of a file can be a server's: an errand comes in at stdin, what
// was played goes out at stdout.
func TestPlay(t *testing.T) {
	if os.Getenv("DNS01_RPL_PLAY") != "1" {
		t.Skip("not called by TestRealUnboundAgrees")
	}
	var e errand
	if err := json.NewDecoder(os.Stdin).Decode(&e); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(e.play())
	os.Exit(0) // before the word PASS is printed
}

func (e errand) play() (out played) {
	s, err := readFile(e.File)
	if err != nil {
		out.Left = err.Error()
		return out
	}
	w := rpl.NewWorld(s)
	w.Terse = !e.Silent
	if len(w.Roots()) == 0 {
		out.Left = "has no root"
		return out
	}
	if out.Answers, err = e.playIn(s, w); err != nil {
		out.Left = err.Error()
	}
	return out
}

func readFile(file string) (*rpl.Scenario, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return rpl.Read(f)
}

func (e errand) playIn(s *rpl.Scenario, w *rpl.World) ([]answered, error) {
	anchors, err := s.Config.Anchors()
	if err != nil {
		return nil, err
	}
	stop, err := listen(w)
	defer stop()
	if err != nil {
		return nil, err
	}
	u, err := e.startUnbound(s, w, anchors)
	if err != nil {
		return nil, err
	}
	defer u.stop()
	var out []answered
	for _, q := range s.Questions() {
		asked := q.Asked.Msg.Question[0]
		a := answered{Step: q.At, Question: asked.Name + " " + dns.Type(asked.Qtype).String(), Left: leaveOut(q)}
		for try := 0; a.Left == "" && try < tries && !overlap(a.Tries); try++ {
			var c comparison
			w.At(q)
			if c.Theirs, err = u.answer(asked); err != nil {
				a.Left = err.Error()
				break
			}
			w.At(q)
			c.Ours = ourAnswer(s, w, anchors, asked)
			a.Tries = append(a.Tries, c)
		}
		out = append(out, a)
	}
	return out, nil
}

// leaveOut is why a question is none that a CA asks, or "".
func leaveOut(q rpl.Question) string {
	switch asked := q.Asked.Msg.Question[0]; {
	case asked.Qclass != dns.ClassINET:
		return "another class"
	case q.Asked.Msg.Opcode != dns.OpcodeQuery:
		return "no question"
	case asked.Qtype == dns.TypeANY || asked.Qtype == dns.TypeAXFR || asked.Qtype == dns.TypeIXFR || asked.Qtype == dns.TypeRRSIG:
		return "type " + dns.Type(asked.Qtype).String()
	}
	return ""
}
