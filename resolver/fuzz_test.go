package resolver

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// FuzzParseRoots reads root hints. Every server has a name and an address.
func FuzzParseRoots(f *testing.F) {
	f.Add(namedRoot)
	for _, s := range []string{". NS a.root.\na.root. A 192.0.2.1\n", "$INCLUDE /etc/passwd\n", "$GENERATE 1-65535 a$ A 192.0.2.1\n", ". 3600 IN NS", "a A 1.2.3.4.5", "(", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		roots, err := ParseRoots(strings.NewReader(text))
		if (err == nil) != (len(roots) > 0) {
			t.Errorf("%d roots, %v", len(roots), err)
		}
		for _, r := range roots {
			if r.Name == "" || len(r.Addrs) == 0 || !r.Addrs[0].IsValid() {
				t.Errorf("%+v", r)
			}
		}
	})
}

// A short text that makes records without end must not keep a run busy, nor
// fill its memory.
func TestGeneratedRecordsHaveAnEnd(t *testing.T) {
	if _, err := ParseRoots(strings.NewReader(strings.Repeat("$GENERATE 1-65535 a$ A 192.0.2.1\n", 1000))); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("root hints: %v", err)
	}
	if _, err := ParseAnchors(strings.NewReader(strings.Repeat("$GENERATE 1-65535 a$ DS 1 8 2 "+strings.Repeat("00", 32)+"\n", 1000))); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("trust anchors: %v", err)
	}
}

// FuzzParseAnchors reads trust anchors. They are DS or DNSKEY records.
func FuzzParseAnchors(f *testing.F) {
	f.Add(rootAnchors)
	for _, s := range []string{". IN DS 20326 8 2 E06D", ". DNSKEY 257 3 8 AwEAAa", "$INCLUDE /etc/passwd\n", "example.com. A 192.0.2.1", ". DS 1 1 1 (\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rrs, err := ParseAnchors(strings.NewReader(text))
		if (err == nil) != (len(rrs) > 0) {
			t.Errorf("%d anchors, %v", len(rrs), err)
		}
		for _, rr := range rrs {
			if h := rr.Header(); h.Rrtype != dns.TypeDS && h.Rrtype != dns.TypeDNSKEY {
				t.Errorf("%s", rr)
			}
		}
	})
}

// FuzzAccept decides whether octets are the reply to a query. Only those with
// its ID are, and of its question unless they repeat none.
func FuzzAccept(f *testing.F) {
	m := new(dns.Msg)
	m.SetQuestion("_aCme-challenge.example.COM.", dns.TypeTXT)
	m.Id = 4711
	r := new(dns.Msg)
	r.SetReply(m)
	r.Answer = append(r.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: "_acme-challenge.example.com.", Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{"value"}})
	wire, err := r.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(wire)
	f.Add(wire[:12])
	f.Add(wire[:len(wire)-1])
	f.Fuzz(func(t *testing.T, wire []byte) {
		got, ok, err := accept(m, wire)
		if !ok || err != nil {
			return
		}
		if got.Id != m.Id || !got.Response || len(got.Question) > 1 {
			t.Errorf("taken: %v", got)
		}
		if len(got.Question) == 1 {
			if q := got.Question[0]; !strings.EqualFold(q.Name, m.Question[0].Name) || q.Qtype != dns.TypeTXT || q.Qclass != dns.ClassINET {
				t.Errorf("taken: %v", got)
			}
		}
	})
}
