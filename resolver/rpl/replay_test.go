package rpl_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/rpl"
)

// TestReplays plays replay files in memory and holds our conclusions against
// what they want: those in testdata must agree. Of other people's, in the
// folder that DNS01_RPL_DIR names, it lists what differs; theirs may hang on a
// cache, and a real Unbound knows better: see TestRealUnboundAgrees.
func TestReplays(t *testing.T) {
	files, foreign := replayFiles(t, true)
	differ := t.Errorf
	if foreign {
		differ = t.Logf
	}
	agree, total, left := 0, 0, 0
	for _, file := range files {
		s, err := readFile(file)
		if err == nil {
			err = playable(s)
		}
		if err != nil {
			left++
			differ("left  %s: %v", filepath.Base(file), err)
			continue
		}
		for _, q := range s.Questions() {
			if q.Want == nil || len(q.Want.Match) == 0 || leaveOut(q) != "" {
				continue
			}
			total++
			var got conclusion
			synctest.Test(t, func(t *testing.T) { got = inMemory(t, s, q) })
			if diff := cmp.Diff(wanted(q.Want, got), got); diff != "" {
				differ("DIFFER %s step %d %s (-want +dns01):\n%s", filepath.Base(file), q.At, q.Asked.Msg.Question[0].Name, diff)
				continue
			}
			agree++
		}
	}
	t.Logf("%d files, %d left out; %d of %d questions agree", len(files), left, agree, total)
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
	"trust-anchor-file", "auto-trust-anchor-file", "nat64-prefix", "do-nat64", "fake-dsa", "fake-sha1",
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

func inMemory(t *testing.T, s *rpl.Scenario, q rpl.Question) conclusion {
	t.Helper()
	w := rpl.NewWorld(s)
	w.At(q)
	anchors, err := s.Config.Anchors()
	if err != nil {
		t.Fatal(err)
	}
	return ourAnswer(memory{w}, s, w, anchors, q.Asked.Msg.Question[0])
}

// wanted is what a CHECK_ANSWER asks for; what it leaves open is as it came.
func wanted(e *rpl.Entry, got conclusion) conclusion {
	want := got
	want.Rcode = dns.RcodeToString[e.Msg.Rcode]
	if e.Matches("answer") || e.Matches("all") {
		want.Answers = lines(e.Msg.Answer)
	}
	if e.Matches("all") {
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
