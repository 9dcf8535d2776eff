package nats

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"dns01/caa"
	"dns01/resolver/defect"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

func target(names ...string) vantage.Target {
	s := &survey.Survey{}
	for _, n := range names {
		s.Identifiers = append(s.Identifiers, survey.Identifier{Name: n})
	}
	return vantage.Target{Survey: s}
}

// A name that the CA refuses for what it is called is not asked about.
func TestRequestsLeaveOutWhatIsRefusedUnseen(t *testing.T) {
	tg := target("example.com", "a_b.example.com", "..")
	tg.Survey.Identifiers[1].Unasked, tg.Survey.Identifiers[2].Invalid = true, "not a name"
	want := []Request{{Version: Version, Names: []string{"example.com"}}}
	if d := cmp.Diff(want, requestsOf(tg)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// seeing is a look that answers with one TXT value and what it was asked.
func seeing(value string) func(context.Context, Request) (Sighting, error) {
	return func(_ context.Context, r Request) (Sighting, error) {
		var s Sighting
		for _, n := range r.Names {
			q := survey.Question{Name: "_acme-challenge." + n, Type: "TXT"}
			rs := []survey.Record{{Owner: q.Name, TTL: 60, Text: `"` + value + `"`, TXT: value, Strings: 1}}
			s.Perspective.Answers = append(s.Perspective.Answers, survey.PerspectiveAnswer{Question: q, Status: survey.Answered, Records: rs})
			s.Perspective.Servers = append(s.Perspective.Servers, &survey.Answer{Question: q, Server: "ns1." + n, Addr: netip.MustParseAddr("192.0.2.1"), Status: survey.Answered, Owner: q.Name, Records: rs})
		}
		return s, nil
	}
}

// Three agents in three places see three things, and each is told apart; of
// two in one place one is asked.
func TestEveryPerspectiveTellsWhatItSees(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	o := Options{URL: s.ClientURL()}
	for _, a := range []*Agent{
		{Perspective: "eu-west", RIR: "RIPE NCC", Look: seeing("one")},
		{Perspective: "eu-west", RIR: "RIPE NCC", Look: seeing("one")},
		{Perspective: "us-east", RIR: "ARIN", Look: seeing("two")},
		{Perspective: "ap-south", RIR: "APNIC", Look: func(context.Context, Request) (Sighting, error) {
			return Sighting{}, &Refusal{unable, "its network lets no DNS out"}
		}},
	} {
		a.Options = o
		running(t, a)
	}
	v := &Vantage{Options: o}
	got, err := v.Look(t.Context(), target("example.com", "example.com"))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, p := range got.Perspectives {
		a := p.Answer(survey.Question{Name: "_acme-challenge.example.com", Type: "TXT"})
		if len(p.Answers) != 1 || a == nil || len(p.Servers) != 1 {
			t.Fatalf("%s saw %+v", p.Name, p)
		}
		values[p.Name+" "+p.RIR] = a.Records[0].TXT
	}
	if d := cmp.Diff(map[string]string{"eu-west RIPE NCC": "one", "us-east ARIN": "two"}, values); d != "" {
		t.Errorf("perspectives (-want +got):\n%s", d)
	}
	missing := []survey.Missing{{Perspective: "ap-south", Reason: "its agent refuses: its network lets no DNS out"}}
	if d := cmp.Diff(missing, got.Missing); d != "" {
		t.Errorf("missing (-want +got):\n%s", d)
	}
}

// What is seen comes out as it went in, octets that no text has included.
func TestASightSurvivesTheWire(t *testing.T) {
	q := survey.Question{Name: "example.com", Type: "CAA"}
	want := &survey.Perspective{
		Name: "eu-west", RIR: "RIPE NCC",
		Answers: []survey.PerspectiveAnswer{
			{Question: q, Status: survey.Answered, Records: []survey.Record{
				{Owner: "example.com", TTL: 300, Text: `0 issue "\255"`, CAA: &caa.Record{Tag: "issue", Value: "\xff"}},
				{Owner: "example.com", TTL: 300, Text: `\# 1 00`, Bad: "RDATA does not parse"},
			}},
			{Question: survey.Question{Name: "com", Type: "CAA"}, Status: survey.NotAsked},
		},
		Servers: []*survey.Answer{{
			Question: q, Server: "ns1.example.com", Addr: netip.MustParseAddr("2001:db8::1"), Status: survey.Aliased,
			Rcode: "NOERROR", Authoritative: true, Transport: "udp", Bytes: 99, RTT: 7 * time.Millisecond, Owner: "example.org",
			Aliases: []survey.Alias{{From: "example.com", To: "example.org", TTL: 5}}, SOA: &survey.SOA{Serial: 7},
			Records: []survey.Record{{Owner: "x", TXT: "\x00\xfe", Text: `"\000\254"`, Strings: 1}},
		}},
	}
	data, err := pack(seenOf(want))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := readSeen("", data, "eu-west")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// An agent that answers nonsense is a perspective that is missing, with the
// reason: never an opinion.
func TestAMalformedAnswerIsNoOpinion(t *testing.T) {
	good := seenOf(&survey.Perspective{Name: "eu-west", RIR: "RIPE NCC"})
	change := func(f func(*Seen)) []byte {
		s := good
		f(&s)
		data, err := pack(s)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	tests := map[string]struct {
		data []byte
		want string
	}{
		"no compression":    {[]byte("{}"), "not compressed"},
		"half of it":        {change(func(*Seen) {})[:20], "damaged"},
		"another version":   {change(func(s *Seen) { s.Version = 2 }), "version 2"},
		"another place":     {change(func(s *Seen) { s.Perspective = "us-east" }), `"us-east"`},
		"no registry":       {change(func(s *Seen) { s.RIR = "NASA" }), `"NASA"`},
		"no such outcome":   {change(func(s *Seen) { s.Answers = []seenAnswer{{"a", "TXT", "fine", nil}} }), `"fine"`},
		"no address":        {change(func(s *Seen) { s.Servers = []seenServer{{Addr: "x", Status: "answered"}} }), `"x"`},
		"a control code":    {change(func(s *Seen) { s.Answers = []seenAnswer{{"a\x1b[2J", "TXT", "nodata", nil}} }), "characters"},
		"withheld nonsense": {change(func(s *Seen) { s.Withheld = []string{"a\nb"} }), "servers"},
		"too long":          {tooLong(t), "longer than"},
	}
	for name, tt := range tests {
		p, _, err := readSeen("", tt.data, "eu-west")
		if err == nil || p != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

// tooLong is little on the wire, and much once it is decompressed.
func tooLong(t *testing.T) []byte {
	t.Helper()
	data, err := pack(strings.Repeat(" ", maxReply+1))
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 100_000 {
		t.Fatalf("%d octets", len(data))
	}
	return data
}

// Whatever a request holds, the agent says what is wrong with it, and looks at
// nothing.
func TestMalformedAndOversizedRequestsAreRefused(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	running(t, &Agent{Options: Options{URL: s.ClientURL()}, Perspective: "eu-west", RIR: "RIPE NCC", Look: func(context.Context, Request) (Sighting, error) {
		t.Error("the agent looked")
		return Sighting{}, nil
	}})
	conn, err := natsgo.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	names := func(n int) string { return `"a.example"` + strings.Repeat(`,"a.example"`, n-1) }
	for _, tt := range []struct{ request, code, text string }{
		{"", "400", "no JSON"},
		{"[]", "400", "no JSON"},
		{`{"version":1,"names":["a.example"]} {}`, "400", "follows"},
		{`{"version":2,"names":["a.example"]}`, "400", "version 2"},
		{`{"version":1}`, "400", "names nothing"},
		{`{"version":1,"names":["A.example"]}`, "400", "lower case"},
		{`{"version":1,"names":["a.example "]}`, "400", "lower case"},
		{`{"version":1,"names":["` + strings.Repeat("a", 256) + `"]}`, "400", "domain name"},
		{`{"version":1,"names":["a.example"],"account":"file:///etc/passwd"}`, "400", "https"},
		{`{"version":1,"names":["a.example"],"within_ms":-1}`, "400", "negative"},
		{`{"version":1,"names":[` + names(MaxNames+1) + `]}`, "413", "101 names"},
		{`{"version":1,"names":["` + strings.Repeat("a", maxRequest) + `"]}`, "413", "octets"},
	} {
		msg, err := conn.RequestWithContext(t.Context(), lookSubject+"eu-west", []byte(tt.request))
		if err != nil {
			t.Fatal(err)
		}
		code, text := msg.Header.Get(micro.ErrorCodeHeader), msg.Header.Get(micro.ErrorHeader)
		if code != tt.code || !strings.Contains(text, tt.text) {
			t.Errorf("%.60s: %s %s", tt.request, code, text)
		}
	}
}

// More requests than an agent has room for are told so at once: they neither
// pile up in memory nor wait for nothing.
func TestAFullAgentRefusesMore(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	begun, release := make(chan struct{}, 10), make(chan struct{})
	running(t, &Agent{Options: Options{URL: s.ClientURL()}, Jobs: 1, Perspective: "eu-west", RIR: "RIPE NCC", Look: func(ctx context.Context, r Request) (Sighting, error) {
		begun <- struct{}{}
		<-release
		return seeing("x")(ctx, r)
	}})
	v := &Vantage{Options: Options{URL: s.ClientURL()}}
	results := make(chan error, 3)
	look := func() {
		sight, err := v.Look(t.Context(), target("example.com"))
		if err == nil && len(sight.Missing) > 0 {
			err = errors.New(sight.Missing[0].Reason)
		}
		results <- err
	}
	for range 3 {
		go look()
	}
	<-begun
	if err := <-results; err == nil || !strings.Contains(err.Error(), "1 requests under way") {
		t.Errorf("the third: %v", err)
	}
	close(release)
	for range 2 {
		if err := <-results; err != nil {
			t.Errorf("one that had room: %v", err)
		}
	}
}

// A request that an agent breaks down over, in a goroutine or not, costs no
// other: it is told so, and the agent goes on.
func TestAFaultCostsOneRequest(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	_, told := running(t, &Agent{Options: Options{URL: s.ClientURL()}, Perspective: "eu-west", RIR: "RIPE NCC", Look: func(ctx context.Context, r Request) (Sighting, error) {
		switch r.Names[0] {
		case "odd.example":
			panic("an odd answer")
		case "odder.example":
			var wg sync.WaitGroup
			defect.Go(ctx, &wg, func() { panic("an odder answer") })
			wg.Wait()
		}
		return seeing("x")(ctx, r)
	}})
	v := &Vantage{Options: Options{URL: s.ClientURL()}}
	for _, name := range []string{"odd.example", "odder.example"} {
		sight, err := v.Look(t.Context(), target(name))
		if err != nil || len(sight.Missing) != 1 || !strings.Contains(sight.Missing[0].Reason, "dns01 itself broke down") {
			t.Errorf("%s: %+v %v", name, sight, err)
		}
	}
	told.await(t, "an odd answer")
	told.await(t, "ask_test.go")
	told.await(t, "an odder answer")
	if sight, err := v.Look(t.Context(), target("example.com")); err != nil || len(sight.Perspectives) != 1 {
		t.Errorf("after that: %+v %v", sight, err)
	}
}

// An agent that is cut off in the middle of a look is missing, and the others
// count. On a busy host the others may need longer than a short look has.
func TestAnAgentLostMidwayIsMissing(t *testing.T) {
	quietly(t)
	for within := 2 * time.Second; ; within *= 4 {
		sight, err := lookThatLosesOne(t, within)
		if err == nil && len(sight.Perspectives) == 1 && sight.Perspectives[0].Name == "eu-west" &&
			len(sight.Missing) == 1 && sight.Missing[0].Perspective == "us-east" && strings.HasPrefix(sight.Missing[0].Reason, "no answer within") {
			return
		}
		if within > time.Minute {
			t.Fatalf("%+v, %v", sight, err)
		}
	}
}

// lookThatLosesOne asks two agents, of which us-east is cut off while it looks.
func lookThatLosesOne(t *testing.T, within time.Duration) (vantage.Sight, error) {
	s := natsServer(t, nil)
	o := Options{URL: s.ClientURL()}
	looking, ended := make(chan struct{}, 1), make(chan struct{})
	running(t, &Agent{Options: o, Perspective: "eu-west", RIR: "RIPE NCC", Look: seeing("x")})
	running(t, &Agent{Options: o, Perspective: "us-east", RIR: "ARIN", Look: func(ctx context.Context, _ Request) (Sighting, error) {
		looking <- struct{}{}
		<-ended
		return Sighting{}, ctx.Err()
	}})
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	go func() {
		defer close(ended)
		select {
		case <-looking:
			for _, c := range connections(s, "us-east") {
				_ = s.DisconnectClientByID(c)
			}
		case <-ctx.Done(): // it did not come to be asked
		}
		<-ctx.Done()
	}()
	return (&Vantage{Options: o}).Look(ctx, target("example.com"))
}

// connections are the clients of a server whose names end so.
func connections(s *server.Server, suffix string) []uint64 {
	z, err := s.Connz(&server.ConnzOptions{})
	if err != nil {
		return nil
	}
	var ids []uint64
	for _, c := range z.Conns {
		if strings.HasSuffix(c.Name, suffix) {
			ids = append(ids, c.Cid)
		}
	}
	return ids
}

func TestWithoutAgentsTheVantageSaysWhatToDo(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	_, err := (&Vantage{Options: Options{URL: s.ClientURL()}}).Look(t.Context(), target("example.com"))
	if err == nil || !strings.Contains(err.Error(), "start some") {
		t.Errorf("%v", err)
	}
	s.Shutdown()
	_, err = (&Vantage{Options: Options{URL: s.ClientURL()}}).Look(t.Context(), target("example.com"))
	if err == nil || !strings.Contains(err.Error(), "no NATS server answers") {
		t.Errorf("%v", err)
	}
}

// An order that is too large for one request is asked in parts and comes back
// as a whole.
func TestALargeOrderIsAskedInParts(t *testing.T) {
	quietly(t)
	s := natsServer(t, nil)
	o := Options{URL: s.ClientURL()}
	running(t, &Agent{Options: o, Perspective: "eu-west", RIR: "RIPE NCC", Look: seeing("x")})
	var names []string
	for i := range MaxNames + 1 {
		names = append(names, "n"+strings.Repeat("x", i)+".example")
	}
	sight, err := (&Vantage{Options: o}).Look(t.Context(), target(slices.Clip(names)...))
	if err != nil || len(sight.Perspectives) != 1 || len(sight.Perspectives[0].Answers) != len(names) {
		t.Errorf("%+v, %v", sight, err)
	}
}

// Whoever may publish at a NATS server can make up agents without end; what
// they answer must not fill the memory.
func TestOnlySoManyPerspectivesAreAsked(t *testing.T) {
	var names []string
	for i := range 10 * maxPerspectives {
		names = append(names, fmt.Sprintf("place-%04d", i))
	}
	some, missing := bounded(names)
	if len(some) != maxPerspectives || len(missing) != 1 || !strings.Contains(missing[0].Reason, "500 perspectives have agents, and 50 are asked") {
		t.Errorf("%d asked, missing: %v", len(some), missing)
	}
	if some, missing = bounded(names[:maxPerspectives]); len(some) != maxPerspectives || missing != nil {
		t.Errorf("%d asked, missing: %v", len(some), missing)
	}
}
