package dnssec

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// TestLink: a verdict names the link of the chain that broke.
func TestLink(t *testing.T) {
	for _, f := range failures() {
		want, ok := map[string]Link{
			"signature expired": {
				Zone: "a.test.", Name: "www.a.test.", Type: dns.TypeTXT, KeyTag: newTestKey("a.test.", "zsk").rr.KeyTag(),
				Inception: testNow.Add(-48 * time.Hour), Expiration: testNow.Add(-time.Second), Servers: []string{"192.0.2.3"},
			},
			"DS signature expired": {
				Zone: "test.", Name: "a.test.", Type: dns.TypeDS, KeyTag: newTestKey("test.", "zsk").rr.KeyTag(),
				Inception: testNow.Add(-48 * time.Hour), Expiration: testNow.Add(-time.Hour), Servers: []string{"192.0.2.2"},
			},
			"digest does not fit": {
				Zone: "a.test.", Name: "a.test.", Type: dns.TypeDNSKEY, KeyTag: newTestKey("a.test.", "ksk").rr.KeyTag(),
				Servers: []string{"192.0.2.3"},
			},
			"zone unsigned though a DS exists": {Zone: "a.test.", Name: "a.test.", Type: dns.TypeDNSKEY, Servers: []string{"192.0.2.3"}},
			"signature missing":                {Zone: "a.test.", Name: "www.a.test.", Type: dns.TypeTXT, Servers: []string{"192.0.2.3"}},
			"NODATA without any proof":         {Zone: "a.test.", Name: "www.a.test.", Type: dns.TypeDS, Servers: []string{"192.0.2.3"}},
			"wildcard answer without proof":    {Zone: "a.test.", Name: "x.wild.a.test.", Type: dns.TypeTXT, Servers: []string{"192.0.2.3"}},
			"DS of an unknown algorithm only": {
				Zone: "a.test.", Name: "a.test.", Type: dns.TypeDS, KeyTag: newTestKey("a.test.", "ksk").rr.KeyTag(),
			},
		}[f.name]
		if !ok {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			w := healthyWorld(t)
			f.damage(w)
			_, got := w.validator().Resolve(context.Background(), f.q, f.qtype)
			if diff := cmp.Diff(want, got.Link); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestSerialTime: times of signatures wrap around in 2106 (RFC 4034 §3.1.5).
func TestSerialTime(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		now, from, to string
		skew          time.Duration
		want          string
	}{
		{"2106-02-10", "2106-02-01", "2106-02-20", 0, ""},
		{"2106-02-01", "2106-01-20", "2106-02-20", 0, ""},
		{"2106-02-21", "2106-02-01", "2106-02-20", 0, "signature expired"},
		{"2106-01-31", "2106-02-01", "2106-02-20", 0, "signature before inception date"},
		{"2106-02-21", "2106-02-01", "2106-02-20", 24 * time.Hour, ""},
		{"2106-01-31", "2106-02-01", "2106-02-20", 24 * time.Hour, ""},
		{"2106-02-20", "2106-02-01", "2106-02-20", 0, ""}, // to the last second
		{"2106-02-01", "2106-02-01", "2106-02-20", 0, ""}, // from the first
	} {
		sig := &dns.RRSIG{Inception: uint32(at(c.from).Unix()), Expiration: uint32(at(c.to).Unix())}
		k := clock{at(c.now), c.skew}
		if f, _ := k.check(sig); f.text != c.want {
			t.Errorf("%+v: %q", c, f.text)
		}
		if got := k.at(sig.Expiration); !got.Equal(at(c.to)) {
			t.Errorf("%+v: expiration read as %s", c, got)
		}
	}
}

// TestPath: the zones that were passed, with what was found.
func TestPath(t *testing.T) {
	w := healthyWorld(t)
	_, v := w.validator().Resolve(context.Background(), "faraway.a.test.", dns.TypeTXT)
	tags := func(zone string, keys ...int) (all []uint16) {
		for _, i := range keys {
			all = append(all, w.zones[zone].keys[i].rr.KeyTag())
		}
		return all
	}
	want := []Step{
		{Zone: ".", Status: Secure, Keys: tags(".", 0, 1), DS: tags(".", 0)},
		{Zone: "test.", Status: Secure, Keys: tags("test.", 0, 1), DS: tags("test.", 0)},
		{Zone: "a.test.", Status: Secure, Keys: tags("a.test.", 0, 1), DS: tags("a.test.", 0)},
		{Zone: "other.test.", Status: Insecure, Reason: UnsignedDelegation},
	}
	if diff := cmp.Diff(want, v.Path); diff != "" {
		t.Error(diff)
	}
}

// TestOneAtATime: many validations at once share every lookup.
func TestOneAtATime(t *testing.T) {
	w := healthyWorld(t)
	v := w.validator()
	var wg sync.WaitGroup
	for range 20 {
		for _, q := range []string{"www.a.test.", "far.a.test.", "nix.n3.test.", "plain.other.test."} {
			wg.Go(func() {
				if got := v.Validate(context.Background(), w.answer(q, dns.TypeTXT)); got.Status == Bogus {
					t.Error(got.Text)
				}
			})
		}
	}
	wg.Wait()
	seen := make(map[string]int)
	for _, q := range w.asked {
		if seen[q]++; seen[q] > 1 {
			t.Errorf("%s asked again", q)
		}
	}
}

// TestCanceled: a validation that is cut short leaves nothing behind that
// spoils the next one.
func TestCanceled(t *testing.T) {
	w := healthyWorld(t)
	v := w.validator()
	inner := v.cfg.Fetch
	v.cfg.Fetch = func(ctx context.Context, q string, qtype uint16, avoid []string) Response {
		if ctx.Err() != nil {
			return Response{Failed: true}
		}
		return inner(ctx, q, qtype, avoid)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := v.Validate(ctx, w.answer("www.a.test.", dns.TypeTXT)); got.Status != Bogus || got.Reason != LookupFailed {
		t.Errorf("canceled: %s %s", got.Status, got.Reason)
	}
	if got := v.Validate(context.Background(), w.answer("www.a.test.", dns.TypeTXT)); got.Status != Secure {
		t.Errorf("after that: %s %s", got.Status, got.Text)
	}
}

// TestNotAnswers: what asserts nothing is not judged.
func TestNotAnswers(t *testing.T) {
	v := healthyWorld(t).validator()
	for name, r := range map[string]Response{
		"failed":      {Name: "www.a.test.", Type: dns.TypeTXT, Failed: true},
		"refused":     {Name: "www.a.test.", Type: dns.TypeTXT, Rcode: dns.RcodeRefused},
		"yxdomain":    {Name: "www.a.test.", Type: dns.TypeTXT, Rcode: dns.RcodeYXDomain},
		"no name":     {Name: "a..b", Type: dns.TypeTXT},
		"RRSIG alone": {Name: "www.a.test.", Type: dns.TypeRRSIG, Answer: []dns.RR{&dns.RRSIG{Hdr: dns.RR_Header{Name: "www.a.test.", Rrtype: dns.TypeRRSIG, Class: 1}}}},
	} {
		if got := v.Validate(context.Background(), r); got.Status != Indeterminate || got.HasEDE {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
