package dnssec

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// TestReplays plays Unbound's own replay tests, when DNS01_RPL_DIR names a
// folder of them: for each question it compares the rcode, the AD bit and the
// extended error that the test wants. It is an aid, not a gate: the worlds
// need an iterator, and the one here is small.
func TestReplays(t *testing.T) {
	dir := os.Getenv("DNS01_RPL_DIR")
	if dir == "" {
		t.Skip("DNS01_RPL_DIR does not name a folder of .rpl files")
	}
	files, err := filepath.Glob(filepath.Join(dir, "val_*.rpl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no val_*.rpl in %s", dir)
	}
	agreed, differed, skipped := 0, 0, 0
	for _, f := range files {
		r, err := parseReplay(f)
		if err != nil || r.problem != "" {
			skipped++
			t.Logf("skip %s: %v %s", filepath.Base(f), err, r.problem)
			continue
		}
		diffs, n, err := r.play()
		if err != nil {
			skipped++
			t.Logf("skip %s: %v", filepath.Base(f), err)
			continue
		}
		agreed += n - len(diffs)
		differed += len(diffs)
		for _, d := range diffs {
			t.Logf("%s: %s", filepath.Base(f), d)
		}
	}
	t.Logf("%d files: %d questions agree, %d differ, %d files skipped", len(files), agreed, differed, skipped)
}

// play asks every question and lists the differences.
func (r *replay) play() (diffs []string, n int, err error) {
	now, ok := r.now()
	if !ok {
		return nil, 0, fmt.Errorf("no val-override-date")
	}
	if slices.Contains(r.config["harden-algo-downgrade"], "yes") {
		return nil, 0, fmt.Errorf("harden-algo-downgrade is on, which the CA leaves off")
	}
	if slices.Contains(r.config["harden-dnssec-stripped"], "no") {
		return nil, 0, fmt.Errorf("harden-dnssec-stripped is off, which the CA has on")
	}
	anchors, err := r.anchors()
	if err != nil {
		return nil, 0, err
	}
	world := newReplayWorld(r)
	var question replayStep
	for _, s := range r.steps {
		switch {
		case s.verb == "QUERY":
			question = s
		case s.verb == "CHECK_ANSWER" && len(s.entry.msg.Question) > 0:
			n++
			if d := world.compare(question, s, anchors, now); d != "" {
				diffs = append(diffs, d)
			}
		}
	}
	return diffs, n, nil
}

func (w *replayWorld) compare(asked, want replayStep, anchors []dns.RR, now time.Time) string {
	w.step = asked.at
	support := Unbound()
	support.Algorithms = append(support.Algorithms, dns.DSA, dns.DSANSEC3SHA1)
	v := New(Config{
		Anchors: anchors, Fetch: w.fetch, Support: support, Skew: time.Hour,
		Now: func() time.Time { return now },
	})
	if len(w.r.config["fake-sha1"]) > 0 {
		v.crypto = fakeSHA1
	}
	q := asked.entry.msg.Question[0]
	resp, verdict := v.Resolve(context.Background(), q.Name, q.Qtype)
	if resp.Rcode == dns.RcodeYXDomain {
		verdict.Rcode = resp.Rcode
	}
	got := fmt.Sprintf("%s ad=%t", rcodeString(verdict.Rcode), verdict.Status == Secure && (asked.entry.has("DO") || asked.entry.has("AD")))
	if verdict.Status == Bogus || resp.Failed {
		got = "SERVFAIL ad=false"
	}
	wanted := fmt.Sprintf("%s ad=%t", rcodeString(want.entry.rcode()), want.entry.has("AD"))
	if code, ok := want.entry.ede(); ok {
		wanted += fmt.Sprintf(" ede=%d", code)
		if verdict.HasEDE {
			got += fmt.Sprintf(" ede=%d", verdict.EDE)
		}
	}
	if got == wanted {
		return ""
	}
	return fmt.Sprintf("step %d %s %s: got %s (%s, %s), want %s", asked.at, q.Name, dns.Type(q.Qtype), got, verdict.Status, verdict.Text, wanted)
}

// fakeSHA1 takes every signature whose algorithm hashes with SHA-1 for good,
// as Unbound does with fake-sha1.
func fakeSHA1(algorithm uint8, key, signed, sig []byte) error {
	switch algorithm {
	case dns.DSA, dns.DSANSEC3SHA1, dns.RSASHA1, dns.RSASHA1NSEC3SHA1:
		return nil
	}
	return verifySignature(algorithm, key, signed, sig)
}
