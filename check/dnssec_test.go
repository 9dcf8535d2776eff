package check

import (
	"strings"
	"testing"
	"time"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// judged is when the signatures of these tests are judged.
var judged = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// dsText is the DS record at com, of key 60485.
const dsText = "60485 13 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"

// signedWorld is a healthy world whose zones are signed: com has a DS record
// for example.com, and every answer validates.
func signedWorld(ids ...string) world {
	w := newWorld(ids...)
	w.Validated, w.ValidatedAt = true, judged
	for _, z := range w.Zones {
		z.Trust = &survey.Security{Status: "secure", EDE: -1}
	}
	z := w.Zone("example.com")
	z.DS = []string{dsText}
	for _, s := range z.Servers {
		secure(s.SOA)
	}
	w.validated(".", secure)
	w.validated("com", secure)
	w.validated("example.com", secure)
	return w
}

// validated edits every answer of a zone to the identifiers' questions.
func (w world) validated(zone string, e edit) {
	for _, l := range w.Lookups {
		if l.Zone == zone {
			for _, a := range l.Answers {
				e(a)
			}
		}
	}
}

func secure(a *survey.Answer) {
	a.Signed, a.SignedFrom, a.SignedUntil = true, judged.Add(-10*24*time.Hour), judged.Add(20*24*time.Hour)
	a.Security = &survey.Security{Status: "secure", EDE: -1}
}

// broken is what validation says of an answer that fails for a reason at a
// link of example.com: "NAME TYPE", or "" for the answer itself.
func broken(reason, link string, change ...func(*survey.Security)) edit {
	return func(a *survey.Answer) {
		s := &survey.Security{
			Status: "bogus", Reason: reason, EDE: 6, Zone: "example.com", Name: a.Name, Type: a.Type, KeyTag: 31589,
			Inception: judged.Add(-32 * 24 * time.Hour), Expiration: judged.Add(-2 * 24 * time.Hour),
			Text: "validation failure <" + a.Name + ". " + a.Type + " IN>: it is broken from 192.0.2.1 and 192.0.2.2 while building chain of trust",
		}
		if name, qtype, ok := strings.Cut(link, " "); ok {
			s.Name, s.Type = name, qtype
		}
		for _, c := range change {
			c(s)
		}
		if reason == "signature-missing" && link == "" {
			a.Signed = false
		}
		a.Security = s
	}
}

// later moves the life of a signature into the future.
func later(s *survey.Security) {
	s.Inception, s.Expiration = judged.Add(30*time.Minute), judged.Add(30*24*time.Hour)
}

func inZone(zone string) func(*survey.Security) { return func(s *survey.Security) { s.Zone = zone } }

// Each way to fail is one finding with what follows from it folded under it,
// and says in words what broke.
func TestBogus(t *testing.T) {
	for _, tt := range []struct {
		name   string
		e      edit
		want   []string
		detail string // of the first finding
	}{
		{
			"the signature of the keys has expired",
			broken("signature-expired", "example.com DNSKEY"),
			[]string{"error dnssec-signature-expired", "error caa-lookup-failed because dnssec-signature-expired"},
			"The signature over example.com DNSKEY, made with key 31589, expired at 2026-11-23 12:00:00 UTC, 2 days ago.",
		},
		{
			"each answer's signature has expired",
			broken("signature-expired", ""),
			[]string{"error dnssec-signature-expired", "error caa-lookup-failed because dnssec-signature-expired"},
			"The signature over _acme-challenge.example.com TXT, made with key 31589, expired at 2026-11-23 12:00:00 UTC, 2 days ago; the same goes for example.com CAA.",
		},
		{
			"the signatures begin later",
			broken("signature-not-yet-valid", "example.com DNSKEY", later),
			[]string{"error dnssec-signature-not-yet-valid", "error caa-lookup-failed because dnssec-signature-not-yet-valid"},
			"The signature over example.com DNSKEY, made with key 31589, begins only at 2026-11-25 12:30:00 UTC, in 30 minutes.",
		},
		{
			"a signature ends before it begins",
			broken("signature-not-yet-valid", "example.com DNSKEY"),
			[]string{"error dnssec-signature-not-yet-valid", "error caa-lookup-failed because dnssec-signature-not-yet-valid"},
			"",
		},
		{
			"no signatures",
			broken("signature-missing", "example.com DNSKEY", func(s *survey.Security) { s.EDE = 10 }),
			[]string{"error dnssec-signature-missing", "error caa-lookup-failed because dnssec-signature-missing"},
			"There is no signature over example.com DNSKEY, though com has a DS record for key 60485.",
		},
		{
			"the keys are not signed with the one vouched for",
			broken("signature-missing", "example.com DNSKEY"),
			[]string{"error dnssec-signature-missing", "error caa-lookup-failed because dnssec-signature-missing"},
			"example.com DNSKEY is not signed with the key that the parent vouches for: com has a DS record for key 60485.",
		},
		{
			"no keys",
			broken("dnskey-missing", "example.com DNSKEY"),
			[]string{"error dnssec-dnskey-missing", "error caa-lookup-failed because dnssec-dnskey-missing"},
			"example.com has no DNSKEY, though com has a DS record for key 60485.",
		},
		{
			"no key fits the DS record",
			broken("ds-mismatch", "example.com DNSKEY"),
			[]string{"error dnssec-ds-mismatch", "error caa-lookup-failed because dnssec-ds-mismatch"},
			"No key of example.com fits: com has a DS record for key 60485.",
		},
		{
			"nothing proves that a name is no zone",
			broken("denial-broken", "www.example.com DS"),
			[]string{"error dnssec-denial-broken", "error caa-lookup-failed because dnssec-denial-broken"},
			"",
		},
		{
			"edited data",
			broken("crypto-failed", ""),
			[]string{"error dnssec-bogus", "error caa-lookup-failed because dnssec-bogus"},
			"The signature over _acme-challenge.example.com TXT, made with key 31589, does not fit it: one of them was changed after the zone was signed; the same goes for example.com CAA.",
		},
		{
			"something else",
			broken("other", "example.com DNSKEY"),
			[]string{"error dnssec-bogus", "error caa-lookup-failed because dnssec-bogus"},
			"example.com DNSKEY does not validate (the CA's resolver says: it is broken).",
		},
		{
			"the registry's keys",
			broken("signature-expired", "com DNSKEY", inZone("com")),
			[]string{"error dnssec-signature-expired", "error caa-lookup-failed because dnssec-signature-expired"},
			"The signature over com DNSKEY, made with key 31589, expired at 2026-11-23 12:00:00 UTC, 2 days ago. It is the registry's fault.",
		},
		{
			"the registry's proof that there is no DS record",
			broken("denial-broken", "example.com DS", inZone("com")),
			[]string{"error dnssec-denial-broken", "error caa-lookup-failed because dnssec-denial-broken"},
			"com does not prove that example.com has no DS record (the CA's resolver says: it is broken). It is the registry's fault.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := signedWorld("example.com")
			w.validated("example.com", tt.e)
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" {
				t.Error(d)
			}
			if got := r.Findings[0].Detail; tt.detail != "" && got != tt.detail {
				t.Errorf("detail\n got %s\nwant %s", got, tt.detail)
			}
			if r.Findings[0].Fix == "" && r.Findings[0].Rule.Fix == "" {
				t.Error("nothing to do")
			}
		})
	}
}

// A signature that is about to begin passes by itself, and it is known when.
func TestNotYetValidIsWaitedFor(t *testing.T) {
	w := signedWorld("example.com")
	w.validated("example.com", broken("signature-not-yet-valid", "example.com DNSKEY", later))
	r := judgeAll(t, w, letsEncrypt(v1))
	if r.Verdict != Retry || r.RetryAfter != 30*time.Minute {
		t.Errorf("%s after %s, want retry after 30m", r.Verdict, r.RetryAfter)
	}
	if !r.Findings[0].Transient {
		t.Error("it is not said to pass by itself")
	}
}

// A healthy signed zone is silent.
func TestSignedAndHealthy(t *testing.T) {
	r := judgeAll(t, signedWorld("example.com"), letsEncrypt(v1))
	if len(r.Findings) > 0 || r.Verdict != Ready {
		t.Errorf("%s with %s", r.Verdict, briefs(r))
	}
}

// Servers that differ are a risk as long as one of them has good answers.
func TestPartlyBogus(t *testing.T) {
	for _, tt := range []struct {
		name   string
		e      edit
		want   []string
		detail string
	}{
		{
			"expired on one", broken("signature-expired", ""), []string{"warning dnssec-signature-expired"},
			"ns2.example.com (192.0.2.2) gives answers for example.com that do not validate, ns1.example.com (192.0.2.1) gives ones that do. " +
				"The signature over _acme-challenge.example.com TXT, made with key 31589, expired at 2026-11-23 12:00:00 UTC, 2 days ago; the same goes for example.com CAA.",
		},
		{
			"not yet valid on one", broken("signature-not-yet-valid", "", later), []string{"warning dnssec-signature-not-yet-valid"}, "",
		},
		{
			"damaged on one", broken("crypto-failed", ""), []string{"warning dnssec-server-differs"}, "",
		},
		{
			"unsigned on one", broken("signature-missing", ""), []string{"warning dnssec-server-differs"}, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := signedWorld("example.com")
			for _, l := range w.Lookups {
				if l.Zone == "example.com" {
					tt.e(l.Answers[1])
				}
			}
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != AtRisk {
				t.Errorf("%s\n%s", r.Verdict, d)
			}
			if got := r.Findings[0].Detail; tt.detail != "" && got != tt.detail {
				t.Errorf("detail\n got %s\nwant %s", got, tt.detail)
			}
		})
	}
}

// Whoever asks without EDNS gets no signatures: the software is to blame.
func TestBogusWithoutEDNS(t *testing.T) {
	w := signedWorld("example.com")
	w.validated("example.com", and(broken("signature-missing", ""), func(a *survey.Answer) { a.EDNS = "unsupported" }))
	want := []string{
		"error edns-unsupported",
		"error dnssec-signature-missing because edns-unsupported",
		"error caa-lookup-failed because dnssec-signature-missing",
	}
	if d := cmp.Diff(want, briefs(judgeAll(t, w, letsEncrypt(v1)))); d != "" {
		t.Error(d)
	}
}

// Keys that nobody answers for cost the CA its time before its resolver
// concludes anything.
func TestKeysTimedOut(t *testing.T) {
	w := signedWorld("example.com")
	w.validated("example.com", broken("lookup-failed", "example.com DNSKEY", func(s *survey.Security) {
		s.EDE, s.Text = 9, "validation failure <example.com. TXT IN>: No DNSKEY record [upstream server timeout] from 192.0.2.1"
	}))
	w.ask("example.com", "example.com", "DNSKEY", lost(survey.Timeout))
	r := judgeAll(t, w, letsEncrypt(v1))
	want := []string{
		"error type-mishandled",
		"error dnssec-bogus because type-mishandled",
		"error caa-lookup-timeout because dnssec-bogus",
	}
	if d := cmp.Diff(want, briefs(r)); d != "" {
		t.Error(d)
	}
	if got, want := r.Identifiers[0].Predicted[0].Detail, "DNS problem: query timed out looking up TXT for _acme-challenge.example.com"; got != want {
		t.Errorf("predicted %q, want %q", got, want)
	}
}

// What is worth knowing of a zone that works.
func TestTrustNotes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(w world)
		want   []string
	}{
		{"algorithm nobody knows", func(w world) {
			w.Zone("example.com").Trust = &survey.Security{Status: "insecure", Reason: "algorithm-unsupported", EDE: -1}
		}, []string{"note dnssec-algorithm-unsupported"}},
		{"signed, no DS", func(w world) {
			z := w.Zone("example.com")
			z.DS, z.Trust = nil, &survey.Security{Status: "insecure", Reason: "unsigned-delegation", EDE: -1}
		}, []string{"note dnssec-signed-without-ds"}},
		{"signed, no DS, below an unsigned zone", func(w world) {
			z := w.Zone("example.com")
			z.DS, z.Trust = nil, &survey.Security{Status: "insecure", Reason: "unsigned-delegation", EDE: -1}
			w.Zone("com").Trust = z.Trust
		}, []string{}},
		{"unsigned", func(w world) {
			z := w.Zone("example.com")
			z.DS, z.Trust = nil, &survey.Security{Status: "insecure", Reason: "unsigned-delegation", EDE: -1}
			for _, s := range z.Servers {
				s.SOA.Signed = false
			}
		}, []string{}},
		{"many NSEC3 iterations", func(w world) {
			w.validated("example.com", func(a *survey.Answer) {
				a.Security = &survey.Security{Status: "insecure", Reason: "nsec3-iterations", EDE: -1}
			})
		}, []string{"note dnssec-nsec3-iterations"}},
		{"signatures about to end", func(w world) {
			w.validated("example.com", func(a *survey.Answer) { a.SignedUntil = judged.Add(20 * time.Hour) })
		}, []string{"note dnssec-signature-expiring"}},
		{"signatures of two days, made when asked", func(w world) {
			w.validated("example.com", func(a *survey.Answer) {
				a.SignedFrom, a.SignedUntil = judged.Add(-24*time.Hour), judged.Add(24*time.Hour)
			})
		}, []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := signedWorld("example.com")
			tt.change(w)
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != Ready {
				t.Errorf("%s\n%s", r.Verdict, d)
			}
		})
	}
}

// A hundred names in one broken zone are one finding.
func TestOneCauseIsToldOnce(t *testing.T) {
	w := signedWorld("a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com")
	w.validated("example.com", broken("signature-expired", ""))
	r := judgeAll(t, w, letsEncrypt(v1))
	var told []Finding
	for _, f := range r.Findings {
		if f.Rule.ID == "dnssec-signature-expired" {
			told = append(told, f)
		}
	}
	if len(told) != 1 || len(told[0].Identifiers) != 5 {
		t.Fatalf("%d findings: %v", len(told), told)
	}
	want := "The signature over _acme-challenge.a.example.com TXT, made with key 31589, expired at 2026-11-23 12:00:00 UTC, 2 days ago; " +
		"the same goes for _acme-challenge.b.example.com TXT, _acme-challenge.c.example.com TXT, _acme-challenge.d.example.com TXT and 7 more."
	if told[0].Detail != want {
		t.Errorf("detail\n got %s\nwant %s", told[0].Detail, want)
	}
}

// keyText is the key of the example in RFC 4509 §2.3, and its DS record.
const (
	keyText = "256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZ" +
		"DRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="
	keyDS = "dskey.example.com. IN DS 60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"
)

func TestDSOfKey(t *testing.T) {
	k, ok := parseKey("dskey.example.com", keyText)
	if !ok || k.ds() != keyDS {
		t.Errorf("%v %s, want %s", ok, k.ds(), keyDS)
	}
}

// Whoever moves a zone to new keys needs the records to take out and those to
// put in.
func TestReplaceDS(t *testing.T) {
	w := signedWorld("example.com")
	w.validated("example.com", broken("ds-mismatch", "example.com DNSKEY"))
	w.ask("example.com", "example.com", "DNSKEY", func(a *survey.Answer) {
		a.Status = survey.Answered
		a.Records = []survey.Record{{Owner: "example.com", Text: "256 3 13 AAEC"}, {Owner: "example.com", Text: "257 3 13 AwQF"}}
	})
	r := judgeAll(t, w, letsEncrypt(v1))
	want := "In com (at your registrar), take out the first record and put in the other:\n" +
		"example.com. IN DS " + dsText + "\n" +
		"example.com. IN DS 3090 13 2 2E978818116E85F79AC2B85DE15876069DDF08E83FE3F0EB9F1A7A0D32CA6178"
	got := r.Findings[0]
	if got.Fix != want {
		t.Errorf("fix\n got %s\nwant %s", got.Fix, want)
	}
	if want := "No key of example.com (1550 and 3090) fits: com has a DS record for key 60485."; got.Detail != want {
		t.Errorf("detail %q, want %q", got.Detail, want)
	}
}

// The keys come from servers that anybody may run.
func FuzzZoneKey(f *testing.F) {
	for _, s := range []string{keyText, "257 3 13 AwQF", "", "257 3 13", "70000 3 13 AwQF", "257 3 13 !", `\# 4 01010308`} {
		f.Add("example.com", s)
	}
	f.Fuzz(func(t *testing.T, zone, text string) {
		if k, ok := parseKey(zone, text); ok && (len(k.rdata) < 4 || k.ds() == "") {
			t.Errorf("%q gives %v", text, k)
		}
	})
}

// FuzzDNSSEC judges worlds of any shape in which anything may fail to
// validate, come late or lose its letter case.
func FuzzDNSSEC(f *testing.F) {
	f.Add([]byte{}, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, true)
	f.Add([]byte{3, 3, 3, 3, 3, 3}, []byte{1, 0, 1, 0, 1, 0, 1, 0, 1, 0}, false)
	f.Add([]byte{3, 0, 3, 0}, []byte{17, 1, 17, 1, 18, 1, 18, 1}, true)
	f.Fuzz(func(t *testing.T, shape, trust []byte, validation bool) {
		if len(shape)+len(trust) > 300 {
			return
		}
		w := fuzzWorld(shape)
		w.Validated, w.ValidatedAt = true, judged
		distrust(w, trust)
		var values []string
		if validation {
			values = []string{v1}
		}
		r := judgeAll(t, w, letsEncrypt(values...))
		if t.Failed() {
			t.Logf("%+v", r)
		}
	})
}

// distrust takes one octet for what validation makes of each answer, over and
// over.
func distrust(w world, trust []byte) {
	if len(trust) == 0 {
		return
	}
	edits := []edit{
		secure, broken("signature-expired", ""), broken("signature-expired", "example.com DNSKEY"), broken("signature-expired", "com DNSKEY", inZone("com")),
		broken("signature-not-yet-valid", "", later), broken("signature-not-yet-valid", ""), broken("signature-missing", ""),
		broken("dnskey-missing", "example.com DNSKEY"), broken("ds-mismatch", "example.com DNSKEY"), broken("denial-broken", ""),
		broken("denial-broken", "www.example.com DS"), broken("denial-broken", "example.com DS", inZone("com")), broken("crypto-failed", "", inZone("")),
		broken("lookup-failed", "example.com DNSKEY"), broken("other", "example.org DNSKEY", inZone("example.org")),
		func(a *survey.Answer) {
			a.Security = &survey.Security{Status: "insecure", Reason: "nsec3-iterations", EDE: -1}
		},
		func(a *survey.Answer) { a.Security = &survey.Security{Status: "bogus", EDE: -1} },
		takes(2 * time.Second), takes(time.Millisecond), caseLost,
		and(broken("signature-missing", ""), func(a *survey.Answer) { a.EDNS = "unsupported" }),
	}
	n := 0
	for _, l := range w.Lookups {
		for _, a := range l.Answers {
			edits[int(trust[n%len(trust)])%len(edits)](a)
			n++
		}
	}
	for i, z := range w.Zones {
		z.Trust = &survey.Security{Status: "insecure", Reason: []string{"unsigned-delegation", "algorithm-unsupported"}[i%2], EDE: -1}
	}
}
