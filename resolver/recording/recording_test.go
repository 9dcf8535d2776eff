package recording_test

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/recording"
)

var server = netip.MustParseAddrPort("192.0.2.1:53")

// script answers as told, by the type asked.
type script map[uint16]func(q resolver.Query) (resolver.Reply, error)

func (s script) Exchange(_ context.Context, q resolver.Query) (resolver.Reply, error) {
	time.Sleep(7 * time.Millisecond)
	return s[q.Msg.Question[0].Qtype](q)
}

// ask is a question as a resolver puts it.
func ask(name string, qtype uint16) resolver.Query {
	m := new(dns.Msg)
	m.SetQuestion(name, qtype)
	m.SetEdns0(1232, true)
	return resolver.Query{Server: server, Transport: resolver.UDP, Msg: m, Timeout: time.Second}
}

// answered is a reply whose question is put in a letter case of its own.
func answered(question string) func(resolver.Query) (resolver.Reply, error) {
	return func(q resolver.Query) (resolver.Reply, error) {
		m := new(dns.Msg)
		m.SetReply(q.Msg)
		if question != "" {
			m.Question[0].Name = question
		}
		m.Id = 4711
		wire, err := m.Pack()
		return resolver.Reply{Msg: m, Wire: wire, Size: len(wire), RTT: 7 * time.Millisecond, Strays: 2}, err
	}
}

func failed(f resolver.Failure) func(resolver.Query) (resolver.Reply, error) {
	return func(resolver.Query) (resolver.Reply, error) {
		return resolver.Reply{}, &resolver.Error{Failure: f, Took: 300 * time.Millisecond}
	}
}

// recorded is what a recorder notes of some questions.
func recorded(t *testing.T, h recording.Header, s script, qs ...resolver.Query) *recording.Recording {
	t.Helper()
	r := recording.NewRecorder(h)
	r.Look(0, 42)
	x := r.Exchanger(s, "")
	for _, q := range qs {
		_, _ = x.Exchange(t.Context(), q) // the recorder has it
	}
	r.Done(time.Second, false)
	return r.Recording()
}

// What is written has to be read as what it was, whatever it holds.
func TestRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		anchor, err := dns.NewRR(". 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")
		if err != nil {
			t.Fatal(err)
		}
		want := recorded(t, recording.Header{
			Tool: "dns01 devel", Command: "check", Started: time.Now().UTC(),
			Names: []string{"*.example.com"}, Values: []recording.Value{{TXT: "a \"b\"\n\x1b\xff"}, {Name: "example.com"}, {TXT: "v", Token: "t t"}, {TXT: "v", Thumbprint: "p"}},
			Flags:   []string{"--ca=letsencrypt", "--account=https://ca.example/1 2"},
			Roots:   []resolver.Root{{Name: "a.root-servers.net", Addrs: []netip.Addr{netip.MustParseAddr("198.41.0.4"), netip.MustParseAddr("2001:503:ba3e::2:30")}}},
			Anchors: []dns.RR{anchor}, SignedAt: time.Now().UTC(), Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
			Resolvers: []recording.Resolver{{Name: "local", Addr: server, Transport: resolver.UDP, Local: true}, {Name: "https://a.example/q", Transport: resolver.DoH}},
		}, script{dns.TypeTXT: answered(""), dns.TypeCAA: failed(resolver.Closed), dns.TypeSOA: failed(resolver.Canceled)},
			ask("eXample.com.", dns.TypeTXT), ask("example.com.", dns.TypeCAA), ask("example.com.", dns.TypeSOA))
		var file bytes.Buffer
		if err := want.Write(&file); err != nil {
			t.Fatal(err)
		}
		got, err := recording.Read(&file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(sameRR), cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}, netip.Prefix{})); diff != "" {
			t.Errorf("-written +read:\n%s", diff)
		}
		if n := got.Exchanges(); n != 3 {
			t.Errorf("%d exchanges, want 3", n)
		}
	})
}

func sameRR(a, b dns.RR) bool { return a.String() == b.String() }

// A replay has to bring what came then: a reply to the same question in another
// letter case stays one to that question, and one that was mangled stays
// mangled.
func TestPlayer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := recorded(t, recording.Header{}, script{
			dns.TypeTXT: answered(""), dns.TypeCAA: answered("example.com."), dns.TypeSOA: failed(resolver.Timeout), dns.TypeNS: failed(resolver.Unreachable),
		}, ask("eXample.com.", dns.TypeTXT), ask("eXample.com.", dns.TypeCAA), ask("example.com.", dns.TypeSOA), ask("example.com.", dns.TypeNS))
		p := recording.NewPlayer(&rec.Looks[0])
		x := p.Exchanger("")
		tests := []struct {
			name     string
			qtype    uint16
			question string
			failure  resolver.Failure
		}{
			{"put in another case", dns.TypeTXT, "EXAMPLE.com.", ""},
			{"mangled then, mangled now", dns.TypeCAA, "example.com.", ""},
			{"silence", dns.TypeSOA, "", resolver.Timeout},
			{"refused by a router", dns.TypeNS, "", resolver.Unreachable},
			{"asked twice, and once then", dns.TypeTXT, "", resolver.NotRecorded},
			{"never asked", dns.TypeA, "", resolver.NotRecorded},
		}
		for _, tt := range tests {
			r, err := x.Exchange(t.Context(), ask("EXAMPLE.com.", tt.qtype))
			if got := resolver.FailureOf(err); got != tt.failure {
				t.Errorf("%s: failure %q, want %q", tt.name, got, tt.failure)
			}
			if err == nil && (r.Msg.Question[0].Name != tt.question || r.RTT != 7*time.Millisecond || r.Strays != 2) {
				t.Errorf("%s: %s after %v, %d strays; want %s", tt.name, r.Msg.Question[0].Name, r.RTT, r.Strays, tt.question)
			}
		}
		want := []string{"192.0.2.1 udp example.com. A", "192.0.2.1 udp example.com. TXT"}
		if diff := cmp.Diff(want, p.Missing()); diff != "" {
			t.Errorf("Missing (-want +got):\n%s", diff)
		}
	})
}

const whole = `dns01 recording 1
; a comment
tool: dns01 devel
command: check
started: 2026-11-25T01:00:00Z
name: example.com
root: a.root-servers.net 198.41.0.4

look: 1 +0s 2a

exchange: 192.0.2.1:53 udp
sent: +0s 1s
query: AAAAEAABAAAAAAABB2V4YW1wbGUDY29tAAAQ
 AAEAACkE0AAAgAAAAA==
failed: 1s timeout

end: 1 exchanges
`

// Whoever gets a damaged file has to know which one, where, and what to do.
func TestDamagedFiles(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	tests := []struct{ name, text, want string }{
		{"nothing", "", "line 1: the file is empty"},
		{"something else", "{}\n", `line 1: this is no recording`},
		{"a newer version", edit("recording 1", "recording 2"), "line 1: the recording has version 2, and this dns01 reads version 1; use a newer dns01"},
		{"no version", edit("recording 1", "recording one"), `line 1: "one" is no version`},
		{"cut", whole[:strings.Index(whole, "\nend:")], "line 15: the file ends before the recording does"},
		{"cut in an exchange", edit("failed: 1s timeout\n", ""), "line 16: end: the exchange before has neither a reply nor a failure"},
		{"fewer exchanges", edit("end: 1", "end: 2"), `line 17: end: "2 exchanges", but 1 exchanges stand before it`},
		{"more after the end", whole + "tool: x\n", "line 18: something follows the end"},
		{"an unknown key", edit("tool:", "tol:"), "line 3: tol: nobody knows this key"},
		{"no key at all", edit("tool: ", "tool "), `line 3: "tool dns01 devel" is neither a comment nor`},
		{"a time that is none", edit("2026-11-25T", "2026-11-25 "), `line 5: started: "2026-11-25 01:00:00Z" is no time`},
		{"an address that is none", edit("198.41.0.4", "198.41.0"), `line 7: root: "198.41.0" is no address`},
		{"base64 that is none", edit("query: AAAA", "query: !AAA"), "line 13: query: it is no base64"},
		{"a message that is none", edit("B2V4YW1wbGUDY29t", "d2V4YW1wbGUDY29t"), "line 13: query: it is no message"},
		{"a failure that is none", edit("1s timeout", "1s boredom"), `line 15: failed: "boredom" is no failure`},
		{"a way that is none", edit(":53 udp", ":53 pigeon"), `line 11: exchange: "pigeon" is no way to ask`},
		{"looks out of order", edit("look: 1", "look: 2"), `line 9: look: "2 +0s 2a" is not "1 +TIME SEED"`},
		{"a header after the looks", edit("failed:", "name: example.org\nfailed:"), "line 15: name: nobody knows this key"},
		{"a line too long", edit("; a comment", ";"+strings.Repeat("x", 200_000)), "line 2: the line is longer than"},
		{"a message too long", edit(" AAEAACkE0AAAgAAAAA==", strings.Repeat(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 4000)), "query is longer than any message"},
		{"time that runs backwards", edit("failed: 1s", "failed: -1s"), `line 15: failed: "-1s" is no duration`},
		{"nothing to go on with", "dns01 recording 1\n x\n", "line 2: the line goes on with one that is not there"},
	}
	for _, tt := range tests {
		_, err := recording.Read(strings.NewReader(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := recording.Read(strings.NewReader(strings.ReplaceAll(whole, "\n", "\r\n"))); err != nil {
		t.Errorf("with the line ends of another system: %v", err)
	}
}

// endless is a file without end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return copy(b, strings.Repeat("; x\n", len(b)/4+1)), nil }

func TestAFileWithoutEnd(t *testing.T) {
	_, err := recording.Read(io.MultiReader(strings.NewReader("dns01 recording 1\n"), endless{}))
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Error(err)
	}
}

// FuzzRead: whatever a file holds, it is refused with the line or read as a
// recording that is written and read as the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("dns01 recording 1\nlook: 1 +0s 2a\nvantage: \"m\"\nunusable: \"x\"\nlimit: \"l\"\nmissing: \"a\" \"b\"\nperspective: \"eu\" \"RIPE NCC\"\n" +
		"saw: answered\nmessage: AAAAEAABAAAAAAABB2V4YW1wbGUDY29tAAAQAAEAACkE0AAAgAAAAA==\nserver: \"ns1\" 192.0.2.1 udp 1ms lame refused\nend: 0 exchanges\n"))
	traces, err := filepath.Glob("../../testdata/traces/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range traces {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:min(len(text), 20_000)])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := recording.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for i := range rec.Looks {
			recording.NewPlayer(&rec.Looks[i])
		}
		var first, second bytes.Buffer
		if err := rec.Write(&first); err != nil {
			t.Fatal(err)
		}
		again, err := recording.Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, &first)
		}
		if err := again.Write(&second); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.String(), second.String()); diff != "" {
			t.Errorf("-written +written again:\n%s", diff)
		}
	})
}

// seenElsewhere is what an engine told, in all its forms.
func seenElsewhere(t *testing.T) recording.Sight {
	m := new(dns.Msg)
	m.SetQuestion("_acme-challenge.example.com.", dns.TypeTXT)
	m.Id, m.Response = 0, true
	rr, err := dns.NewRR(`_acme-challenge.example.com. 60 IN TXT "a;b \"c\" \255"`)
	if err != nil {
		t.Fatal(err)
	}
	m.Answer = []dns.RR{rr}
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return recording.Sight{
		Engine: "open-mpic at mpic.example.com", Limits: []string{"It sees no servers.", "Zwei \"Wörter\"\n"},
		Verdicts: []recording.Verdict{{"CAA of example.com", true, 6, 5}, {"TXT of _acme-challenge.example.com", false, 0, 0}},
		Missing:  []recording.Missing{{"us-east", "no answer within 5s"}},
		Perspectives: []recording.Perspective{{Name: "eu-west", RIR: "RIPE NCC", Seen: []recording.Seen{
			{Status: "answered", Message: wire},
			{Status: "lame", Server: "ns1.example.com", Addr: netip.MustParseAddr("192.0.2.1"), Transport: "udp", Lame: "refused", Took: 23 * time.Millisecond, Message: wire},
			{Status: "timeout", Server: "ns2.example.com", Transport: "tcp", Message: wire},
		}}, {Name: "nobody"}},
	}
}

// What was seen from elsewhere cannot be asked again: it has to come back as
// it was, and with other names where names are replaced.
func TestSights(t *testing.T) {
	r := recording.NewRecorder(recording.Header{Tool: "t", Names: []string{"example.com"}})
	r.Look(0, 1)
	want := []recording.Sight{seenElsewhere(t), {Engine: "globalping", Failure: "it answers 503"}}
	r.Saw(want)
	var file bytes.Buffer
	if err := r.Recording().Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := recording.Read(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatalf("%v\n%s", err, file.Bytes())
	}
	if diff := cmp.Diff(want, got.Looks[0].Sights, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
		t.Errorf("-written +read:\n%s", diff)
	}
	var shared bytes.Buffer
	if err := got.Redact([]byte("key"), func(string) bool { return false }).Write(&shared); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"example.com", "192.0.2.1 ", "a;b"} {
		if strings.Contains(shared.String(), secret) {
			t.Errorf("%q is still there:\n%s", secret, shared.String())
		}
	}
	if _, err := recording.Read(&shared); err != nil {
		t.Error(err)
	}
}

func TestDamagedSights(t *testing.T) {
	const head = "dns01 recording 1\nlook: 1 +0s 2a\n"
	for text, want := range map[string]string{
		"limit: \"x\"\n":                                                                "line 3: limit: it belongs to an exchange, and none has begun",
		"vantage: \"x\" y\n":                                                            `line 3: vantage: something follows "x"`,
		"vantage: x\nverdict: \"a\" passes 1\n":                                         `line 4: verdict: "" is no number of perspectives`,
		"vantage: x\nsaw: answered\n":                                                   "line 4: saw: it belongs to a perspective, and none has begun",
		"vantage: x\nperspective: \"a\" \"\"\nsaw: \n":                                  "line 5: saw: it does not say what was seen",
		"vantage: x\nperspective: a b\nmessage: AAAA\n":                                 "line 5: message: it says nothing of how it was seen",
		"vantage: x\nperspective: a b\nsaw: answered\nend: 0 exchanges\n":               "line 6: end: what was seen before has no message",
		"vantage: x\nperspective: a b\nsaw: answered\nmessage: AAAA\n":                  "line 6: message: it is shorter than any message",
		"vantage: x\nperspective: a b\nsaw: answered\nmessage: AAAAAAAAAAAAAAAA\n":      "line 6: message: it is no message",
		"vantage: x\nperspective: a b\nserver: ns1 192.0.2 udp 1s lame\n":               `line 5: server: "192.0.2" is no address`,
		"vantage: x\nperspective: a b\nserver: ns1 - udp 1s\n":                          "line 5: server: it is not a name, an address, a transport, a time and a status",
		"vantage: x\nperspective: a b\nserver: ns1 - udp soon lame\nend: 0 exchanges\n": `line 5: server: "soon" is no duration`,
	} {
		_, err := recording.Read(strings.NewReader(head + text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
