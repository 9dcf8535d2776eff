package lab

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// A signWordCheck looks at a world for what the words of a sign line promise.
type signWordCheck func(t *testing.T, s *Scenario, w *World)

// signedFrom checks when the signatures on a host begin and end.
func signedFrom(host string, from, to time.Duration) signWordCheck {
	return func(t *testing.T, s *Scenario, _ *World) {
		z := s.made.hosted[host]["example.com."].at(0)
		sig := z.nodes["example.com."].signatures(dns.TypeSOA)[0].(*dns.RRSIG)
		want := [2]int64{epoch.Add(from).Unix(), epoch.Add(to).Unix()}
		if d := cmp.Diff(want, [2]int64{int64(sig.Inception), int64(sig.Expiration)}); d != "" {
			t.Errorf("%s: times (-want +got):\n%s", host, d)
		}
	}
}

// withDS checks which DS records the parent has: right, wrong or stale, and
// the digest type.
func withDS(want ...string) signWordCheck {
	return func(t *testing.T, s *Scenario, _ *World) {
		var got []string
		for _, rr := range s.made.hosted["a.nic.com."]["com."].at(0).nodes["example.com."][dns.TypeDS] {
			got = append(got, dsState(rr.(*dns.DS), keysOf(s)))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("DS (-want +got):\n%s", d)
		}
	}
}

func dsState(ds *dns.DS, keys []dns.RR) string {
	state := "stale"
	for _, rr := range keys {
		switch k := rr.(*dns.DNSKEY); {
		case k.ToDS(ds.DigestType) != nil && vouches(ds, k):
			state = "right"
		case k.KeyTag() == ds.KeyTag:
			state = "wrong"
		}
	}
	return fmt.Sprint(state, " ", ds.DigestType)
}

func keysOf(s *Scenario) []dns.RR {
	return s.made.hosted["ns1.example.com."]["example.com."].at(0).nodes["example.com."][dns.TypeDNSKEY]
}

// withAnchors checks what the world trusts.
func withAnchors(want ...string) signWordCheck {
	return func(t *testing.T, _ *Scenario, w *World) {
		var got []string
		for _, rr := range w.Anchors() {
			got = append(got, undotted(rr.Header().Name)+" "+dns.TypeToString[rr.Header().Rrtype])
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("anchors (-want +got):\n%s", d)
		}
	}
}

// withKeys checks the flags of the zone's keys.
func withKeys(want ...uint16) signWordCheck {
	return func(t *testing.T, s *Scenario, _ *World) {
		var got []uint16
		for _, rr := range keysOf(s) {
			got = append(got, rr.(*dns.DNSKEY).Flags)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("flags (-want +got):\n%s", d)
		}
	}
}

// answering checks what an answer carries.
func answering(query, want string) signWordCheck {
	return func(t *testing.T, _ *Scenario, w *World) {
		diff(t, query, strings.ReplaceAll(want, ", ", "\n"), proofIn(t, w, query))
	}
}

// What a sign line says about time, trust and hosts must be what can be seen.
func TestSignWords(t *testing.T) {
	const one, two = "ns1.example.com.", "ns2.example.com."
	tests := map[string][]signWordCheck{
		"example.com":                                             {signedFrom(one, -day, 30*day), withDS("right 2"), withAnchors(". DS"), withKeys(257, 256)},
		"example.com expired":                                     {signedFrom(one, -32*day, -2*day)},
		"example.com future":                                      {signedFrom(one, 2*day, 32*day)},
		"example.com inception=-2h expiration=+90s":               {signedFrom(one, -2*time.Hour, 90*time.Second)},
		"example.com expired @ ns2.example.com":                   {signedFrom(one, -day, 30*day), signedFrom(two, -32*day, -2*day)},
		"example.com nsec3\nexample.com future @ ns2.example.com": {signedFrom(one, -day, 30*day), signedFrom(two, 2*day, 32*day)},
		"example.com ds=none":                                     {withDS()},
		"example.com ds=wrong":                                    {withDS("wrong 2")},
		"example.com ds=stale":                                    {withDS("stale 2")},
		"example.com digest=1,4,99":                               {withDS("right 1", "right 4", "wrong 99")},
		"example.com algorithm=8,13":                              {withDS("right 2", "right 2"), withKeys(257, 257, 256, 256)},
		"example.com keys=single":                                 {withKeys(257)},
		"example.com ksk-flags=385 zsk-flags=0":                   {withKeys(385, 0)},
		"example.com anchor=ds":                                   {withAnchors(". DS", "example.com DS")},
		". anchor=none\nexample.com anchor=dnskey":                {withAnchors("example.com DNSKEY")},
		". unsigned\ncom unsigned\nexample.com":                   {withAnchors(), answering("udp 198.51.100.10 example.com DS", "NOERROR, A DS example.com")},
		"example.com unsigned @ ns2.example.com": {
			answering("udp 192.0.2.1 example.com CAA", "NOERROR, A CAA example.com, A +CAA"),
			answering("udp 192.0.2.2 example.com CAA", "NOERROR, A CAA example.com"),
			answering("udp 192.0.2.2 example.com DNSKEY", "NOERROR, N SOA example.com"),
			withDS("right 2")},
	}
	for text, checks := range tests {
		t.Run(text, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, err := Parse("test", []byte(signedWorld+text+"\n"))
				if err != nil {
					t.Fatal(err)
				}
				w, err := s.World()
				if err != nil {
					t.Fatal(err)
				}
				for _, check := range checks {
					check(t, s, w)
				}
			})
		})
	}
}

// Signatures are judged by the world's clock, whatever the date is.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, signedWorld+"example.com\n")
		w.Start()
		time.Sleep(90 * time.Second)
		want := time.Date(2026, time.November, 1, 0, 1, 30, 0, time.UTC)
		if !w.Now().Equal(want) || !w.Epoch().Equal(want.Add(-90*time.Second)) {
			t.Errorf("Now = %v, Epoch = %v, want %v and 90 s before", w.Now(), w.Epoch(), want)
		}
	})
}
