package rpl_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"dns01/resolver/rpl"
)

func load(t *testing.T, name string) *rpl.Scenario {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := rpl.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// said is what a server of a world says to a question, in short.
func said(w *rpl.World, to, name string, qtype uint16, tcp bool) string {
	m, raw := w.Answer(new(dns.Msg).SetQuestion(name, qtype), netip.MustParseAddr(to), tcp)
	switch {
	case raw != nil:
		return "raw"
	case m == nil:
		return "silence"
	}
	out := []string{dns.RcodeToString[m.Rcode], m.Question[0].Name}
	for _, rrs := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range rrs {
			out = append(out, strings.Join(strings.Fields(rr.String()), " "))
		}
	}
	return strings.Join(out, " | ")
}

// A file told in ranges: what is said changes with the step, and Deckard's
// servers are never silent.
func TestRanges(t *testing.T) {
	s := load(t, "changes.rpl")
	if now, ok := s.Config.Now(); !ok || !now.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("now is %v, %v", now, ok)
	}
	w := rpl.NewWorld(s)
	qs := s.Questions()
	if len(qs) != 3 {
		t.Fatalf("%d questions, want 3", len(qs))
	}
	for _, c := range []struct {
		q        int
		to, name string
		want     string
	}{
		{0, "192.0.2.1", "wWw.example.com.", "NOERROR | wWw.example.com. | example.com. 60 IN NS ns.example.com. | ns.example.com. 60 IN A 192.0.2.2"},
		{0, "192.0.2.1", ".", "SERVFAIL | ."},
		{0, "192.0.2.2", "_ACME-challenge.example.com.", "NOERROR | _ACME-challenge.example.com. | _acme-challenge.example.com. 3600 IN CNAME value.example.net."},
		{0, "192.0.2.3", "value.example.net.", "NXDOMAIN | value.example.net. | example.net. 3600 IN SOA ns.example.net. hostmaster.example.net. 1 3600 900 86400 60"},
		{1, "192.0.2.3", "value.example.net.", `NOERROR | value.example.net. | value.example.net. 3600 IN TXT "one; and two"`},
		{1, "192.0.2.9", "value.example.net.", "SERVFAIL | value.example.net."},
		{2, "192.0.2.4", "www.example.org.", "raw"},
	} {
		w.At(qs[c.q])
		if got := said(w, c.to, c.name, dns.TypeTXT, false); got != c.want {
			t.Errorf("question %d, %s for %s:\n got %s\nwant %s", c.q, c.to, c.name, got, c.want)
		}
	}
	w.At(qs[0])
	if got, want := said(w, "192.0.2.1", ".", dns.TypeNS, false), "NOERROR | . | . 3600 IN NS root0.root-servers.net. | root0.root-servers.net. 3600 IN A 192.0.2.1"; got != want {
		t.Errorf("the root's own servers: got %s, want %s", got, want)
	}
}

// A file told step by step: each reply is given by the server it names, and
// those that follow the answer belong to the next question.
func TestSteps(t *testing.T) {
	s := load(t, "by-step.rpl")
	w := rpl.NewWorld(s)
	w.At(s.Questions()[0])
	if got := said(w, "192.0.2.2", "www.example.com.", dns.TypeA, false); got != "REFUSED | www.example.com." {
		t.Errorf("the first server says %s", got)
	}
	if got := said(w, "192.0.2.3", "www.example.com.", dns.TypeA, true); got != "NOERROR | www.example.com. | www.example.com. 3600 IN A 198.51.100.1" {
		t.Errorf("the second server says %s", got)
	}
	if got := said(w, "192.0.2.3", "www.example.com.", dns.TypeTXT, false); got != "silence" {
		t.Errorf("to another question it says %s", got)
	}
	w.Terse = true
	if got := said(w, "192.0.2.3", "www.example.com.", dns.TypeTXT, false); got != "SERVFAIL | www.example.com." {
		t.Errorf("to another question, tersely, it says %s", got)
	}
	want := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.3"), netip.MustParseAddr("198.51.100.1")}
	if diff := cmp.Diff(want, w.Addrs(), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
}

// A resolver that knows no stub zones finds them by way of a root made for it.
func TestStubZones(t *testing.T) {
	s := load(t, "stub.rpl")
	anchors, err := s.Config.Anchors()
	if err != nil || len(anchors) != 1 {
		t.Fatalf("anchors %v, %v", anchors, err)
	}
	w := rpl.NewWorld(s)
	w.At(s.Questions()[0])
	if got, want := said(w, "198.41.0.4", "www.example.net.", dns.TypeA, false), "NOERROR | www.example.net. | example.net. 3600 IN NS stub1-0.root-servers.net. | stub1-0.root-servers.net. 3600 IN A 192.0.2.3"; got != want {
		t.Errorf("the root says %s, want %s", got, want)
	}
	if code, ok := s.Questions()[0].Want.EDE(); !ok || code != 9 {
		t.Errorf("extended error %d, %v", code, ok)
	}
}

// A record whose data no server would load is sent as it is written.
func TestMalformedRecord(t *testing.T) {
	s, err := rpl.Read(strings.NewReader(`stub-addr: 192.0.2.1
CONFIG_END
RANGE_BEGIN 0 1
ENTRY_BEGIN
SECTION QUESTION
example.net. IN A
SECTION ANSWER
example.net. IN A \# 3 C63364
ENTRY_END
RANGE_END
`))
	if err != nil {
		t.Fatal(err)
	}
	w := rpl.NewWorld(s)
	m, _ := w.Answer(new(dns.Msg).SetQuestion("example.net.", dns.TypeA), netip.MustParseAddr("192.0.2.1"), false)
	wire, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if want := "\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x03\xc6\x33\x64"; !strings.HasSuffix(string(wire), want) {
		t.Errorf("sent %x, want it to end in %x", wire, want)
	}
}

// What is no replay file is refused, with the line.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"server:\n":                                    "no CONFIG_END",
		"CONFIG_END\nENTRY_BEGIN\n":                    "an entry without ENTRY_END",
		"CONFIG_END\nRANGE_BEGIN 1\n":                  "line 2: a range without bounds",
		"CONFIG_END\nSTEP x QUERY\n":                   `line 2: strconv.Atoi: parsing "x": invalid syntax`,
		"CONFIG_END\nSTEP 1 REPLY\nADDRESS here\n":     `line 3: ParseAddr("here"): unable to parse IP`,
		"CONFIG_END\nENTRY_BEGIN\nSECTION QUESTION\nx": `line 4: a question for "x" without a type`,
	} {
		_, err := rpl.Read(strings.NewReader(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// FuzzRead reads anything, and what it takes for a file answers anything.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.rpl")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := rpl.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		w := rpl.NewWorld(s)
		w.Addrs()
		for _, q := range s.Questions() {
			w.At(q)
			for _, tcp := range []bool{false, true} {
				w.Answer(new(dns.Msg).SetQuestion(q.Asked.Msg.Question[0].Name, q.Asked.Msg.Question[0].Qtype), netip.MustParseAddr("192.0.2.1"), tcp)
			}
		}
	})
}
