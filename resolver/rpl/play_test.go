//go:build linux

package rpl_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/rpl"
)

// kept is for how many seconds Unbound keeps what it learns while it answers a
// question. The CA's keeps nothing, and asks again for what a world, which
// seldom has every name at every server of the way, may not have: both count.
var kept = []int{60, 0}

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
	out := e.play
	switch {
	case e.File == "":
		out = e.playDrawn
	case filepath.Ext(e.File) == ".txtar":
		out = e.playWorld
	}
	json.NewEncoder(os.Stdout).Encode(out())
	os.Exit(0) // before the word PASS is printed
}

func (e errand) play() (out played) {
	s, err := readFile(e.File)
	if err != nil {
		out.Left = err.Error()
		return out
	}
	out.Style = style(s.Config.Deckard)
	w := rpl.NewWorld(s)
	w.Terse = !e.Silent
	if len(w.Roots()) == 0 {
		out.Left = "has no root"
		return out
	}
	if fakes(s) != e.Fake {
		out.Left = "needs another Unbound: see DNS01_RPL_FAKE"
		return out
	}
	if out.Answers, err = e.playIn(s, w); err != nil {
		out.Left = err.Error()
	}
	return out
}

func (e errand) playIn(s *rpl.Scenario, w *rpl.World) ([]answered, error) {
	anchors, err := s.Config.Anchors()
	if err != nil {
		return nil, err
	}
	trace, err := e.trace()
	if err != nil {
		return nil, err
	}
	stop, err := listen(w, trace)
	defer stop()
	if err != nil {
		return nil, err
	}
	now, _ := s.Config.Now()
	u, err := e.startUnbound(w.Roots(), now, anchors)
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
			fmt.Fprintf(trace, "%s step %d, Unbound:\n", filepath.Base(e.File), q.At)
			w.At(q)
			if err := u.order(fmt.Sprintf("set_option cache-max-ttl: %d", kept[try%len(kept)])); err != nil {
				a.Left = err.Error()
				break
			}
			if c.Theirs, err = u.answer(asked); err != nil {
				a.Left = err.Error()
				break
			}
			fmt.Fprintf(trace, "%s step %d, dns01:\n", filepath.Base(e.File), q.At)
			w.At(q)
			c.Ours = newAsker(resolver.Live{}, s, w, anchors, queriesOfLookup).answer(asked, false)
			a.Tries = append(a.Tries, c)
		}
		out = append(out, a)
	}
	return out, nil
}

// trace is where exchanges are written to.
func (e errand) trace() (io.Writer, error) {
	if e.Trace == "" {
		return io.Discard, nil
	}
	return os.OpenFile(e.Trace, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}
