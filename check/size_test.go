package check_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"dns01/check"
	"dns01/check/known"
	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// valueCounts are the numbers of values around which something changes: 21
// fill 1232 octets, 72 fill 4096.
var valueCounts = []int{1, 21, 22, 70, 73, 100}

// challengeValue is the i-th of many values that have the form of a digest.
func challengeValue(i int) string { return fmt.Sprintf("%043d", i) }

// packed is the length of the message that a DNS library makes.
func packed(t *testing.T, m check.TXTMessage) int {
	t.Helper()
	msg := new(dns.Msg)
	question := m.Question
	if m.MixedCase {
		question = strings.ToUpper(question)
	}
	msg.SetQuestion(dns.Fqdn(question), dns.TypeTXT)
	msg.Response, msg.Authoritative, msg.Compress = true, true, true
	header := func(owner string, kind uint16) dns.RR_Header {
		return dns.RR_Header{Name: dns.Fqdn(owner), Rrtype: kind, Class: dns.ClassINET, Ttl: 60}
	}
	sign := func(owner string, kind uint16) {
		if m.Signer != "" {
			msg.Answer = append(msg.Answer, &dns.RRSIG{Hdr: header(owner, dns.TypeRRSIG), TypeCovered: kind, Algorithm: dns.ECDSAP256SHA256,
				SignerName: dns.Fqdn(m.Signer), Signature: signatureOf(m.SignatureSize)})
		}
	}
	owner := question
	for _, to := range m.Aliases {
		msg.Answer = append(msg.Answer, &dns.CNAME{Hdr: header(owner, dns.TypeCNAME), Target: dns.Fqdn(to)})
		sign(owner, dns.TypeCNAME)
		owner = to
	}
	for i, n := range m.Values {
		var txt []string
		for v := strings.Repeat("x", n); v != "" || len(txt) == 0; v = v[min(len(v), 255):] {
			txt = append(txt, v[:min(len(v), 255)])
		}
		if n == 43 {
			txt = []string{challengeValue(i)}
		}
		msg.Answer = append(msg.Answer, &dns.TXT{Hdr: header(owner, dns.TypeTXT), Txt: txt})
	}
	if len(m.Values) > 0 {
		sign(owner, dns.TypeTXT)
	}
	msg.SetEdns0(1232, true)
	wire, err := msg.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return len(wire)
}

// signatureOf is base64 of so many octets.
func signatureOf(octets int) string {
	s := strings.Repeat("AAAA", octets/3)
	switch octets % 3 {
	case 1:
		s += "AA=="
	case 2:
		s += "AAA="
	}
	return s
}

// The arithmetic is exact: a plan that says 21 values fit a UDP answer must
// not be off by one.
func TestSizeIsThatOfTheMessage(t *testing.T) {
	const uuid = "d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.acme-dns.io"
	shapes := map[string]check.TXTMessage{
		"direct":         {Question: "_acme-challenge.example.com"},
		"alias":          {Question: "_acme-challenge.example.com", Aliases: []string{uuid}},
		"alias in zone":  {Question: "_acme-challenge.example.com", Aliases: []string{"a.b.example.com", "c.b.example.com"}},
		"to the apex":    {Question: "_acme-challenge.example.com", Aliases: []string{"example.com"}},
		"signed, ECDSA":  {Question: "_acme-challenge.example.com", Signer: "example.com", SignatureSize: 64},
		"signed, RSA":    {Question: "_acme-challenge.example.com", Signer: "example.com", SignatureSize: 256},
		"signed alias":   {Question: "_acme-challenge.example.com", Aliases: []string{"x.example.com"}, Signer: "example.com", SignatureSize: 64},
		"escaped labels": {Question: `_acme-challenge.a\.b\032c.example.com`},
		"mixed case":     {Question: "_acme-challenge.example.com", MixedCase: true, Aliases: []string{"a.example.com", "b.example.com"}},
		"odd lengths":    {Question: "_acme-challenge.example.com", Values: []int{0, 1, 87, 255, 256, 510, 511}},
	}
	for name, m := range shapes {
		for _, n := range append([]int{0}, valueCounts...) {
			if got, want := m.With(n).Size(), packed(t, m.With(n)); got != want {
				t.Errorf("%s, %d values: %d octets, the library makes %d", name, n, got, want)
			}
		}
	}
}

// The numbers that guide books give, and ours: how many values fit.
func TestRoom(t *testing.T) {
	const name, uuid = "_acme-challenge.example.com", "d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.acme-dns.io"
	tests := []struct {
		name string
		m    check.TXTMessage
		want map[int]int
	}{
		{"direct", check.TXTMessage{Question: name}, map[int]int{512: 8, 1232: 21, 4096: 72, 65535: 1169}},
		{"alias", check.TXTMessage{Question: name, Aliases: []string{uuid}}, map[int]int{512: 6, 1232: 19, 4096: 70, 65535: 1168}},
		{"ECDSA", check.TXTMessage{Question: name, Signer: "example.com", SignatureSize: 64}, map[int]int{512: 6, 1232: 19, 4096: 70, 65535: 1167}},
		{"RSA", check.TXTMessage{Question: name, Signer: "example.com", SignatureSize: 256}, map[int]int{512: 2, 1232: 15, 4096: 66, 65535: 1163}},
	}
	for _, tt := range tests {
		for limit, want := range tt.want {
			one := tt.m.With(1).Size()
			if got := 1 + check.RoomWithin(one, limit); got != want {
				t.Errorf("%s: %d values within %d, want %d", tt.name, got, limit, want)
			}
			if tt.m.With(want).Size() > limit || tt.m.With(want+1).Size() <= limit {
				t.Errorf("%s: %d values are not the most within %d", tt.name, want, limit)
			}
		}
	}
}

// What is forecast from a zone before and after the first value is what its
// servers then send, octet for octet, with and without signatures. With an
// alias it depends on luck with the letter case whether the server can point
// into the question; the forecast does not count on it.
func TestForecast(t *testing.T) {
	for _, sign := range []string{"", "-- sign --\nexample.com\n"} {
		for _, alias := range []bool{false, true} {
			for _, n := range valueCounts {
				t.Run(fmt.Sprintf("%d values, signed %t, alias %t", n, sign != "", alias), func(t *testing.T) {
					want := look(t, sizedWorld(t, sign, alias, n)).Bytes
					if want == 0 {
						t.Fatal("nothing was measured")
					}
					for _, now := range []int{0, 1} {
						c := look(t, sizedWorld(t, sign, alias, now))
						room := c.RoomAt[4096]
						got := c.Forecast + (n-1)*56 // it holds the value that is needed
						if now == 1 && !alias {
							got = c.Bytes + (n-1)*56
						}
						if now == 1 && alias {
							continue // measured, with luck of its own
						}
						if saved := got - want; saved != 0 && (!alias || saved < 0 || saved > len("example.com")) {
							t.Errorf("from %d values: %d octets forecast, %d are sent", now, got, want)
						}
						if fits := n-now <= room; fits != (want <= 4096) {
							t.Errorf("from %d values: room for %d more, and %d make %d octets", now, room, n, want)
						}
					}
				})
			}
		}
	}
}

// sizedWorld is a zone with so many values at the challenge name.
func sizedWorld(t *testing.T, sign string, alias bool, n int) *lab.Scenario {
	t.Helper()
	var b strings.Builder
	b.WriteString("Sizes\nA zone with values.\n\n-- target --\nexample.com\n-- servers --\nns1.example.com 192.0.2.1\nns2.example.com 203.0.113.1\n" +
		sign + "-- zone example.com @ ns1.example.com ns2.example.com --\n@ CAA 0 issue \"letsencrypt.org\"\n")
	owner := "_acme-challenge"
	if alias {
		b.WriteString("_acme-challenge CNAME values.challenges\n")
		owner = "values.challenges"
	}
	for i := range n {
		fmt.Fprintf(&b, "%s 60 TXT %q\n", owner, challengeValue(i))
	}
	b.WriteString("-- want --\nverdict ready\n")
	s, err := lab.Parse("sizes", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// look checks a world before an order for example.com.
func look(t *testing.T, s *lab.Scenario) check.ChallengeResult {
	t.Helper()
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	ca, _ := known.Find("letsencrypt")
	var r check.Result
	synctest.Test(t, func(t *testing.T) {
		c := resolver.New(resolver.Config{Exchanger: w, Roots: w.Roots(), Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}, Rand: rand.New(rand.NewPCG(1, 1))})
		v := survey.Take(t.Context(), survey.Target{Names: []string{"example.com"}}, survey.Options{Client: c, Anchors: w.Anchors(), SignedAt: w.Now()})
		r = check.Judge(v, check.Order{CA: ca, Challenge: "dns-01", Now: noon})
	})
	return r.Identifiers[0].Challenge
}
