package report

import (
	"bytes"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// bogusLookup has one exchange of each outcome.
func bogusLookup() Lookup {
	step := func(zone, server, host, outcome, detail string) LookupStep {
		return LookupStep{
			Zone: zone, Name: "www.example.com", Type: "TXT",
			Server: netip.MustParseAddr(server), Host: host, Transport: "udp", EDNS: true,
			Rcode: "NOERROR", Bytes: 97, Outcome: outcome, Detail: detail, OnWay: true,
			Took: 12300 * time.Microsecond,
		}
	}
	silent := func(s LookupStep) LookupStep {
		s.Rcode, s.Bytes = "", 0
		return s
	}
	steps := []LookupStep{
		step(".", "198.51.100.1", "a.root-servers.net", "referral", "com"),
		step("com", "198.51.100.10", "a.nic.com", "referral", "example.com"),
		silent(step("example.com", "192.0.2.1", "ns1.example.com", "timeout", "")),
		silent(step("example.com", "2001:db8::1", "ns1.example.com", "unreachable", "")),
		silent(step("example.com", "2001:db8::2", "ns2.example.com", "no-route", "")),
		step("example.com", "192.0.2.2", "", "lame", "refused"),
		step("example.com", "192.0.2.3", "ns3.example.com", "truncated", ""),
		step("example.com", "192.0.2.4", "ns4.example.com", "nodata", "empty"),
		step("example.com", "192.0.2.5", "ns5.example.com", "answered", "recursive"),
		step("example.com", "192.0.2.6", "ns6.example.com", "nxdomain", ""),
		step("example.com", "192.0.2.7", "ns7.example.com", "alias", "www.example.net"),
		silent(step("example.com", "192.0.2.8", "ns8.example.com", "canceled", "")),
		silent(step("example.com", "192.0.2.9", "ns9.example.com", "limit", "")),
		step("", "192.0.2.10", "", "answered", ""),
	}
	steps[5].Rcode = "REFUSED"
	steps[8].EDNS, steps[8].CaseLost = false, true
	steps[9].Transport, steps[9].Bogus = "tcp", true
	steps[0].Taken, steps[13].OnWay = true, false
	return Lookup{
		Name: "www.example.com", Type: "TXT", Rcode: "SERVFAIL",
		Validated: true, Validation: "bogus", Because: "signature-expired", BecauseOf: "example.com DNSKEY",
		Trust: []TrustStep{
			{Zone: ".", Status: "secure", DS: []uint16{20326, 38696}, Keys: []uint16{20326, 38696, 53148}},
			{Zone: "example.com", Status: "bogus", Reason: "signature-expired", DS: []uint16{7}},
		},
		EDE:     &EDE{7, "Signature Expired", "validation failure <www.example.com. TXT IN>: signature expired from 192.0.2.7"},
		Queries: 14, Took: 1234 * time.Millisecond, Trace: steps,
	}
}

// hostileLookup is what a zone may try on a terminal.
func hostileLookup() Lookup {
	const bell = "\x1b]0;owned\x07\u202e"
	return Lookup{
		Name: "a" + bell, Type: "TXT", Rcode: "NOERROR", Validated: true, Validation: "insecure", Because: "opt-out", BecauseOf: bell,
		Answers: []string{"a. 60 IN TXT " + bell}, Authority: []string{bell},
		EDE: &EDE{0, "Other Error", bell}, Failed: bell, Gap: "",
		Trace: []LookupStep{{
			Zone: bell, Name: bell, Type: "TXT", Server: netip.MustParseAddr("192.0.2.1"), Host: bell, Transport: "udp",
			Outcome: "alias", Detail: bell, OnWay: true,
		}},
		Trust: []TrustStep{{Zone: bell, Status: "secure"}},
	}
}

func TestLookupTextReads(t *testing.T) {
	tests := []struct {
		name  string
		trace bool
		TextOptions
	}{
		{"bogus", false, TextOptions{}},
		{"bogus-40", false, TextOptions{Width: 40, ASCII: true}},
		{"bogus-color", false, TextOptions{Color: true}},
		{"bogus-trace", true, TextOptions{}},
		{"bogus-trace-40", true, TextOptions{Width: 40, ASCII: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := LookupText(&b, bogusLookup(), tt.trace, tt.TextOptions); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "lookup", tt.name+".txt"), b.Bytes())
		})
	}
}

func TestLookupJSONStaysAsItIs(t *testing.T) {
	var b bytes.Buffer
	if err := LookupJSON(&b, bogusLookup()); err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "lookup", "bogus.json"), b.Bytes())
}

func TestLookupJSONIsWholeWithoutAnything(t *testing.T) {
	var b bytes.Buffer
	if err := LookupJSON(&b, Lookup{Name: ".", Type: "NS", Rcode: "SERVFAIL"}); err != nil {
		t.Fatal(err)
	}
	want := `{"schema":1,"question":{"name":".","type":"NS"},"rcode":"SERVFAIL","answers":[],"authenticated":false,"ede":null,"queries":0,"trace":[]}`
	got := strings.NewReplacer("\n", "", " ", "").Replace(b.String())
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What a zone says must not reach the terminal as anything but text.
func TestLookupTextHasNothingHidden(t *testing.T) {
	for _, trace := range []bool{false, true} {
		var text, doc bytes.Buffer
		if err := errors.Join(LookupText(&text, hostileLookup(), trace, TextOptions{}), LookupJSON(&doc, hostileLookup())); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{text.String(), doc.String()} {
			if strings.ContainsAny(s, "\x1b\x07\u202e") {
				t.Errorf("an octet that steers the terminal: %q", s)
			}
		}
	}
}

func TestLookupSaysWhyItCouldNotLook(t *testing.T) {
	var b bytes.Buffer
	l := Lookup{Name: "example.com", Type: "A", Rcode: "SERVFAIL", Gap: "this host has no route to the root servers"}
	if err := LookupText(&b, l, false, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	want := ";; could not look: this host has no route to the root servers\n\n;example.com. IN A\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
