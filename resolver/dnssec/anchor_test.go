package dnssec

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

func TestAnchors(t *testing.T) {
	w := healthyWorld(t)
	key := func(zone string) dns.RR { return w.zones[zone].keys[0].rr }
	unknown := func(rr dns.RR) dns.RR {
		ds := dns.Copy(rr).(*dns.DS)
		ds.Algorithm = 200
		return ds
	}
	wrong := func(rr dns.RR) dns.RR {
		ds := dns.Copy(rr).(*dns.DS)
		ds.Digest = "00" + ds.Digest[2:]
		return ds
	}
	sha1 := w.zones["a.test."].keys[0].rr.ToDS(dns.SHA1)
	for _, c := range []struct {
		name    string
		anchors []dns.RR
		q       string
		qtype   uint16
		want    Status
		text    string // after the question
	}{
		{"none", []dns.RR{}, "www.a.test.", dns.TypeTXT, Indeterminate, ""},
		{"a key", []dns.RR{key(".")}, "www.a.test.", dns.TypeTXT, Secure, ""},
		{"below the root", []dns.RR{w.anchor("a.test.")}, "www.a.test.", dns.TypeTXT, Secure, ""},
		{"of another zone", []dns.RR{w.anchor("a.test.")}, "host.n3.test.", dns.TypeTXT, Indeterminate, ""},
		{"alias out of the anchored zone", []dns.RR{w.anchor("a.test.")}, "far.a.test.", dns.TypeTXT, Indeterminate, ""},
		{"DS question at an anchor", []dns.RR{w.anchor("a.test.")}, "a.test.", dns.TypeDS, Indeterminate, ""},
		{"several", []dns.RR{w.anchor("."), w.anchor("a.test.")}, "far.a.test.", dns.TypeTXT, Secure, ""},
		{"unknown algorithm", []dns.RR{unknown(w.anchor("."))}, "www.a.test.", dns.TypeTXT, Indeterminate, ""},
		{"unknown algorithm below a good one", []dns.RR{w.anchor("."), unknown(w.anchor("a.test."))}, "www.a.test.", dns.TypeTXT, Secure, ""},
		{"wrong one below a good one", []dns.RR{w.anchor("."), wrong(w.anchor("a.test."))}, "www.a.test.", dns.TypeTXT, Bogus,
			"DS hash mismatches key from 192.0.2.3 for trust anchor a.test. while building chain of trust"},
		{"SHA-1 is ignored beside SHA-256", []dns.RR{wrong(w.anchor("a.test.")), sha1}, "www.a.test.", dns.TypeTXT, Bogus,
			"DS hash mismatches key from 192.0.2.3 for trust anchor a.test. while building chain of trust"},
		{"SHA-1 alone", []dns.RR{sha1}, "www.a.test.", dns.TypeTXT, Secure, ""},
		{"DNSKEY that does not sign", []dns.RR{newTestKey("a.test.", "other").rr}, "www.a.test.", dns.TypeTXT, Bogus,
			"signature for expected key and algorithm missing from 192.0.2.3 for trust anchor a.test. while building chain of trust"},
		{"a parent denies the anchor's zone", []dns.RR{w.anchor("."), w.anchor("a.test.")}, "nix.test.", dns.TypeTXT, Secure, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := healthyWorld(t)
			_, v := w.validator(c.anchors...).Resolve(context.Background(), c.q, c.qtype)
			text := ""
			if c.text != "" {
				text = "validation failure <" + c.q + " " + dns.TypeToString[c.qtype] + " IN>: " + c.text
			}
			if v.Status != c.want || v.Text != text {
				t.Errorf("got %s %q", v.Status, v.Text)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	w := healthyWorld(t)
	v := w.validator()
	type trust struct {
		Zone   string
		Status Status
		Keys   int
		Reason Reason
	}
	for zone, want := range map[string]trust{
		".":                {".", Secure, 2, ""},
		"a.test":           {"a.test.", Secure, 2, ""},
		"www.a.test.":      {"a.test.", Secure, 2, ""},
		"deep.ent.a.test.": {"a.test.", Secure, 2, ""},
		// Without opt-out a name that does not exist cannot be an unsigned zone.
		"x.nix.n3.test.":    {"nix.n3.test.", Bogus, 0, DenialBroken},
		"other.test.":       {"other.test.", Insecure, 0, UnsignedDelegation},
		"x.plain.opt.test.": {"plain.opt.test.", Insecure, 0, OptOut},
		"not..a.name":       {"not..a.name", Indeterminate, 0, NoAnchor},
	} {
		got := v.Trust(context.Background(), zone)
		if diff := cmp.Diff(want, trust{got.Zone, got.Status, len(got.Keys), got.Verdict.Reason}); diff != "" {
			t.Errorf("%s: %s\n%s", zone, got.Verdict.Text, diff)
		}
	}
}
