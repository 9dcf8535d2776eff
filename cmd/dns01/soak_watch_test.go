package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// soakOrders are on the list all the time.
var soakOrders = []string{"a.com *.a.com", "b.com *.b.com", "c.com", "www.b.com", "a.b.c.com"}

// A watch that somebody started and forgot: for days on end zones are edited,
// servers and the network fail and come back, the list is edited and read
// again, and somebody scrapes. What it holds at the end of a day stays what it
// is, and it tells what there is to tell every day.
func TestSoakWatch(t *testing.T) {
	list := listOf(t, soakOrders...)
	synctest.Test(t, func(t *testing.T) {
		r := watchOver(t, soakedWorld(t, *soakDays), list)
		defer r.end()
		held := &soak{}
		for day := range *soakDays {
			for hour := range 24 {
				if hour%4 == 0 {
					r.rewrite(list, fmt.Sprintf("day%d-%d.a.com", day, hour))
				}
				if hour%6 == 5 {
					r.hangup <- struct{}{}
				}
				time.Sleep(time.Hour)
				for _, path := range []string{"/metrics", "/", "/healthz", "/report/c.com?format=html", "/report/c.com"} {
					if status, body := r.get(path); status != 200 {
						t.Fatalf("day %d, %d h: %s: %d %s", day, hour, path, status, body)
					}
				}
			}
			if got, want := r.metric(`dns01_watch_orders{verdict="ready"}`), strconv.Itoa(len(soakOrders)+1); got != want {
				t.Errorf("at the end of day %d %s orders are ready, want %s", day, got, want)
			}
			r.forget(day)
			held.take(t)
		}
		held.isFlat(t)
		if got := r.metric("dns01_watch_faults_total"); got != "0" {
			t.Errorf("%s faults", got)
		}
	})
}

// rewrite puts another order behind those that stay.
func (r *watchRun) rewrite(list, more string) {
	r.t.Helper()
	write(r.t, list, strings.Join(append(slices.Clone(soakOrders), more), "\n")+"\n")
	if err := os.Chtimes(list, time.Now(), time.Now()); err != nil { // the bubble's time
		r.t.Fatal(err)
	}
}

// forget lets go of what was told on a day, and wants the change of CAA and
// back among it.
func (r *watchRun) forget(day int) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var told []string
	for _, n := range r.told {
		told = append(told, n.Order+" "+n.From+">"+n.To)
	}
	for _, want := range []string{"a.com ready>blocked", "a.com blocked>ready"} {
		if !slices.Contains(told, want) {
			r.t.Errorf("day %d: %q is not among what was told: %q", day, want, told)
		}
	}
	r.told = nil
	r.stderr.Reset()
}

// Orders of many zones at one provider, of whose two servers one is silent for
// some minutes. Looks must not queue up behind each other's questions to it: all
// orders are at risk in the meantime, none of them unseen, and ready soon after.
func TestWatchOfAProviderWithASilentServer(t *testing.T) {
	const zones = 100
	var world, list strings.Builder
	world.WriteString("A provider\n\n-- target --\nz0.com\n-- servers --\nns1.host.net 192.0.2.1\nns2.host.net 192.0.2.2\n-- network --\nrtt 20ms\n")
	for i := range zones {
		fmt.Fprintf(&world, "-- zone z%d.com @ ns1.host.net ns2.host.net --\n@ CAA 0 issue \"letsencrypt.org\"\n", i)
		fmt.Fprintf(&list, "z%d.com\n", i)
	}
	world.WriteString("-- faults --\nns2.host.net after=2m until=8m drop\n")
	file := listOf(t, list.String())
	synctest.Test(t, func(t *testing.T) {
		r := watchIn(t, world.String(), file, "--interval", "1m")
		defer r.end()
		after := func(d time.Duration, verdict string, seconds float64) {
			time.Sleep(d)
			_, page := r.get("/metrics")
			if got, slowest := r.metric(`dns01_watch_orders{verdict="`+verdict+`"}`), slowestLook(t, page); got != strconv.Itoa(zones) || slowest > seconds {
				t.Errorf("%v after the beginning %s orders are %s, and a look takes %.1f s", r.world.Elapsed(), got, verdict, slowest)
			}
		}
		after(115*time.Second, "ready", 1)
		after(125*time.Second, "at_risk", 7) // the first have yet to find out
		for range 3 {
			after(time.Minute, "at_risk", 5)
		}
		after(4*time.Minute, "ready", 1)
	})
}

// slowestLook is how long the last look at some order took, in seconds.
func slowestLook(t *testing.T, page string) (slowest float64) {
	t.Helper()
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "dns01_duration_seconds{") {
			fields := strings.Fields(line)
			took, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			if err != nil {
				t.Fatal(err)
			}
			slowest = max(slowest, took)
		}
	}
	return slowest
}
