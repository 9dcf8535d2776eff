package rpl_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/rpl"
)

// TestReplays plays replay files in memory and holds our conclusions against
// what they want: those in testdata must agree. Other people's, in the folder
// that DNS01_RPL_DIR names, may hang on a cache or on options: what differs has
// to stand in testdata/foreign/memory, with the reason.
func TestReplays(t *testing.T) {
	files, foreign := replayFiles(t, true)
	list, seen, count := readKnown(t, "memory"), map[string]bool{}, map[string]int{}
	total, left := 0, 0
	for _, file := range files {
		s, err := readFile(file)
		if err == nil {
			err = playable(s)
		}
		if err != nil && foreign {
			left++
			t.Logf("left  %s: %v", filepath.Base(file), err)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		seen[style(s.Config.Deckard)+" "+filepath.Base(file)] = true
		for _, p := range play(t, s) {
			total++
			if p.diff == "" {
				count["agree"]++
				continue
			}
			if k := lookUp(list, style(s.Config.Deckard), filepath.Base(file), strconv.Itoa(p.At)); foreign && k != nil {
				count[k.class]++
				continue
			}
			t.Errorf("DIFFER %s step %d %s (-want +dns01):\n%s", filepath.Base(file), p.At, p.Asked.Msg.Question[0].Name, p.diff)
		}
	}
	for _, line := range unmet(list, seen) {
		t.Errorf("testdata/foreign/memory: %s agrees now", line)
	}
	t.Logf("%d files, %d left out; %d questions: %v", len(files), left, total, count)
}

// replayFiles are those to play, and whether they are other people's. Those of
// ours in newest are true of the newest Unbound only.
func replayFiles(t *testing.T, newest bool) (files []string, foreign bool) {
	t.Helper()
	dir, pattern := os.Getenv("DNS01_RPL_DIR"), os.Getenv("DNS01_RPL")
	if foreign = dir != ""; !foreign {
		dir = "testdata"
	}
	if pattern == "" {
		pattern = "*.rpl"
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no replay tests in %s: %v", dir, err)
	}
	if newest && !foreign {
		more, _ := filepath.Glob(filepath.Join(dir, "newest", "*.rpl"))
		files = append(files, more...)
	}
	return files, foreign
}

func readFile(file string) (*rpl.Scenario, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return rpl.Read(f)
}

// foreignOptions are those of resolvers that change what they answer, and that
// a CA's has not.
var foreignOptions = []string{
	"local-zone", "local-data", "serve-expired", "dns64-prefix", "module-config", "domain-insecure",
	"trust-anchor-file", "auto-trust-anchor-file", "nat64-prefix", "do-nat64",
	"response-ip", "val-permissive-mode", "features", "feature-list", "harden-algo-downgrade",
}

// playable says why what a file wants is nothing to us.
func playable(s *rpl.Scenario) error {
	for _, option := range foreignOptions {
		if v := s.Config.Options[option]; len(v) > 0 && v[len(v)-1] != "no" {
			return fmt.Errorf("needs %s", option)
		}
	}
	for _, z := range s.Config.Zones {
		if z.Kind != "stub-zone" && z.Kind != "forward-zone" {
			return fmt.Errorf("has a %s", z.Kind)
		}
	}
	if len(rpl.NewWorld(s).Roots()) == 0 {
		return fmt.Errorf("has no root")
	}
	_, err := s.Config.Anchors()
	return err
}

// A verdict is how the answer to a question differs from what the file wants.
type verdict struct {
	rpl.Question
	diff string
}

// play asks the questions of a file for which it says what the answer is. What
// it says may hang on what the resolver has kept from the ones before: each is
// asked by a new client, and by one that has asked all before, and either
// counts.
func play(t *testing.T, s *rpl.Scenario) (out []verdict) {
	t.Helper()
	anchors, err := s.Config.Anchors()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := rpl.NewWorld(s)
		w.Terse = true
		keeping := newAsker(memory{w}, s, w, anchors, queriesOfRun)
		for _, q := range s.Questions() {
			if leaveOut(q) != "" {
				continue
			}
			asked, unchecked := q.Asked.Msg.Question[0], q.Asked.Msg.CheckingDisabled
			w.At(q)
			kept := keeping.answer(asked, unchecked)
			if q.Want == nil || len(q.Want.Match) == 0 {
				continue
			}
			w.At(q)
			v := verdict{Question: q}
			got := newAsker(memory{w}, s, w, anchors, queriesOfLookup).answer(asked, unchecked)
			if !cmp.Equal(wanted(q, kept), kept) {
				v.diff = cmp.Diff(wanted(q, got), got)
			}
			out = append(out, v)
		}
	})
	return out
}

// wanted is what a CHECK_ANSWER asks for; what it leaves open is as it came:
// AD for who did not ask for it, and what comes beside SERVFAIL.
func wanted(q rpl.Question, got conclusion) conclusion {
	e, want := q.Want, got
	want.Rcode = dns.RcodeToString[e.Msg.Rcode]
	if (e.Matches("answer") || e.Matches("all")) && e.Msg.Rcode != dns.RcodeServerFailure {
		want.Answers = lines(e.Msg.Answer)
	}
	if e.Matches("all") && (q.Asked.Has("DO") || q.Asked.Has("AD")) {
		want.Authenticated = e.Msg.AuthenticatedData
	}
	if code, ok := e.EDE(); ok {
		want.EDE = code
	}
	return want
}

// memory is a world without a network, a millisecond away.
type memory struct{ w *rpl.World }

func (m memory) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	tcp := q.Transport == resolver.TCP
	reply, wire := m.w.Answer(q.Msg, q.Server.Addr(), tcp)
	if reply != nil {
		var err error
		if wire, err = reply.Pack(); err != nil {
			return resolver.Reply{}, &resolver.Error{Failure: resolver.Malformed, Err: err}
		}
	}
	if wire == nil {
		<-ctx.Done()
		return resolver.Reply{}, resolver.Ended(ctx)
	}
	time.Sleep(time.Millisecond)
	got, err := resolver.Unpack(slices.Clone(wire))
	if err != nil {
		return resolver.Reply{}, &resolver.Error{Failure: resolver.Malformed, Err: err}
	}
	return resolver.Reply{Msg: got, Size: len(wire), Wire: wire, RTT: time.Millisecond}, nil
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
