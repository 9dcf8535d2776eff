package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver"
)

const plainWorld = `plain
-- servers --
ns1.example.com 192.0.2.1 2001:db8::1
-- zone example.com @ ns1.example.com --
`

// sleepUntil lets virtual time pass until so many seconds after the start.
func sleepUntil(w *World, seconds int) {
	time.Sleep(time.Duration(seconds)*time.Second - w.elapsed())
}

func TestRoundTrip(t *testing.T) {
	tests := []struct {
		name, network string
		transport     string
		want          time.Duration
	}{
		{"by default", "", "udp", 10 * time.Millisecond},
		{"TCP shakes hands first", "", "tcp", 20 * time.Millisecond},
		{"as the scenario says", "-- network --\nrtt 80ms\n", "udp", 80 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, plainWorld+test.network)
				began := time.Now()
				r, err := w.Exchange(t.Context(), query(t, test.transport+" 192.0.2.1 example.com SOA"))
				if err != nil {
					t.Fatal(err)
				}
				if whole(r.RTT) != test.want || time.Since(began) != r.RTT {
					t.Errorf("RTT = %v, took %v, want %v", r.RTT, time.Since(began), test.want)
				}
			})
		})
	}
}

func TestNoReply(t *testing.T) {
	tests := []struct {
		name, network, query string
		want                 resolver.Failure
	}{
		{"nobody lives there", "", "udp 192.0.2.99 example.com SOA", resolver.Timeout},
		{"no IPv6", "no-ipv6", "udp 2001:db8::1 example.com SOA", resolver.NoRoute},
		{"no network", "no-network", "tcp 192.0.2.1 example.com SOA", resolver.NoRoute},
		{"UDP blocked", "udp53-blocked", "udp 192.0.2.1 example.com SOA", resolver.Timeout},
		{"TCP blocked", "tcp53-blocked", "tcp 192.0.2.1 example.com SOA", resolver.Timeout},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, plainWorld+"-- network --\n"+test.network+"\n")
				diff(t, test.query, string(test.want), ask(t, w, test.query))
				if len(w.Log()) > 0 {
					t.Errorf("it arrived: %v", w.Log())
				}
			})
		})
	}
}

func TestAnotherPortRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := query(t, "tcp 192.0.2.1 example.com SOA")
		q.Server = netip.AddrPortFrom(q.Server.Addr(), 853)
		_, err := world(t, plainWorld).Exchange(t.Context(), q)
		if f := resolver.FailureOf(err); f != resolver.Unreachable {
			t.Errorf("failure = %v, want unreachable", f)
		}
	})
}

// The end of the run is not the server's silence.
func TestCanceledIsNotTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, plainWorld)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel()
		}()
		_, err := w.Exchange(ctx, query(t, "udp 192.0.2.99 example.com SOA"))
		if f := resolver.FailureOf(err); f != resolver.Canceled {
			t.Errorf("failure = %v, want canceled", f)
		}
		_, err = w.Exchange(ctx, query(t, "udp 192.0.2.1 example.com SOA"))
		if f := resolver.FailureOf(err); f != resolver.Canceled {
			t.Errorf("with an ended context: failure = %v, want canceled", f)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v does not wrap the cause", err)
		}
	})
}

// A query's own time ends in the server's silence, the run's in a cancellation.
func TestQueryTimeout(t *testing.T) {
	tests := []struct {
		name        string
		own, run    time.Duration
		fault, want string
		took        time.Duration
	}{
		{"its own time", time.Second, time.Minute, "drop", "timeout", time.Second},
		{"the run's", time.Minute, time.Second, "drop", "canceled", time.Second},
		{"its own time, after a stray reply", time.Second, time.Minute, "wrong-id", "mismatched", time.Second},
		{"the run's, after a stray reply", time.Minute, time.Second, "wrong-id", "canceled", time.Second},
		{"in time", time.Second, time.Minute, "slow 980ms", "", 990 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := world(t, plainWorld+"-- faults --\nns1.example.com "+test.fault+"\n")
				ctx, cancel := context.WithTimeout(t.Context(), test.run)
				defer cancel()
				q := query(t, "udp 192.0.2.1 example.com SOA")
				q.Timeout = test.own
				began := time.Now()
				_, err := w.Exchange(ctx, q)
				if got := string(resolver.FailureOf(err)); got != test.want || whole(time.Since(began)) != test.took {
					t.Errorf("failure %q after %v, want %q after %v", got, time.Since(began), test.want, test.took)
				}
			})
		})
	}
}

// A caller's message must come back from the exchange as it went in.
func TestQueryIsNotChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := query(t, "udp 192.0.2.1 eXample.com SOA")
		before := q.Msg.String()
		r, err := world(t, plainWorld).Exchange(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "query", before, q.Msg.String())
		if got := r.Msg.Question[0].Name; got != "eXample.com." {
			t.Errorf("question = %s, want its letter case kept", got)
		}
	})
}

// The size of an answer decides over transports: what a resolver sees over UDP
// must be what fits, and over TCP the whole.
func TestSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var zone strings.Builder
		zone.WriteString(plainWorld)
		for i := range 10 {
			fmt.Fprintf(&zone, "ten TXT %s\n", strings.Repeat(string(rune('a'+i)), 43))
		}
		for i := range 30 {
			fmt.Fprintf(&zone, "thirty TXT %s%02d\n", strings.Repeat("x", 41), i)
		}
		for i := range 300 {
			fmt.Fprintf(&zone, "huge TXT %s%03d\n", strings.Repeat("x", 247), i)
		}
		w := world(t, zone.String())
		type result struct {
			Size, Records int
			Truncated     bool
		}
		got := map[string]result{}
		for _, q := range []string{
			"udp 192.0.2.1 ten.example.com TXT", "udp 192.0.2.1 ten.example.com TXT plain",
			"udp 192.0.2.1 thirty.example.com TXT", "tcp 192.0.2.1 thirty.example.com TXT",
			"tcp 192.0.2.1 huge.example.com TXT",
		} {
			r, err := w.Exchange(t.Context(), query(t, q))
			if err != nil {
				t.Fatal(err)
			}
			got[q] = result{r.Size, len(r.Msg.Answer), r.Msg.Truncated}
		}
		// Header 12, question 21 or 24, OPT 11; each record 12 + 1 + 43.
		want := map[string]result{
			"udp 192.0.2.1 ten.example.com TXT":       {12 + 21 + 11 + 10*56, 10, false},
			"udp 192.0.2.1 ten.example.com TXT plain": {12 + 21, 0, true},
			"udp 192.0.2.1 thirty.example.com TXT":    {12 + 24 + 11, 0, true},
			"tcp 192.0.2.1 thirty.example.com TXT":    {12 + 24 + 11 + 30*56, 30, false},
			"tcp 192.0.2.1 huge.example.com TXT":      {12 + 22 + 11, 0, true},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("sizes (-want +got):\n%s", d)
		}
	})
}

// Addresses beside an answer are left out before the answer is; beside a
// referral they are what it is about.
func TestSizeWithoutAdditional(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := "wide\n-- servers --\n"
		hosts := ""
		for i := range 20 {
			text += fmt.Sprintf("ns%02d.example.com 192.0.2.%d 2001:db8::%d\n", i, i+1, i+1)
			hosts += fmt.Sprintf(" ns%02d.example.com", i)
		}
		w := world(t, text+"-- zone example.com @"+hosts+" --\n")
		r, err := w.Exchange(t.Context(), query(t, "udp 192.0.2.1 example.com NS"))
		if err != nil {
			t.Fatal(err)
		}
		if m := r.Msg; m.Truncated || len(m.Answer) != 20 || len(m.Extra) != 1 {
			t.Errorf("answer: TC %v, %d records and %d beside them, want all and OPT", m.Truncated, len(m.Answer), len(m.Extra))
		}
		r, err = w.Exchange(t.Context(), query(t, "udp 198.51.100.10 example.com NS"))
		if err != nil {
			t.Fatal(err)
		}
		if !r.Msg.Truncated {
			t.Errorf("referral of %d octets without TC", r.Size)
		}
	})
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, plainWorld)
		ask(t, w, "udp 192.0.2.1 eXample.com SOA")
		ask(t, w, "tcp 2001:db8:ffff::2 . TYPE1234")
		want := []Arrival{
			{5 * time.Millisecond, addrs("192.0.2.1")[0], "ns1.example.com", resolver.UDP, "eXample.com", "SOA"},
			{15 * time.Millisecond, addrs("2001:db8:ffff::2")[0], "b.root-servers.net", resolver.TCP, ".", "TYPE1234"},
		}
		if d := cmp.Diff(want, w.Log(), cmp.Comparer(sameAddr), cmp.Transformer("whole", whole)); d != "" {
			t.Errorf("Log (-want +got):\n%s", d)
		}
	})
}

// What is no plain query is answered by the rcodes of the RFCs.
func TestUnusualQueries(t *testing.T) {
	tests := []struct {
		name   string
		change func(*dns.Msg)
		want   string
	}{
		{"another opcode", func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }, "NOTIMP edns"},
		{"another class", func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }, "REFUSED edns"},
		{"another EDNS version", func(m *dns.Msg) { m.IsEdns0().SetVersion(1) }, "BADVERS edns"},
		{"two questions", func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }, "FORMERR edns"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := query(t, "udp 192.0.2.1 example.com SOA")
				test.change(q.Msg)
				r, err := world(t, plainWorld).Exchange(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				diff(t, test.name, strings.Replace(test.want, "BADVERS", dns.RcodeToString[dns.RcodeBadVers], 1), show(r.Msg))
			})
		})
	}
}

// whole leaves out the moment by which queries are told apart.
func whole(d time.Duration) time.Duration { return d.Truncate(time.Millisecond) }

// A fault of one place must not be met by another: a scenario that says who
// sees what would show something else.
func TestPerspectives(t *testing.T) {
	s, err := Parse("places", []byte(`Who sees what
-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
@ A 192.0.2.80
-- perspectives --
eu-west RIPE NCC
ap-south APNIC
-- network --
no-network
-- faults --
ns1.example.com from=ap-south refuse
ns1.example.com from=here,eu-west no-aa
`))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w, err := s.World()
		if err != nil {
			t.Fatal(err)
		}
		m := new(dns.Msg)
		m.SetQuestion("example.com.", dns.TypeA)
		q := resolver.Query{Server: netip.MustParseAddrPort("192.0.2.1:53"), Transport: resolver.UDP, Msg: m, Timeout: time.Second}
		if _, err := w.Exchange(t.Context(), q); resolver.FailureOf(err) != resolver.NoRoute {
			t.Errorf("here, without a network: %v", err)
		}
		var got []string
		for _, p := range w.Perspectives() {
			r, err := p.Exchange(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s (%s): %s, aa %v", p.Name, p.RIR, dns.RcodeToString[r.Msg.Rcode], r.Msg.Authoritative))
		}
		want := []string{"eu-west (RIPE NCC): NOERROR, aa false", "ap-south (APNIC): REFUSED, aa false"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if n := len(w.Log()); n != 0 {
			t.Errorf("%d queries in the log; those of other places do not belong there", n)
		}
	})
}

func TestPerspectivesThatAreNone(t *testing.T) {
	const world = "T\n-- servers --\nns1.example.com 192.0.2.1\n-- zone example.com @ ns1.example.com --\n"
	for text, want := range map[string]string{
		"-- perspectives --\neu RIPE\n":                        `"RIPE" is not a registry`,
		"-- perspectives --\nhere ARIN\n":                      `"here" is where the world is asked from anyway`,
		"-- perspectives --\neu ARIN\neu APNIC\n":              "eu is listed twice",
		"-- faults --\nns1.example.com from=eu drop\n":         "from=eu is not among the perspectives",
		"-- faults --\nns1.example.com from=here,,here drop\n": "",
	} {
		_, err := Parse("x", []byte(world+text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
