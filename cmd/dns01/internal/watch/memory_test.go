package watch

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"dns01/check"
)

// reachable is what is held, in octets.
func reachable() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A watch runs for months, while orders come and go, verdicts change, and the
// webhook fails: a week of that must leave nothing behind.
func TestMemoryStaysOverAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const orders = 12
		s := newStage(t, "a.example")
		end := s.begin()
		day := func(n int) {
			for hour := range 24 {
				s.mu.Lock()
				s.list = List{}
				clear(s.verdict)
				clear(s.looked)
				for i := range orders {
					name := fmt.Sprintf("host%d.example", i)
					if i%4 == 0 { // a quarter is another one each hour
						name = fmt.Sprintf("host%d-%d-%d.example", n, hour, i)
					}
					s.verdict[name] = []check.Verdict{check.Ready, check.Blocked, check.AtRisk, check.Unknown}[(i+hour/3)%4]
					s.list.Orders = append(s.list.Orders, s.order(name, ""))
				}
				s.changed, s.failing, s.said, s.told = true, 3, nil, nil
				s.mu.Unlock()
				time.Sleep(time.Hour)
				s.get("/metrics")
			}
		}
		day(1)
		before, goroutines := reachable(), runtime.NumGoroutine()
		for n := range 6 {
			day(2 + n)
		}
		after := reachable()
		if after > before+before/20 {
			t.Errorf("the heap has grown from %d KiB after a day to %d KiB after seven", before>>10, after>>10)
		}
		if n := runtime.NumGoroutine(); n > goroutines+4 { // as many looks may be under way
			t.Errorf("%d goroutines, %d after a day", n, goroutines)
		}
		if len(s.entries) != orders {
			t.Errorf("%d orders are held, %d are on the list", len(s.entries), orders)
		}
		t.Logf("%d KiB and %d KiB", before>>10, after>>10)
		end()
	})
}

// What is kept of an order must be small: a list may have ten thousand.
func TestAnOrderTakesLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const orders = 300
		var names []string
		for i := range orders {
			names = append(names, fmt.Sprintf("host%d.example", i))
		}
		before := reachable()
		s := newStage(t, names...)
		end := s.begin()
		time.Sleep(2 * time.Hour)
		each := (int64(reachable()) - int64(before)) / orders // less, where something of before has gone
		if each > 16<<10 {
			t.Errorf("an order takes %d octets", each)
		}
		t.Logf("an order takes %d octets", each)
		end()
	})
}
