package dnssec

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// question is short for a key of the world's maps.
func question(n string, t uint16) dns.Question { return dns.Question{Name: n, Qtype: t} }

func without(rrs []dns.RR, drop func(dns.RR) bool) []dns.RR {
	return slices.DeleteFunc(slices.Clone(rrs), drop)
}

func isSig(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeRRSIG }

// stripped removes every signature.
func stripped(r *Response) {
	r.Answer = without(r.Answer, isSig)
	r.Authority = without(r.Authority, isSig)
}

func failed(r *Response) { *r = Response{Name: r.Name, Type: r.Type, Failed: true} }

// sigs changes copies of the signatures of an answer.
func sigs(change func(*dns.RRSIG)) func(*Response) {
	return func(r *Response) {
		for i, rr := range r.Answer {
			if s, ok := rr.(*dns.RRSIG); ok {
				s = dns.Copy(s).(*dns.RRSIG)
				change(s)
				r.Answer[i] = s
			}
		}
	}
}

// rekeyed makes the zone answer with DNSKEY records changed and signed again
// by all its keys.
func rekeyed(w *world, zone string, change func(*testZone)) {
	z := w.zones[zone]
	z.records[zone] = without(z.records[zone], isType(dns.TypeDNSKEY))
	change(z)
	for _, k := range z.keys {
		z.add(k.rr)
	}
}

// A failure is a way to break the healthy world, and what comes of it.
type failure struct {
	name   string
	q      string
	qtype  uint16
	damage func(*world)
	want   Verdict // Status Bogus unless set; Text is what follows the question
}

func failures() []failure {
	txt, caa := dns.TypeTXT, dns.TypeCAA
	www := question("www.a.test.", txt)
	return []failure{
		{"signature expired", "www.a.test.", txt, func(w *world) {
			w.times[www] = [2]time.Time{testNow.Add(-48 * time.Hour), testNow.Add(-time.Second)}
		}, Verdict{EDE: 7, Reason: SignatureExpired, Text: "signature expired from 192.0.2.3"}},
		{"signature not yet valid", "www.a.test.", txt, func(w *world) {
			w.times[www] = [2]time.Time{testNow.Add(time.Second), testNow.Add(48 * time.Hour)}
		}, Verdict{EDE: 8, Reason: SignatureNotYetValid, Text: "signature before inception date from 192.0.2.3"}},
		{"inception after expiration", "www.a.test.", txt, func(w *world) {
			w.times[www] = [2]time.Time{testNow.Add(time.Hour), testNow.Add(-time.Hour)}
		}, Verdict{EDE: 8, Reason: SignatureNotYetValid, Text: "signature inception after expiration from 192.0.2.3"}},
		{"signature missing", "www.a.test.", txt, func(w *world) {
			w.edit[www] = stripped
		}, Verdict{EDE: 10, Reason: SignatureMissing, Text: "no signatures from 192.0.2.3"}},
		{"data changed after signing", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) { r.Answer[0] = mustRR("www.a.test. 3600 IN TXT \"other\"") }
		}, Verdict{EDE: 6, Reason: CryptoFailed, Text: "signature crypto failed from 192.0.2.3"}},
		{"unknown key tag", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.KeyTag++ })
		}, Verdict{EDE: 9, Reason: UnknownKey, Text: "signatures from unknown keys from 192.0.2.3"}},
		{"too many labels", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.Labels = 4 })
		}, Verdict{EDE: 6, Reason: SignatureUnfit, Text: "signature labelcount out of range from 192.0.2.3"}},
		{"too few labels", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.Labels = 1 })
		}, Verdict{EDE: 6, Reason: SignatureUnfit, Text: "signature labelcount lower than signature signer from 192.0.2.3"}},
		{"another signer", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.SignerName = "n3.test." })
		}, Verdict{EDE: 10, Reason: SignatureMissing, Text: "no signatures from 192.0.2.3"}},
		{"signer is the parent", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.SignerName = "test." })
		}, Verdict{EDE: 9, Reason: UnknownKey, Text: "signatures from unknown keys from 192.0.2.3"}},
		{"unsupported algorithm only", "www.a.test.", txt, func(w *world) {
			w.edit[www] = sigs(func(s *dns.RRSIG) { s.Algorithm = 200 })
		}, Verdict{EDE: 1, Reason: AlgorithmUnsupported, Text: "from 192.0.2.3"}},
		{"CNAME not signed", "alias.a.test.", txt, func(w *world) {
			w.edit[question("alias.a.test.", txt)] = sigs(func(s *dns.RRSIG) {
				if s.TypeCovered == dns.TypeCNAME {
					s.KeyTag++
				}
			})
		}, Verdict{EDE: 9, Reason: UnknownKey, Text: "signatures from unknown keys for CNAME from 192.0.2.3 and 192.0.2.3"}},
		{"target in another zone not signed", "far.a.test.", txt, func(w *world) {
			w.edit[question("far.a.test.", txt)] = func(r *Response) {
				r.Answer = without(r.Answer, func(rr dns.RR) bool { return isSig(rr) && rr.Header().Name == "host.n3.test." })
			}
		}, Verdict{EDE: 10, Reason: SignatureMissing, Text: "no signatures from 192.0.2.4 and 192.0.2.3"}},
		{"synthesised CNAME does not fit its DNAME", "host.d.a.test.", txt, func(w *world) {
			w.edit[question("host.d.a.test.", txt)] = func(r *Response) {
				for i, rr := range r.Answer {
					if rr.Header().Rrtype == dns.TypeCNAME {
						r.Answer[i] = mustRR("host.d.a.test. 3600 IN CNAME evil.n3.test.")
					}
				}
			}
		}, Verdict{EDE: 6, Reason: Other, Text: "CNAME target mismatch: not synthesized from DNAME , for host.d.a.test. CNAME evil.n3.test. , from 192.0.2.4 and 192.0.2.3"}},

		{"NODATA without any proof", "www.a.test.", caa, func(w *world) {
			w.edit[question("www.a.test.", caa)] = func(r *Response) { r.Authority = nil }
			w.edit[question("www.a.test.", dns.TypeDS)] = func(r *Response) { r.Authority = nil }
		}, Verdict{EDE: 12, Reason: DenialBroken, Text: "no DNSSEC records from 192.0.2.3 for DS www.a.test. while building chain of trust"}},
		{"NODATA, NSEC not signed", "www.a.test.", caa, func(w *world) {
			w.edit[question("www.a.test.", caa)] = stripped
			w.edit[question("www.a.test.", dns.TypeDS)] = stripped
		}, Verdict{EDE: 12, Reason: DenialBroken, Text: "no signatures over NSECs from 192.0.2.3 for DS www.a.test. while building chain of trust"}},
		{"NODATA, NSEC3 not signed", "host.n3.test.", caa, func(w *world) {
			w.edit[question("host.n3.test.", caa)] = stripped
			w.edit[question("host.n3.test.", dns.TypeDS)] = stripped
		}, Verdict{EDE: 12, Reason: DenialBroken, Text: "no signatures over NSEC3s from 192.0.2.4 for DS host.n3.test. while building chain of trust"}},
		{"NODATA where the type exists", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) { *r = w.answer("www.a.test.", caa); r.Type = txt }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "nodata proof failed from 192.0.2.3"}},
		{"NODATA where the type exists, NSEC3", "host.n3.test.", txt, func(w *world) {
			w.edit[question("host.n3.test.", txt)] = func(r *Response) { *r = w.answer("host.n3.test.", caa); r.Type = txt }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "nodata proof failed from 192.0.2.4"}},
		{"NXDOMAIN for a name that exists", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) { *r = w.answer("nix.a.test.", txt); r.Name = "www.a.test." }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "nameerror proof failed from 192.0.2.3", Rcode: 3}},
		{"NXDOMAIN without the wildcard's denial", "nix.a.test.", txt, func(w *world) {
			w.edit[question("nix.a.test.", txt)] = func(r *Response) {
				r.Authority = slices.Concat(w.soa(w.zones["a.test."]), w.covering(w.zones["a.test."], "nix.a.test."))
			}
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "nameerror proof failed from 192.0.2.3", Rcode: 3}},
		{"NXDOMAIN without the wildcard's denial, NSEC3", "nix.n3.test.", txt, func(w *world) {
			z := w.zones["n3.test."]
			w.edit[question("nix.n3.test.", txt)] = func(r *Response) {
				r.Authority = slices.Concat(w.soa(z), w.covering(z, "nix.n3.test."), w.matching3(z, "n3.test."))
				for _, rr := range w.covering(z, "*.n3.test.") { // must be another record for the test to mean anything
					if slices.ContainsFunc(r.Authority, func(have dns.RR) bool { return dns.IsDuplicate(have, rr) }) {
						panic("the same NSEC3 covers both names")
					}
				}
			}
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "nameerror proof failed from 192.0.2.4", Rcode: 3}},
		{"NXDOMAIN after an alias, not proven", "gone.a.test.", txt, func(w *world) {
			w.edit[question("gone.a.test.", txt)] = func(r *Response) { r.Authority = w.matching3(w.zones["n3.test."], "n3.test.") }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "cnamenoanswer proof failed from 192.0.2.4 and 192.0.2.3", Rcode: 3}},
		{"wildcard answer without proof", "x.wild.a.test.", txt, func(w *world) {
			w.edit[question("x.wild.a.test.", txt)] = func(r *Response) { r.Authority = nil }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "wildcard proof failed from 192.0.2.3"}},
		{"wildcard answer without proof, NSEC3", "x.wild.n3.test.", txt, func(w *world) {
			w.edit[question("x.wild.n3.test.", txt)] = func(r *Response) { r.Authority = nil }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "wildcard proof failed from 192.0.2.4"}},
		{"wildcard CNAME without proof", "x.walias.a.test.", txt, func(w *world) {
			w.edit[question("x.walias.a.test.", txt)] = func(r *Response) { r.Authority = nil }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "cname proof failed from 192.0.2.3 and 192.0.2.3"}},
		{"SOA of a denial expired", "www.a.test.", caa, func(w *world) {
			w.times[question("a.test.", dns.TypeSOA)] = [2]time.Time{testNow.Add(-48 * time.Hour), testNow.Add(-time.Hour)}
		}, Verdict{EDE: 7, Reason: SignatureExpired, Text: "signature expired from 192.0.2.3 for <a.test. SOA IN>"}},
		{"unsigned NSEC beside the answer's alias", "gone.a.test.", txt, func(w *world) {
			w.edit[question("gone.a.test.", txt)] = func(r *Response) {
				r.Authority = append(r.Authority, without(w.soa(w.zones["a.test."]), isSig)...)
			}
		}, Verdict{EDE: 6, Reason: Other, Text: "misc failure", Rcode: 3}},

		{"zone unsigned though a DS exists", "www.a.test.", txt, func(w *world) {
			w.edit[www] = stripped
			w.edit[question("a.test.", dns.TypeDNSKEY)] = func(r *Response) { r.Answer = nil }
		}, Verdict{EDE: 9, Reason: DNSKEYMissing, Text: "No DNSKEY record [misc failure] from 192.0.2.3 for key a.test. while building chain of trust"}},
		{"DNSKEY lookup fails", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDNSKEY)] = failed
		}, Verdict{EDE: 9, Reason: LookupFailed, Text: "No DNSKEY record [misc failure] for key a.test. while building chain of trust"}},
		{"DS lookup fails", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDS)] = func(r *Response) {
				*r = Response{Failed: true, Detail: "all servers for this domain failed, at zone test."}
			}
		}, Verdict{EDE: 23, Reason: LookupFailed, Text: "SERVFAIL [all servers for this domain failed, at zone test.] no DS for DS a.test. while building chain of trust"}},
		{"digest does not fit", "www.a.test.", txt, func(w *world) {
			ds := w.zones["test."].set("a.test.", dns.TypeDS)[0].(*dns.DS)
			ds.Digest = "00" + ds.Digest[2:]
		}, Verdict{EDE: 6, Reason: DSMismatch, Text: "DS hash mismatches key from 192.0.2.3 for key a.test. while building chain of trust"}},
		{"no key with the DS's tag", "www.a.test.", txt, func(w *world) {
			w.zones["test."].set("a.test.", dns.TypeDS)[0].(*dns.DS).KeyTag++
		}, Verdict{EDE: 6, Reason: DSMismatch, Text: "no keys have a DS with algorithm ED25519 from 192.0.2.3 for key a.test. while building chain of trust"}},
		{"DNSKEY set not signed", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDNSKEY)] = stripped
		}, Verdict{EDE: 10, Reason: SignatureMissing, Text: "no signatures from 192.0.2.3 for key a.test. while building chain of trust"}},
		{"DNSKEY set signed by another key", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDNSKEY)] = func(r *Response) {
				z := w.zones["a.test."]
				set := without(r.Answer, isSig)
				r.Answer = append(set, w.sign(z, z.keys[1], set))
			}
		}, Verdict{EDE: 6, Reason: SignatureMissing, Text: "signature for expected key and algorithm missing from 192.0.2.3 for key a.test. while building chain of trust"}},
		{"DNSKEY signature expired", "www.a.test.", txt, func(w *world) {
			w.times[question("a.test.", dns.TypeDNSKEY)] = [2]time.Time{testNow.Add(-48 * time.Hour), testNow.Add(-time.Hour)}
		}, Verdict{EDE: 7, Reason: SignatureExpired, Text: "signature expired from 192.0.2.3 for key a.test. while building chain of trust"}},
		{"DS signature expired", "www.a.test.", txt, func(w *world) {
			w.times[question("a.test.", dns.TypeDS)] = [2]time.Time{testNow.Add(-48 * time.Hour), testNow.Add(-time.Hour)}
		}, Verdict{EDE: 7, Reason: SignatureExpired, Text: "signature expired from 192.0.2.2 for DS a.test. while building chain of trust"}},
		{"DS not signed", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDS)] = stripped
		}, Verdict{EDE: 10, Reason: SignatureMissing, Text: "no signatures from 192.0.2.2 for DS a.test. while building chain of trust"}},
		{"unsigned delegation not proven", "plain.other.test.", txt, func(w *world) {
			w.edit[question("other.test.", dns.TypeDS)] = func(r *Response) { r.Authority = w.soa(w.zones["test."]) }
		}, Verdict{EDE: 12, Reason: DenialBroken, Text: "no DNSSEC records from 192.0.2.2 for DS other.test. while building chain of trust"}},
		{"NSEC of the child denies the DS", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDS)] = func(r *Response) { r.Answer, r.Authority = nil, w.nsecAt(w.zones["a.test."], "a.test.") }
		}, Verdict{EDE: 9, Reason: UnknownKey, Text: "signatures from unknown keys from 192.0.2.2 for DS a.test. while building chain of trust"}},
		{"NSEC says that there is a DS", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDS)] = func(r *Response) { r.Answer, r.Authority = nil, w.nsecAt(w.zones["test."], "a.test.") }
		}, Verdict{EDE: 6, Reason: DenialBroken, Text: "NSEC does not prove absence of DS from 192.0.2.2 for DS a.test. while building chain of trust"}},
		{"NSEC3 covers the delegation without opt-out", "x.host.n3.test.", txt, func(w *world) {
			z := w.zones["n3.test."]
			w.edit[question("x.host.n3.test.", txt)] = stripped
			w.edit[question("host.n3.test.", dns.TypeDS)] = func(r *Response) {
				r.Authority = slices.Concat(w.covering(z, "nix.n3.test."), w.matching3(z, "n3.test."))
			}
		}, Verdict{EDE: 6, Reason: DenialBroken, Rcode: 3, Text: "no NSEC3 closest encloser from 192.0.2.4 for DS host.n3.test. while building chain of trust"}},
		{"opt-out proof by an unknown key", "host.plain.opt.test.", txt, func(w *world) {
			w.edit[question("plain.opt.test.", dns.TypeDS)] = func(r *Response) {
				for i, rr := range r.Authority {
					if s, ok := rr.(*dns.RRSIG); ok && s.TypeCovered == dns.TypeNSEC3 {
						s = dns.Copy(s).(*dns.RRSIG)
						s.KeyTag++
						r.Authority[i] = s
					}
				}
			}
		}, Verdict{EDE: 9, Reason: UnknownKey, Text: "not all NSEC3 records secure from 192.0.2.5 for DS plain.opt.test. while building chain of trust"}},
		{"CNAME where the DS was asked", "www.a.test.", txt, func(w *world) {
			w.edit[question("a.test.", dns.TypeDS)] = func(r *Response) {
				r.Answer, r.Authority = []dns.RR{mustRR("a.test. 3600 IN CNAME b.test.")}, nil
			}
		}, Verdict{EDE: 6, Reason: Other, Text: "DS got unsigned CNAME answer from 192.0.2.2 for DS a.test. while building chain of trust"}},

		{"root key not the anchor's", "www.a.test.", txt, func(w *world) {
			rekeyed(w, ".", func(z *testZone) { z.keys = []*testKey{newTestKey(".", "other ksk"), z.keys[1]} })
		}, Verdict{EDE: 6, Reason: DSMismatch, Text: "no keys have a DS with algorithm ED25519 from 192.0.2.1 for trust anchor . while building chain of trust"}},
		{"root keys cannot be fetched", "www.a.test.", txt, func(w *world) {
			w.edit[question(".", dns.TypeDNSKEY)] = failed
		}, Verdict{EDE: 9, Reason: LookupFailed, Text: "no DNSKEY rrset [misc failure] for trust anchor . while building chain of trust"}},
		{"key without the zone bit", "www.a.test.", txt, func(w *world) {
			rekeyed(w, "a.test.", func(z *testZone) { z.keys[1].rr.Flags = 0 })
		}, Verdict{EDE: 11, Reason: KeyUnusable, Text: "dnskey without ZSK flag from 192.0.2.3"}},
		{"revoked key", "www.a.test.", txt, func(w *world) {
			rekeyed(w, "a.test.", func(z *testZone) { z.keys[1].rr.Flags |= dns.REVOKE })
		}, Verdict{EDE: 9, Reason: KeyUnusable, Text: "dnskey revoked from 192.0.2.3"}},
		{"key for another protocol", "www.a.test.", txt, func(w *world) {
			rekeyed(w, "a.test.", func(z *testZone) { z.keys[1].rr.Protocol = 1 })
		}, Verdict{EDE: 6, Reason: KeyUnusable, Text: "dnskey has wrong protocolnumber from 192.0.2.3"}},

		{"DS of an unknown algorithm only", "www.a.test.", txt, func(w *world) {
			w.zones["test."].set("a.test.", dns.TypeDS)[0].(*dns.DS).Algorithm = 200
		}, Verdict{Status: Insecure, Reason: AlgorithmUnsupported}},
		{"DS of an unknown digest only", "www.a.test.", txt, func(w *world) {
			w.zones["test."].set("a.test.", dns.TypeDS)[0].(*dns.DS).DigestType = 99
		}, Verdict{Status: Insecure, Reason: AlgorithmUnsupported}},
		{"one DS of two fits", "www.a.test.", txt, func(w *world) {
			p := w.zones["test."]
			ds := dns.Copy(p.set("a.test.", dns.TypeDS)[0]).(*dns.DS)
			ds.KeyTag++
			p.records["a.test."] = slices.Insert(p.records["a.test."], 0, dns.RR(ds))
		}, Verdict{Status: Secure}},
		{"one server of two is fine", "www.a.test.", txt, func(w *world) {
			w.edit[www] = stripped
			w.good = []string{"192.0.2.33"}
		}, Verdict{Status: Secure}},
		{"NXDOMAIN with a proof of NODATA", "www.a.test.", caa, func(w *world) {
			w.edit[question("www.a.test.", caa)] = func(r *Response) { r.Rcode = dns.RcodeNameError }
		}, Verdict{Status: Secure}},
		{"NS set added by a forwarder", "www.a.test.", txt, func(w *world) {
			w.edit[www] = func(r *Response) { r.Authority = append(r.Authority, mustRR("a.test. 3600 IN NS ns.a.test.")) }
		}, Verdict{Status: Secure}},
	}
}

func mustRR(s string) dns.RR {
	rr, err := dns.NewRR(s)
	if err != nil {
		panic(err)
	}
	return rr
}

func TestFailures(t *testing.T) {
	for _, f := range failures() {
		t.Run(f.name, func(t *testing.T) {
			w := healthyWorld(t)
			anchor := w.anchor(".")
			f.damage(w)
			_, got := w.validator(anchor).Resolve(context.Background(), f.q, f.qtype)
			got.Link, got.Path = Link{}, nil
			want := f.want
			if want.Status == "" {
				want.Status = Bogus
				want.HasEDE = true
				want.Text = fmt.Sprintf("validation failure <%s %s IN>: %s", f.q, dns.TypeToString[f.qtype], f.want.Text)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
