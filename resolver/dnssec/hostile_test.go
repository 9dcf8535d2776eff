package dnssec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// counted makes a validator count the signatures that it checks.
func counted(v *Validator) *atomic.Int64 {
	var n atomic.Int64
	inner := v.crypto
	v.crypto = func(a uint8, key, signed, sig []byte) error {
		n.Add(1)
		return inner(a, key, signed, sig)
	}
	return &n
}

// TestCost: what hostile zones can make a validator compute is bounded
// (CVE-2023-50387, CVE-2023-50868).
func TestCost(t *testing.T) {
	txt := dns.TypeTXT
	www := question("www.a.test.", txt)
	for _, c := range []struct {
		name   string
		q      string
		qtype  uint16
		damage func(*world)
		reason Reason
		text   string
		checks int64 // at most, the chain of trust's own included
	}{
		{"many false signatures by one key", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) { r.Answer = append(r.Answer[:1], falseSigs(r.Answer[1], 500)...) }
		}, CryptoFailed, "signature crypto failed from 192.0.2.3", 6 + 8},
		{"many keys of one tag", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.Signature = "AAAA" + s.Signature[4:] })
			collide(w, "a.test.", 100)
		}, TooManySignatures, "too many RRSIG validations from 192.0.2.3", 6 + 9},
		{"many keys and many signatures", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) { r.Answer = append(r.Answer[:1], falseSigs(r.Answer[1], 500)...) }
			collide(w, "a.test.", 100)
		}, TooManySignatures, "too many RRSIG validations from 192.0.2.3", 6 + 9},
		{"false signatures over the keys", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDNSKEY)] = func(r *Response) {
				r.Answer = append(without(r.Answer, isSig), falseSigs(r.Answer[2], 500)...)
			}
		}, CryptoFailed, "signature crypto failed from 192.0.2.3 for key a.test. while building chain of trust", 5 + 8},
		{"many RRsets in one answer", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) {
				z := w.zones["a.test."]
				for i := range 1000 {
					r.Authority = append(r.Authority, w.signed(z, []dns.RR{mustRR(fmt.Sprintf("n%d.a.test. 60 IN TXT x", i))})...)
				}
			}
		}, TooManySignatures, "max validation suspends reached, too many RRSIG validations", 6 + 17*9},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := healthyWorld(t)
			c.damage(w)
			v := w.validator()
			n := counted(v)
			_, got := v.Resolve(context.Background(), c.q, c.qtype)
			want := "validation failure <" + c.q + " TXT IN>: " + c.text
			if got.Status != Bogus || got.Reason != c.reason || got.Text != want {
				t.Errorf("got %s %s %q", got.Status, got.Reason, got.Text)
			}
			if n.Load() > c.checks {
				t.Errorf("%d signatures checked, want at most %d", n.Load(), c.checks)
			}
		})
	}
}

// TestCostEndsWithTheRun: signatures and hashes take time that a deadline ends.
func TestCostEndsWithTheRun(t *testing.T) {
	w := healthyWorld(t)
	www := question("www.a.test.", dns.TypeTXT)
	w.edit[www] = func(r *Response) { r.Answer = append(r.Answer[:1], falseSigs(r.Answer[1], 500)...) }
	collide(w, "a.test.", 100)
	v := w.validator()
	ctx, cancel := context.WithCancel(t.Context())
	checks, inner := 0, v.crypto
	v.crypto = func(a uint8, key, signed, sig []byte) error {
		err := inner(a, key, signed, sig)
		if checks++; err != nil {
			cancel() // at the first signature of the bomb
		}
		return err
	}
	v.Resolve(ctx, "www.a.test.", dns.TypeTXT)
	if most := 6 + 1; checks > most {
		t.Errorf("%d signatures checked, %d of them after the run's end", checks, checks-most)
	}
}

// falseSigs makes n signatures that differ and fit in all but the signature.
func falseSigs(rr dns.RR, n int) []dns.RR {
	var out []dns.RR
	for i := range n {
		s := dns.Copy(rr).(*dns.RRSIG)
		s.Signature = fmt.Sprintf("%04d", i) + s.Signature[4:]
		out = append(out, s)
	}
	return out
}

// collide gives a zone n more keys with the tag of the key that signs its
// data: moving what one octet of the key loses to another of the same parity
// keeps the sum (RFC 4034 appendix B).
func collide(w *world, zone string, n int) {
	z := w.zones[zone]
	signing := z.keys[1].rr
	for i := range n {
		k := dns.Copy(signing).(*dns.DNSKEY)
		pub := newKeySet(&rrset{owner: mustName(zone), rrs: []dns.RR{k}}).keys[0].public
		swap := slices.Clone(pub)
		a, b := 2*(i%15), 2*(i%15)+2+2*(i/15%(15-i%15))
		if b >= len(swap) || swap[a] == swap[b] {
			swap[0], swap[30] = swap[30], swap[0]
		} else {
			swap[a], swap[b] = swap[b], swap[a]
		}
		k.PublicKey = toBase64(swap)
		if k.KeyTag() != signing.KeyTag() {
			panic("the tags differ")
		}
		z.records[zone] = slices.Insert(z.records[zone], 0, dns.RR(k))
	}
}

// TestHashCost: a denial in a deep NSEC3 zone costs a bounded number of
// hashes, and is given up past it.
func TestHashCost(t *testing.T) {
	w := healthyWorld(t)
	v := w.validator()
	for _, c := range []struct {
		labels int
		want   Status
		reason Reason
	}{
		{5, Secure, ""},
		{100, Secure, ""},
		{120, Secure, ""},
	} {
		q := strings.Repeat("x.", c.labels) + "n3.test."
		r := w.answer(q, dns.TypeTXT)
		j := &judgement{v: v, w: v.newWork(t.Context()), ctx: context.Background(), ede: edeNone}
		j.m, _ = newMessage(r, v.cfg.Limits)
		j.q, j.qtype = j.m.q, j.m.qtype
		j.run()
		got := j.finish()
		if got.Status != c.want || got.Reason != c.reason {
			t.Errorf("%d labels: %s %s %s", c.labels, got.Status, got.Reason, got.Text)
		}
		if most := 17 * v.cfg.Limits.HashBatch; j.w.hashed > most || j.w.hashed < c.labels {
			t.Errorf("%d labels: %d hashes", c.labels, j.w.hashed)
		}
	}
}

// TestHashesRunOut: with fewer pauses the same denial is given up, without an
// extended error.
func TestHashesRunOut(t *testing.T) {
	w := healthyWorld(t)
	v := New(Config{
		Anchors: []dns.RR{w.anchor(".")}, Fetch: w.fetch, Now: func() time.Time { return testNow },
		Limits: Limits{Pauses: 2},
	})
	q := strings.Repeat("x.", 60) + "n3.test."
	_, got := v.Resolve(context.Background(), q, dns.TypeTXT)
	if got.Status != Bogus || got.Reason != TooManyHashes || got.HasEDE {
		t.Errorf("got %+v", got)
	}
}

// BenchmarkKeyTrap is the worst answer that passes the limits: each of eight
// signatures is tried with a key.
func BenchmarkKeyTrap(b *testing.B) {
	w := healthyWorld(b)
	r := w.answer("www.a.test.", dns.TypeTXT)
	r.Answer = append(r.Answer[:1], falseSigs(r.Answer[1], 500)...)
	v := w.validator()
	for b.Loop() {
		v.Validate(context.Background(), r)
	}
}

// BenchmarkDeepDenial is an NXDOMAIN a hundred labels below an NSEC3 zone with
// as many iterations as are accepted.
func BenchmarkDeepDenial(b *testing.B) {
	w := healthyWorld(b)
	r := w.answer(strings.Repeat("x.", 100)+"limit.test.", dns.TypeTXT)
	v := w.validator()
	for b.Loop() {
		v.Validate(context.Background(), r)
	}
}
