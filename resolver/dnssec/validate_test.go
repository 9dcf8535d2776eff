package dnssec

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// healthy is a small internet in order.
const healthy = `
zone .
zone test. server=192.0.2.2
zone a.test. server=192.0.2.3
www TXT "here"
alias CNAME www
far CNAME host.n3.test.
faraway CNAME plain.other.test.
gone CNAME nowhere.n3.test.
*.wild TXT "anything"
*.walias CNAME www
deep.ent TXT "below"
d DNAME n3.test.
zone n3.test. nsec3 server=192.0.2.4
host TXT "there"
*.wild TXT "anything"
deep.ent TXT "below"
zone opt.test. nsec3 optout server=192.0.2.5
host TXT "there"
zone plain.opt.test. unsigned server=192.0.2.6
host TXT "there"
zone other.test. unsigned server=192.0.2.6
plain TXT "unsigned"
zone high.test. nsec3 iterations=151 server=192.0.2.7
host TXT "there"
zone limit.test. nsec3 iterations=150 server=192.0.2.7
host TXT "there"
`

func healthyWorld(t testing.TB) *world { return newWorld(t, healthy) }

func TestHealthyAnswers(t *testing.T) {
	for _, c := range []struct {
		q      string
		qtype  uint16
		rcode  int
		status Status
		reason Reason
	}{
		{"www.a.test.", dns.TypeTXT, 0, Secure, ""},
		{"WWW.A.test", dns.TypeTXT, 0, Secure, ""},
		{"www.a.test.", dns.TypeCAA, 0, Secure, ""},      // NODATA
		{"ent.a.test.", dns.TypeCAA, 0, Secure, ""},      // empty non-terminal
		{"nix.a.test.", dns.TypeTXT, 3, Secure, ""},      // NXDOMAIN
		{"0.a.test.", dns.TypeTXT, 3, Secure, ""},        // before every name
		{"zzz.a.test.", dns.TypeTXT, 3, Secure, ""},      // after the last
		{"alias.a.test.", dns.TypeTXT, 0, Secure, ""},    // CNAME
		{"alias.a.test.", dns.TypeCNAME, 0, Secure, ""},  //
		{"far.a.test.", dns.TypeTXT, 0, Secure, ""},      // into another zone
		{"far.a.test.", dns.TypeCAA, 0, Secure, ""},      // and NODATA there
		{"gone.a.test.", dns.TypeTXT, 3, Secure, ""},     // and NXDOMAIN there
		{"x.wild.a.test.", dns.TypeTXT, 0, Secure, ""},   // wildcard
		{"x.y.wild.a.test.", dns.TypeTXT, 0, Secure, ""}, // two labels of it
		{"x.wild.a.test.", dns.TypeCAA, 0, Secure, ""},   // wildcard NODATA
		{"x.walias.a.test.", dns.TypeTXT, 0, Secure, ""}, // wildcard CNAME
		{"host.d.a.test.", dns.TypeTXT, 0, Secure, ""},   // DNAME
		{"no.d.a.test.", dns.TypeTXT, 3, Secure, ""},     // DNAME to NXDOMAIN
		{"a.test.", dns.TypeSOA, 0, Secure, ""},          //
		{"a.test.", dns.TypeDNSKEY, 0, Secure, ""},       //
		{"a.test.", dns.TypeDS, 0, Secure, ""},           //
		{"other.test.", dns.TypeDS, 0, Secure, ""},       // no DS, proven
		{".", dns.TypeNS, 0, Secure, ""},                 //
		{"test.", dns.TypeCAA, 0, Secure, ""},            // a TLD
		{"nix.", dns.TypeCAA, 3, Secure, ""},             // a TLD that is not
		{"host.n3.test.", dns.TypeTXT, 0, Secure, ""},    // NSEC3 zone
		{"host.n3.test.", dns.TypeCAA, 0, Secure, ""},    //
		{"ent.n3.test.", dns.TypeCAA, 0, Secure, ""},     //
		{"nix.n3.test.", dns.TypeTXT, 3, Secure, ""},     //
		{"x.wild.n3.test.", dns.TypeTXT, 0, Secure, ""},  //
		{"x.wild.n3.test.", dns.TypeCAA, 0, Secure, ""},  //
		{"host.limit.test.", dns.TypeCAA, 0, Secure, ""}, // 150 iterations
		{"host.high.test.", dns.TypeTXT, 0, Secure, ""},  // positive: no hash needed
		{"host.high.test.", dns.TypeCAA, 0, Insecure, NSEC3Iterations},
		{"nix.high.test.", dns.TypeTXT, 3, Insecure, NSEC3Iterations},
		{"host.opt.test.", dns.TypeTXT, 0, Secure, ""},
		{"nix.opt.test.", dns.TypeTXT, 3, Insecure, OptOut}, // RFC 5155 §9.2
		{"host.plain.opt.test.", dns.TypeTXT, 0, Insecure, OptOut},
		{"plain.other.test.", dns.TypeTXT, 0, Insecure, UnsignedDelegation},
		{"nix.other.test.", dns.TypeTXT, 3, Insecure, UnsignedDelegation},
		{"faraway.a.test.", dns.TypeTXT, 0, Insecure, UnsignedDelegation},
	} {
		t.Run(c.q+" "+dns.TypeToString[c.qtype], func(t *testing.T) {
			w := healthyWorld(t)
			_, v := w.validator().Resolve(context.Background(), c.q, c.qtype)
			got := [4]any{v.Rcode, v.Status, v.Reason, v.HasEDE}
			if want := [4]any{c.rcode, c.status, c.reason, false}; got != want {
				t.Errorf("got %v, want %v; %s", got, want, v.Text)
			}
		})
	}
}

// TestKeysAreAskedOnce: a second answer from the same zone costs no further
// question.
func TestKeysAreAskedOnce(t *testing.T) {
	w := healthyWorld(t)
	v := w.validator()
	v.Resolve(context.Background(), "www.a.test.", dns.TypeTXT)
	w.asked = nil
	v.Resolve(context.Background(), "www.a.test.", dns.TypeCAA)
	if diff := cmp.Diff([]string{"www.a.test. CAA"}, w.asked); diff != "" {
		t.Error(diff)
	}
}
