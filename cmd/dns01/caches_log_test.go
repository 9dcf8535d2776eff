package main

import (
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dns01/resolver/lab"
	"dns01/testdata"
)

// withCaches is a world in which there are caches to ask: those that it has,
// or two. It is nil where something on the way sends to a cache what is meant
// for the servers, so that the log tells nothing.
func withCaches(t *testing.T, name string) *lab.Scenario {
	t.Helper()
	data, err := testdata.Scenario(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if strings.Contains(text, "udp53-intercepted") {
		return nil
	}
	if !strings.Contains(text, "-- caches --") {
		text = strings.Replace(text, "-- want --", "-- caches --\nsomebody's 192.0.2.250\nlocal 192.0.2.251\n-- want --", 1)
	}
	s, err := lab.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// inLog plays a command in a world and returns the world's log, and which
// servers in it are caches.
func inLog(t *testing.T, s *lab.Scenario, args ...string) (log []lab.Arrival, isCache func(lab.Arrival) bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t, args...)
		p.stdout, p.stderr, p.rand, p.now = io.Discard, io.Discard, rand.New(always(0)), time.Now
		var err error
		if p.world, err = labWorld(s); err != nil {
			t.Fatal(err)
		}
		if got := p.run(t.Context()); got == statusUsage {
			t.Errorf("dns01 %s: wrong usage", strings.Join(args, " "))
		}
		w := p.world.exchanger.(*lab.World)
		log = w.Log()
		isCache = func(a lab.Arrival) bool {
			return slices.ContainsFunc(w.Caches(), func(c lab.Cache) bool { return c.Addr == a.Server })
		}
	})
	return log, isCache
}

// Asking a cache for what is not there yet plants the denial that people then
// wait for. wait asks again and again, and lookup, plan and caa have no use for
// what a cache says: none of them asks one, in any world. For check, which asks
// what all servers agree on, see TestNoCacheIsAskedForWhatIsNotAgreed.
func TestNoCacheIsAskedByWhatHasNoUseForIt(t *testing.T) {
	var asked atomic.Int64
	t.Cleanup(func() {
		if n := asked.Load(); n < 10_000 {
			t.Errorf("%d questions reached servers in all: this test sees nothing", n)
		}
	})
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withCaches(t, name)
			if s == nil {
				t.Skip("questions to servers come to a cache here")
			}
			d := demoFlags()
			if err := d.parse(s.Target); err != nil {
				t.Fatal(err)
			}
			names := d.Args()[:1]
			if len(names[0]) > 200 || d.challenge == "dns-persist-01" {
				return // there is no such name to look up, or no value to wait for
			}
			for _, args := range [][]string{
				append([]string{"wait", "--for", "3s", "--value", waitValue}, names...),
				{"lookup", "_acme-challenge." + strings.TrimPrefix(names[0], "*."), "TXT"},
				append([]string{"plan", "--look"}, names...),
				append([]string{"caa"}, names...),
			} {
				log, isCache := inLog(t, s, args...)
				asked.Add(int64(len(log)))
				for _, a := range log {
					if isCache(a) {
						t.Errorf("%s asks the cache %s for %s %s", args[0], a.Host, a.Name, a.Type)
						break
					}
				}
			}
		})
	}
}
