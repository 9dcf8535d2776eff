package dnssec

import (
	"context"
	"testing"

	"github.com/miekg/dns"
)

// packed is a response as a message.
func packed(t testing.TB, r Response) []byte {
	m := &dns.Msg{Answer: r.Answer, Ns: r.Authority}
	m.Question = []dns.Question{{Name: r.Name, Qtype: r.Type, Qclass: dns.ClassINET}}
	m.Rcode = r.Rcode
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// unpacked reads a message as a response, as far as it is one.
func unpacked(b []byte) (Response, bool) {
	var m dns.Msg
	if m.Unpack(b) != nil || len(m.Question) != 1 {
		return Response{}, false
	}
	q := m.Question[0]
	return Response{Name: q.Name, Type: q.Qtype, Rcode: m.Rcode, Answer: m.Answer, Authority: m.Ns, Server: "192.0.2.99"}, true
}

// FuzzValidate lets the answer, and the records of one link of the chain of
// trust, be anything: there is a verdict, it costs no more than the limits
// allow, and what it says is printable. A trusting run takes every signature
// for good, to get to the proofs behind them.
func FuzzValidate(f *testing.F) {
	w := healthyWorld(f)
	ds := packed(f, w.answer("a.test.", dns.TypeDS))
	keys := packed(f, w.answer("a.test.", dns.TypeDNSKEY))
	for _, q := range []dns.Question{
		question("www.a.test.", dns.TypeTXT), question("www.a.test.", dns.TypeCAA), question("nix.a.test.", dns.TypeTXT),
		question("far.a.test.", dns.TypeTXT), question("gone.a.test.", dns.TypeTXT), question("x.wild.a.test.", dns.TypeTXT),
		question("x.walias.a.test.", dns.TypeTXT), question("host.d.a.test.", dns.TypeTXT), question("nix.n3.test.", dns.TypeTXT),
		question("x.wild.n3.test.", dns.TypeCAA), question("host.plain.opt.test.", dns.TypeTXT), question("host.high.test.", dns.TypeCAA),
	} {
		f.Add(packed(f, w.answer(q.Name, q.Qtype)), ds, keys, false)
		f.Add(packed(f, w.answer(q.Name, q.Qtype)), ds, keys, true)
	}
	f.Add(packed(f, w.answer("plain.other.test.", dns.TypeTXT)), packed(f, w.answer("other.test.", dns.TypeDS)), keys, true)
	f.Add(packed(f, w.answer("host.plain.opt.test.", dns.TypeTXT)), packed(f, w.answer("plain.opt.test.", dns.TypeDS)), keys, true)
	f.Fuzz(func(t *testing.T, answer, link, keys []byte, trusting bool) {
		r, ok := unpacked(answer)
		if !ok {
			return
		}
		v := w.validator()
		if trusting {
			v.crypto = func(uint8, []byte, []byte, []byte) error { return nil }
		}
		checks := counted(v)
		inner := v.cfg.Fetch
		fetches := 0
		v.cfg.Fetch = func(ctx context.Context, q string, qtype uint16, avoid []string) Response {
			w.mu.Lock()
			fetches++
			w.asked = nil
			w.mu.Unlock()
			for _, b := range [][]byte{link, keys} {
				if odd, ok := unpacked(b); ok && odd.Type == qtype && dns.CanonicalName(odd.Name) == dns.CanonicalName(q) {
					return odd
				}
			}
			return inner(ctx, q, qtype, avoid)
		}
		got := v.Validate(context.Background(), r)
		switch got.Status {
		case Secure, Insecure, Bogus, Indeterminate:
		default:
			t.Errorf("status %q", got.Status)
		}
		if (got.Status == Bogus) != (got.Text != "") {
			t.Errorf("%s with text %q", got.Status, got.Text)
		}
		for _, c := range []byte(got.Text) {
			if c < ' ' || c > '~' {
				t.Fatalf("text %q", got.Text)
			}
		}
		// Every label of every name of the chain may cost a DS and a key set.
		if most := int64(17*17 + 20*fetches); checks.Load() > most {
			t.Errorf("%d signatures checked after %d lookups", checks.Load(), fetches)
		}
	})
}

// FuzzParseName: a name that can be read can be shown and read again.
func FuzzParseName(f *testing.F) {
	for _, s := range []string{".", "example.com", `a\.b.c.`, `\000.x.`, "*.A.b", "..", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseName(s)
		if !ok {
			return
		}
		if again, ok := parseName(n.fqdn()); !ok || again != n {
			t.Errorf("%q: %q read again as %q", s, n, again)
		}
		if compare(n, n) != 0 || !n.under(root) || shared(n, n) != n {
			t.Errorf("%q: not itself", s)
		}
	})
}
