package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
	"dns01/resolver"
	"dns01/resolver/lab"
)

// A waited run is what came of a wait, in virtual time.
type waited struct {
	played
	took time.Duration
}

// waitIn waits in a world as if it were the Internet. The clock begins with
// the world, at midnight.
func waitIn(t *testing.T, s *lab.Scenario, args ...string) *waited {
	t.Helper()
	var r waited
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := newProgram(t, append([]string{"wait"}, args...)...)
		p.stdout, p.stderr = &r.stdout, &r.stderr
		p.rand = rand.New(always(0))
		p.now = time.Now
		var err error
		if p.world, err = labWorld(s); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		r.status = p.run(t.Context())
		r.took = time.Since(begun)
	})
	return &r
}

// waitWorld is a world of two servers, ns1 and ns2, in which sections say what
// each has when.
func waitWorld(t *testing.T, sections string) *lab.Scenario {
	t.Helper()
	s, err := lab.Parse(t.Name(), []byte(`A world
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 203.0.113.1
`+sections))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The values that tests wait for, and one of an earlier order.
const (
	waitValue  = "_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"
	otherValue = "LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM"
)

// copyWith is the text of example.com with a serial and TXT values.
func copyWith(serial string, values ...string) string {
	text := "@ SOA ns1 hostmaster " + serial + " 7200 3600 1209600 300\n@ CAA 0 issue \"letsencrypt.org\"\n"
	for _, v := range values {
		text += "_acme-challenge 60 TXT \"" + v + "\"\n"
	}
	return text
}

// What a script relies on: 0 only when every server has the value, 1 only when
// it never comes, and 75 when there is nothing but time that is missing.
func TestWaitEnds(t *testing.T) {
	both := "-- zone example.com @ ns1.example.com ns2.example.com --\n"
	second := "-- zone example.com @ ns2.example.com --\n"
	tests := []struct {
		name     string
		sections string
		args     []string
		status   int
		from, to time.Duration // it took
	}{
		{"it is there", both + copyWith("7", waitValue), nil, statusOK, 1 * time.Second, 3 * time.Second},
		{"it is there, believed at once", both + copyWith("7", waitValue), []string{"--settle", "1"}, statusOK, 0, time.Second},
		{"the secondary gets it later", both + copyWith("7", waitValue) + second + copyWith("6") +
			"-- after 90s zone example.com @ ns2.example.com --\n" + copyWith("7", waitValue), nil, statusOK, 90 * time.Second, 125 * time.Second},
		{"nobody has it, then both", both + copyWith("6") +
			"-- after 7m zone example.com @ ns1.example.com ns2.example.com --\n" + copyWith("7", waitValue), nil, statusOK, 7 * time.Minute, 7*time.Minute + 35*time.Second},
		{"an old value is replaced", both + copyWith("6", otherValue) +
			"-- after 40s zone example.com @ ns1.example.com ns2.example.com --\n" + copyWith("7", waitValue), nil, statusOK, 40 * time.Second, 75 * time.Second},
		{"it never comes", both + copyWith("6"), nil, statusRetry, 10 * time.Minute, 10*time.Minute + time.Second},
		{"it never comes to one", both + copyWith("7", waitValue) + second + copyWith("6"), []string{"--for", "1m"}, statusRetry, time.Minute, 61 * time.Second},
		{"it comes at the last moment", both + copyWith("6") +
			"-- after 59s zone example.com @ ns1.example.com ns2.example.com --\n" + copyWith("7", waitValue), []string{"--for", "1m"}, statusOK, time.Minute, 65 * time.Second},
		{"CAA forbids", both + strings.Replace(copyWith("7", waitValue), "letsencrypt.org", "digicert.com", 1), nil, statusBlocked, time.Second, 3 * time.Second},
		{"CAA forbids, and it is not there", both + strings.Replace(copyWith("7"), "letsencrypt.org", "digicert.com", 1), nil, statusBlocked, time.Second, 3 * time.Second},
		{"quoted", both + copyWith("7", `\"`+waitValue+`\"`), nil, statusBlocked, time.Second, 3 * time.Second},
		{"at the wrong name", both + copyWith("7") + "_acme-challenge.example.com 60 TXT \"" + waitValue + "\"\n", nil, statusBlocked, time.Second, 3 * time.Second},
		{"no server knows the zone", both + copyWith("7", waitValue) + "-- faults --\nns1.example.com refuse\nns2.example.com refuse\n", nil, statusBlocked, time.Second, 10 * time.Second},
		{"not registered", "-- zone example.org @ ns1.example.com ns2.example.com --\n@ A 192.0.2.9\n-- delegation example.com --\n", nil, statusBlocked, time.Second, 5 * time.Second},
		{"one server is dead", both + copyWith("7", waitValue) + "-- faults --\nns2.example.com drop\n", nil, statusOK, time.Second, 20 * time.Second},
		{"one server is dead, strictly", both + copyWith("7", waitValue) + "-- faults --\nns2.example.com drop\n", []string{"--strict", "--for", "1m"}, statusRetry, time.Minute, 75 * time.Second},
		{"servers are down for a minute", both + copyWith("7", waitValue) + "-- faults --\nns1.example.com until=60s drop\nns2.example.com until=60s drop\n", nil, statusOK, time.Minute, 100 * time.Second},
		{"no network", both + copyWith("7", waitValue) + "-- network --\nno-network\n", nil, statusUnknown, time.Second, time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := waitIn(t, waitWorld(t, tt.sections), append(tt.args, "--value", waitValue, "example.com")...)
			if r.status != tt.status {
				t.Errorf("status %d, want %d", r.status, tt.status)
			}
			if r.took < tt.from || r.took > tt.to {
				t.Errorf("it took %s, want %s to %s", r.took, tt.from, tt.to)
			}
			if t.Failed() {
				t.Logf("stdout:\n%s\nstderr:\n%s", &r.stdout, &r.stderr)
			}
		})
	}
}

// A person who reads the log of a renewal learns which server was late, by how
// much, and why.
func TestWaitTellsWhatChanges(t *testing.T) {
	r := waitIn(t, waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("7", waitValue)+
		"-- zone example.com @ ns2.example.com --\n"+copyWith("6")+
		"-- after 10s zone example.com @ ns2.example.com --\n"+copyWith("7", waitValue)), "--value", waitValue, "example.com")
	want := `dns01: waiting for 1 value of 1 name, 10 min at most
dns01: 1 of 2 addresses have what is expected
dns01: ns2.example.com at serial 6, others at 7: a zone transfer is due, within 120 min by the SOA refresh timer if no NOTIFY comes
dns01: 00:00:16 +16 s ns2.example.com (203.0.113.1): NXDOMAIN -> 1 of 1, serial 6 -> 7
dns01: 2 of 2 addresses have what is expected
`
	if diff := cmp.Diff(want, r.stderr.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A round is a line, and the last line is the whole report with the end of the
// wait: a program that reads either must find the same keys in each.
func TestWaitLines(t *testing.T) {
	world := waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("6")+
		"-- after 5s zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("7", waitValue))
	r := waitIn(t, world, "--format", "jsonl", "--quiet=false", "--value", waitValue, "example.com")
	all := lines(t, &r.stdout)
	if len(all) < 3 {
		t.Fatalf("%d lines", len(all))
	}
	rounds, last := all[:len(all)-1], all[len(all)-1]
	for i, line := range rounds {
		if line["event"] != "round" || line["round"] != float64(i+1) || line["schema"] != float64(1) {
			t.Errorf("line %d is event %v, round %v, schema %v", i+1, line["event"], line["round"], line["schema"])
		}
	}
	if first, end := rounds[0]["passing"], rounds[len(rounds)-1]["passing"]; first != false || end != true {
		t.Errorf("passing is %v at first and %v at the end", first, end)
	}
	wait, ok := last["wait"].(map[string]any)
	if !ok || last["verdict"] != "ready" || wait["outcome"] != "ready" || wait["rounds"] != float64(len(rounds)) {
		t.Errorf("the last line is %v", last)
	}
	if n := len(wait["changes"].([]any)); n != 4 {
		t.Errorf("%d changes, want each address at first and once more", n)
	}

	whole := waitIn(t, world, "--json", "--value", waitValue, "example.com")
	var doc struct {
		Schema int
		Wait   struct{ Outcome string }
	}
	if err := json.Unmarshal(whole.stdout.Bytes(), &doc); err != nil || doc.Schema != 1 || doc.Wait.Outcome != "ready" {
		t.Errorf("%v, schema %d, outcome %q", err, doc.Schema, doc.Wait.Outcome)
	}
}

// Servers that take turns, as those behind one anycast address do, are not
// there yet just because one of them is met.
func TestWaitForServersThatTakeTurns(t *testing.T) {
	r := waitIn(t, waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("7", waitValue)+
		"-- zone example.com @ ns2.example.com --\n"+copyWith("6")+
		"-- faults --\nns1.example.com name=_acme-challenge.example.com until=3m alternate ns2.example.com\n"+
		"ns2.example.com name=_acme-challenge.example.com after=3m alternate ns1.example.com\n"), "--settle", "4", "--for", "5m", "--value", waitValue, "example.com")
	if r.status != statusRetry {
		t.Errorf("status %d: ns2 has it in every second answer only\n%s", r.status, &r.stdout)
	}
}

// A host that publishes four times an hour is not asked every half minute, and
// is told apart from one that hangs.
func TestWaitForBatches(t *testing.T) {
	s, err := lab.Parse(t.Name(), []byte(`A world
-- servers --
ns1.dnsowl.com 192.0.2.1
ns2.dnsowl.com 203.0.113.1
-- zone example.com @ ns1.dnsowl.com ns2.dnsowl.com --
@ SOA ns1.dnsowl.com. hostmaster 6 7200 3600 1209600 300
-- after 15m20s zone example.com @ ns1.dnsowl.com ns2.dnsowl.com --
@ SOA ns1.dnsowl.com. hostmaster 7 7200 3600 1209600 300
_acme-challenge 60 TXT "`+waitValue+`"
`))
	if err != nil {
		t.Fatal(err)
	}
	r := waitIn(t, s, "--for", "20m", "--format", "jsonl", "--value", waitValue, "example.com")
	if r.status != statusOK || r.took < 15*time.Minute+20*time.Second || r.took > 15*time.Minute+55*time.Second {
		t.Errorf("status %d after %s", r.status, r.took)
	}
	if !strings.Contains(r.stderr.String(), "NameSilo publishes every 15 min, next at 00:15 UTC\n") {
		t.Errorf("stderr:\n%s", &r.stderr)
	}
	if n := len(lines(t, &r.stdout)); n > 30 {
		t.Errorf("%d looks", n)
	}
	short := waitIn(t, s, "--value", waitValue, "example.com")
	if !strings.Contains(short.stderr.String(), "--for 10 min ends before that") {
		t.Errorf("stderr:\n%s", &short.stderr)
	}
}

// asks counts queries by server address.
type asks struct {
	x  resolver.Exchanger
	mu sync.Mutex
	n  map[netip.Addr]int
}

func (a *asks) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	a.mu.Lock()
	a.n[q.Server.Addr()]++
	a.mu.Unlock()
	return a.x.Exchange(ctx, q)
}

// What was asked was asked, also in a look that was interrupted.
func TestWaitCountsWhatAnInterruptedLookAsked(t *testing.T) {
	world := waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("6"))
	for after := 2 * time.Second; after < 2300*time.Millisecond; after += 15 * time.Millisecond {
		var stdout *bytes.Buffer
		a := &asks{n: map[netip.Addr]int{}}
		synctest.Test(t, func(t *testing.T) {
			var p *program
			p, stdout, _ = newProgram(t, "wait", "--json", "--value", waitValue, "example.com")
			p.rand, p.now = rand.New(always(0)), time.Now
			var err error
			if p.world, err = labWorld(world); err != nil {
				t.Fatal(err)
			}
			a.x, p.world.exchanger = p.world.exchanger, a
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			p.run(ctx)
		})
		sent := 0
		for _, n := range a.n {
			sent += n
		}
		var d struct {
			Wait struct{ Queries struct{ Total int } }
		}
		if err := json.Unmarshal(stdout.Bytes(), &d); err != nil || d.Wait.Queries.Total != sent {
			t.Errorf("interrupted after %s: %d queries are counted, %d were sent; %v", after, d.Wait.Queries.Total, sent, err)
		}
	}
}

// A wait of ten minutes must not be ten minutes of questions to a registry,
// nor one to a cache, where it would plant what it waits to go away.
func TestWaitIsPolite(t *testing.T) {
	s, err := scenario("views-caches-not-asked")
	if err != nil {
		t.Fatal(err)
	}
	var a *asks
	var looks int
	synctest.Test(t, func(t *testing.T) {
		p, stdout, _ := newProgram(t, "wait", "--for", "10m", "--format", "jsonl", "--value", otherValue, "example.com")
		p.rand, p.now = rand.New(always(0)), time.Now
		if p.world, err = labWorld(s); err != nil {
			t.Fatal(err)
		}
		a = &asks{x: p.world.exchanger, n: map[netip.Addr]int{}}
		p.world.exchanger = a
		caches := p.world.caches()
		if len(caches) == 0 {
			t.Fatal("the world has no caches")
		}
		if got := p.run(t.Context()); got != statusRetry {
			t.Errorf("status %d", got)
		}
		for _, c := range caches {
			for _, addr := range c.addrs {
				if n := a.n[addr.Addr()]; n > 0 {
					t.Errorf("%s was asked %d times", c.id, n)
				}
			}
		}
		looks = len(lines(t, stdout)) - 1
	})
	registry := 0
	for addr, n := range a.n {
		if netip.MustParsePrefix("198.51.100.0/24").Contains(addr) || netip.MustParsePrefix("2001:db8:fffe::/47").Contains(addr) {
			registry += n
		}
	}
	if most := 11 * 12; registry > most {
		t.Errorf("the root and com were asked %d times in %d looks, want at most %d: once a minute", registry, looks, most)
	}
	if own := a.n[netip.MustParseAddr("192.0.2.1")]; own > 10*looks {
		t.Errorf("ns1 was asked %d times in %d looks", own, looks)
	}
}

// What has arrived for one name is not asked again while another is open, and
// everything is once more before the end.
func TestWaitAsksForWhatIsOpen(t *testing.T) {
	r := waitIn(t, waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("7", waitValue)+
		"-- after 20s zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("8", waitValue)+
		"_acme-challenge.www 60 TXT \""+otherValue+"\"\n"),
		"--format", "jsonl", "--value", "example.com="+waitValue, "--value", "www.example.com="+otherValue, "example.com", "www.example.com")
	all := lines(t, &r.stdout)
	if r.status != statusOK || len(all) < 4 {
		t.Fatalf("status %d, %d lines\n%s", r.status, len(all), &r.stderr)
	}
	first, second := all[0]["queries"].(float64), all[1]["queries"].(float64)
	if second > first/2 {
		t.Errorf("%v queries in the second look after %v in the first", second, first)
	}
	for i, line := range all[:len(all)-1] {
		if n := len(line["servers"].([]any)); n != 4 {
			t.Errorf("look %d tells of %d servers of two names, want 4", i+1, n)
		}
	}
	if n := len(all[len(all)-1]["identifiers"].([]any)); n != 2 {
		t.Errorf("the report has %d identifiers", n)
	}
}

// Interrupted, a wait says what it knows.
func TestWaitInterrupted(t *testing.T) {
	var stdout, stderr *bytes.Buffer
	var status int
	synctest.Test(t, func(t *testing.T) {
		var p *program
		p, stdout, stderr = newProgram(t, "wait", "--value", waitValue, "example.com")
		p.rand, p.now = rand.New(always(0)), time.Now
		var err error
		if p.world, err = labWorld(waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("6"))); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		status = p.run(ctx)
	})
	if status != statusUnknown || !strings.HasPrefix(stdout.String(), "INTERRUPTED  example.com: after 20.0 s, 0 of 2 addresses have what is") {
		t.Errorf("status %d, stdout:\n%s", status, stdout)
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("stderr:\n%s", stderr)
	}
}

// A client that calls a hook does not say whether the name or its wildcard is
// ordered; CAA may forbid one of them, and the order must not fail for it.
func TestWaitForEitherForm(t *testing.T) {
	tests := []struct {
		name, caa string
		status    int
	}{
		{"the wildcard alone is allowed", "@ CAA 0 issue \"digicert.com\"\n@ CAA 0 issuewild \"letsencrypt.org\"\n", statusOK},
		{"the name alone is allowed", "@ CAA 0 issue \"letsencrypt.org\"\n@ CAA 0 issuewild \";\"\n", statusOK},
		{"none is", "@ CAA 0 issue \"digicert.com\"\n", statusBlocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+tt.caa+"_acme-challenge 60 TXT \""+waitValue+"\"\n")
			r := waitIn(t, s, "present", "_acme-challenge.example.com.", waitValue)
			if r.status != tt.status {
				t.Errorf("status %d, want %d\n%s%s", r.status, tt.status, &r.stdout, &r.stderr)
			}
		})
	}
}

// A value made of this order's in a wrong way is there, and never will do. What
// another order left may make way.
func TestWaitForAnUndigestedValue(t *testing.T) {
	const mine = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	const older = "aaaaxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	for published, want := range map[string]int{
		mine: statusBlocked, mine[:43]: statusBlocked, mine[44:]: statusBlocked, check.Digest(mine + "\n"): statusBlocked, check.Digest(mine)[:30]: statusBlocked,
		older: statusRetry, older[:43]: statusRetry, "v=spf1 -all": statusRetry,
	} {
		s := waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("7", published))
		if r := waitIn(t, s, "--for", "1m", "--value", mine, "example.com"); r.status != want {
			t.Errorf("with %s: status %d, want %d\n%s", published, r.status, want, &r.stdout)
		}
	}
}

// dehydrated tells the token too; a hook that publishes that one is caught.
func TestWaitForATokenOfDehydrated(t *testing.T) {
	const token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
	s := waitWorld(t, "-- zone example.com @ ns1.example.com ns2.example.com --\n"+copyWith("7", token))
	if r := waitIn(t, s, "deploy_challenge", "example.com", token, waitValue); r.status != statusBlocked || !strings.Contains(r.stdout.String(), "is the token of this order") {
		t.Errorf("status %d\n%s", r.status, &r.stdout)
	}
}

// lines reads JSON lines.
func lines(t *testing.T, r io.Reader) []map[string]any {
	t.Helper()
	var all []map[string]any
	for d := json.NewDecoder(r); ; {
		var m map[string]any
		switch err := d.Decode(&m); err {
		case nil:
			all = append(all, m)
		case io.EOF:
			return all
		default:
			t.Fatal(err)
		}
	}
}
