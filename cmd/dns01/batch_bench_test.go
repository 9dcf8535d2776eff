package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"dns01/resolver/lab"
)

// zonesWorld is a world of so many zones for a batch.
func zonesWorld(tb testing.TB, zones int) world {
	tb.Helper()
	var b strings.Builder
	b.WriteString("zones\n\n-- target --\nzone0.com\n-- network --\nrtt 0s\n-- servers --\nns1.host.net 192.0.2.1 2001:db8::1\nns2.host.net 192.0.2.2 2001:db8::2\n")
	for z := range zones {
		fmt.Fprintf(&b, "-- zone zone%d.com @ ns1.host.net ns2.host.net --\n@ CAA 0 issue \"letsencrypt.org\"\n* A 192.0.2.80\n", z)
	}
	s, err := lab.Parse("zones", []byte(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	w, err := labWorld(s)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// A list of orders that is made as it is read.
type madeList struct {
	n, of, zones int
	rest         []byte
}

func (l *madeList) Read(b []byte) (int, error) {
	if len(l.rest) == 0 {
		if l.n == l.of {
			return 0, io.EOF
		}
		l.rest = fmt.Appendf(nil, "host%d.zone%d.com\n", l.n, l.n%l.zones)
		l.n++
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// BenchmarkBatch judges orders over 500 zones, without latency and pacing, and
// reports how many a second, how much time of a processor each takes, which does
// not depend on what else a machine does, and how much memory the process has
// held at most. One operation is one order: see scripts/batch-memory.
func BenchmarkBatch(b *testing.B) {
	w := zonesWorld(b, 500)
	p, _, stderr := newProgram(b, "batch", "--pace", "none", "--quiet", "-")
	p.world, p.stdout = w, io.Discard
	p.stdin = &madeList{of: b.N, zones: 500}
	before := processUse()
	b.ReportAllocs()
	b.ResetTimer()
	if status := p.run(b.Context()); status != statusOK {
		b.Fatalf("status %d: %s", status, stderr)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
	if after := processUse(); after.cpu > 0 {
		b.ReportMetric(float64((after.cpu-before.cpu).Microseconds())/float64(b.N), "cpu-µs/order")
		b.ReportMetric(float64(after.peak)/(1<<20), "peak-MiB")
	}
}

// A spent is what a process has needed so far; zero where the system does not tell.
type spent struct {
	cpu  time.Duration
	peak int // octets of memory held at most
}

// processUse reads what Linux tells of this process (proc(5)).
func processUse() (u spent) {
	const tick = 10 * time.Millisecond
	stat, _ := os.ReadFile("/proc/self/stat")
	if _, rest, ok := strings.Cut(string(stat), ") "); ok {
		fields := strings.Fields(rest) // the first is the third of the file
		for _, i := range []int{14, 15} {
			n, _ := strconv.Atoi(fields[i-3])
			u.cpu += time.Duration(n) * tick
		}
	}
	status, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
		kib, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		n, _ := strconv.Atoi(kib)
		u.peak = n << 10
	}
	return u
}
