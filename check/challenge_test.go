package check

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

func TestChallenge(t *testing.T) {
	txt := func(edits ...edit) func(world, *Order) {
		return func(w world, _ *Order) { w.ask("example.com", challengeName, "TXT", edits...) }
	}
	keyAuth := "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
	runVerdicts(t, []verdictTest{
		{name: "missing", verdict: Blocked, want: []string{"error challenge-missing"}, change: txt(nxDomainAnswer)},
		{name: "no TXT", verdict: Blocked, want: []string{"error challenge-no-txt"}, change: txt(noDataAnswer)},
		{name: "wrong value", verdict: Blocked, want: []string{"error challenge-wrong-value"}, change: txt(txtAnswer("v=spf1 -all"))},
		{name: "stale value", verdict: Blocked, want: []string{"error challenge-value-stale"}, change: txt(txtAnswer(old))},
		{name: "quoted", verdict: Blocked, want: []string{"error challenge-value-quoted"}, change: txt(txtAnswer(`"` + v1 + `"`))},
		{name: "padded with a space", verdict: Blocked, want: []string{"error challenge-value-padded"}, change: txt(txtAnswer(v1 + " "))},
		{name: "padded with a zero width space, beside another value", verdict: Blocked, want: []string{"error challenge-value-padded"}, change: txt(txtAnswer(old, "\u200b"+v1))},
		{name: "other letter case", verdict: Blocked, want: []string{"error challenge-value-padded"}, change: txt(txtAnswer(strings.ToUpper(v1)))},
		{name: "key authorization", verdict: Blocked, want: []string{"error challenge-value-is-key-authorization"}, change: txt(txtAnswer(keyAuth))},
		{name: "host name", verdict: Blocked, want: []string{"error challenge-value-is-hostname"}, change: txt(txtAnswer("abc.auth.example.net."))},
		{name: "part of the set", values: []string{v1, v2}, verdict: Blocked, want: []string{"error challenge-values-incomplete"}, change: txt(txtAnswer(v2))},
		{name: "one stale server", verdict: AtRisk, want: []string{"warning challenge-not-on-every-server", "note zone-serial-differs because challenge-not-on-every-server"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", txtAnswer(v1), txtAnswer(old))
			w.soa("example.com", soaAnswer(2), soaAnswer(1))
		}},
		{name: "one server without it", verdict: AtRisk, want: []string{"warning challenge-not-on-every-server"}, change: txt(txtAnswer(v1), nxDomainAnswer)},
		{name: "missing at both, each in its own way", verdict: Blocked, want: []string{"error challenge-missing", "error challenge-value-stale", "note zone-data-differs"}, change: txt(txtAnswer(old), nxDomainAnswer)},
		{name: "both draw one of two values for each question", verdict: AtRisk, want: []string{"warning challenge-not-on-every-server"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", txtAnswer(old))
			w.more("example.com", challengeName, txtAnswer(v1))
		}},
		{name: "one draws one of two values that are both wrong", verdict: Blocked, want: []string{"error challenge-value-stale", "error challenge-value-stale", "note zone-data-differs"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", txtAnswer(old))
			w.more("example.com", challengeName, txtAnswer(v2))
		}},
		{name: "leftover value", verdict: Ready, want: []string{"note challenge-leftover-values"}, change: txt(txtAnswer(v1, old))},
		{name: "leftover value in preflight", values: []string{}, verdict: Ready, want: []string{"note challenge-leftover-values"}, change: txt(txtAnswer(old))},
		{name: "leftover value on one server", verdict: Ready, want: []string{"note zone-data-differs", "note challenge-leftover-values"}, change: txt(txtAnswer(v1, old), txtAnswer(v1))},
		{name: "one server behind in preflight", values: []string{}, verdict: AtRisk,
			want: []string{"warning zone-data-differs", "note zone-serial-differs because zone-data-differs", "note challenge-leftover-values"}, change: func(w world, _ *Order) {
				w.ask("example.com", challengeName, "TXT", nxDomainAnswer, txtAnswer(old))
				w.soa("example.com", soaAnswer(2), soaAnswer(1))
			}},
		{name: "one server behind in preflight, two names", ids: []string{"example.com", "*.example.com"}, values: []string{}, verdict: AtRisk, each: map[string]Verdict{"example.com": AtRisk, "*.example.com": AtRisk},
			want: []string{"warning zone-data-differs", "note challenge-leftover-values"}, change: txt(nxDomainAnswer, txtAnswer(old))},
		{name: "wildcard TXT in preflight", values: []string{}, verdict: Ready, want: []string{"note challenge-wildcard-answer"}, change: txt(and(txtAnswer("v=spf1 -all"), wildcard))},
		{name: "wildcard TXT", verdict: Blocked, want: []string{"error challenge-wildcard-answer", "error challenge-wrong-value because challenge-wildcard-answer"}, change: txt(and(txtAnswer("v=spf1 -all"), wildcard))},
		{name: "wildcard TXT with the value", verdict: Ready, change: txt(and(txtAnswer(v1), wildcard))},
		{name: "large answer", verdict: Ready, want: []string{"note challenge-needs-tcp"}, change: txt(and(txtAnswer(v1), size(1300), overTCP))},
		{name: "larger than 4096", verdict: AtRisk, want: []string{"warning challenge-over-4096", "note challenge-needs-tcp because challenge-over-4096"}, change: txt(and(txtAnswer(v1), size(5000), overTCP))},
		{name: "large and no TCP", verdict: Blocked, want: []string{"error tcp-unavailable", "error challenge-needs-tcp because tcp-unavailable"}, change: txt(truncatedAnswer("timeout"))},
		{name: "no TCP, and another name of the order needs it", ids: []string{"example.com", "www.example.com"}, verdict: Blocked, each: map[string]Verdict{"example.com": Blocked, "www.example.com": Ready},
			want: []string{"error tcp-unavailable", "error challenge-needs-tcp because tcp-unavailable", "note tcp-unavailable"}, change: txt(truncatedAnswer("timeout"))},
		{name: "large and TCP on one server only", verdict: AtRisk, want: []string{"warning tcp-unavailable", "note challenge-needs-tcp"}, change: txt(truncatedAnswer("unreachable"), and(txtAnswer(v1), size(1300), overTCP))},
		{name: "larger than a message", verdict: Blocked, want: []string{"error challenge-over-message-size"}, change: txt(overMessageSize)},
		{name: "TXT refused", verdict: Blocked, want: []string{"error type-mishandled"}, change: txt(lameAnswer("refused"))},
		{name: "TXT refused by one", verdict: AtRisk, want: []string{"warning type-mishandled"}, change: txt(lameAnswer("refused"), txtAnswer(v1))},
	})
}

func overTCP(a *survey.Answer) { a.NeedsTCP, a.Transport = true, "tcp" }

// What a person has to do is the record, ready to paste.
func TestPublishFix(t *testing.T) {
	w := newWorld("example.com", "*.example.com")
	w.ask("example.com", challengeName, "TXT", txtAnswer(old))
	r := judgeAll(t, w, letsEncrypt(v1, v2))
	want := fmt.Sprintf("_acme-challenge.example.com. 300 IN TXT \"%s\"\n_acme-challenge.example.com. 300 IN TXT \"%s\"", v1, v2)
	if diff := cmp.Diff(want, r.Findings[0].Fix); diff != "" {
		t.Errorf("fix (-want +got):\n%s", diff)
	}
}

// A stale server is named, with what it has.
func TestNotOnEveryServerDetail(t *testing.T) {
	w := newWorld("example.com")
	w.ask("example.com", challengeName, "TXT", txtAnswer(v1), txtAnswer(old))
	f := judgeAll(t, w, letsEncrypt(v1)).Findings[0]
	if diff := cmp.Diff([]string{"ns2.example.com (192.0.2.2)"}, f.Servers); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	want := fmt.Sprintf(`ns1.example.com (192.0.2.1) has what is expected at _acme-challenge.example.com; ns2.example.com (192.0.2.2) has "%s".`, old)
	if diff := cmp.Diff(want, f.Detail); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
	if len(f.Evidence) != 1 || f.Evidence[0].Server != "ns2.example.com" {
		t.Errorf("evidence %+v", f.Evidence)
	}
}

func TestMisread(t *testing.T) {
	preimage := "some key authorization"
	sum := sha256.Sum256([]byte(preimage))
	digest := base64.RawURLEncoding.EncodeToString(sum[:])
	for _, tt := range []struct {
		name, have, want, rule, detail string
	}{
		{"trailing line feed", v1 + "\n", v1, "challenge-value-padded", `"` + v1 + `\010" differs from the value expected: octet 44 is a line feed (0x0a)`},
		{"leading no-break space", "\u00a0" + v1, v1, "challenge-value-padded", `"\194\160` + v1 + `" differs from the value expected: octet 1 is a no-break space (0xc2)`},
		{"letter case", strings.ToUpper(v1[:1]) + v1[1:], v1, "challenge-value-padded", `"A` + v1[1:] + `" differs from the value expected: octet 1 is 'A' in another letter case`},
		{"typographic quotes", "\u201c" + v1 + "\u201d", v1, "challenge-value-quoted", `"\226\128\156` + v1 + `\226\128\157" is the value inside literal quote characters`},
		{"what the digest is of", preimage, digest, "challenge-value-is-key-authorization", `"some key authorization" is the key authorization that the expected value is the digest of`},
		{"spf", "v=spf1 -all", v1, "challenge-wrong-value", `"v=spf1 -all" is not what is expected`},
		{"empty", "", v1, "challenge-wrong-value", `"" is not what is expected`},
		{"hostile", "\x1b[2J", v1, "challenge-wrong-value", `"\027[2J" is not what is expected`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id, detail := misread([]string{tt.have}, []string{tt.want}, nil)
			if id != tt.rule {
				t.Errorf("rule %s, want %s", id, tt.rule)
			}
			if diff := cmp.Diff(tt.detail, detail); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzMisread(f *testing.F) {
	f.Add(v1+" ", v1)
	f.Add("\u200b"+v1, v1)
	f.Add("\"", "")
	f.Add("a.example.net", v1)
	f.Add("\xff\xfe", "\xff")
	f.Fuzz(func(t *testing.T, have, want string) {
		if have == want {
			return
		}
		id, detail := misread([]string{have}, []string{want}, nil)
		if Find(id) == nil {
			t.Errorf("no rule %q", id)
		}
		for _, c := range []byte(detail) {
			if c < ' ' || c > '~' {
				t.Fatalf("%q is not printable ASCII", detail)
			}
		}
	})
}

func TestRoom(t *testing.T) {
	w := newWorld("example.com")
	w.ask("example.com", challengeName, "TXT", nxDomainAnswer)
	r := judgeAll(t, w, letsEncrypt())
	if got := r.Identifiers[0].Challenge.Room; got != 21 {
		t.Errorf("room for %d values in an empty answer, want 21", got)
	}
}

func TestChallengeResult(t *testing.T) {
	w := newWorld("example.com")
	aliased(w, and(txtAnswer(v1, "x\"y"), size(200)))
	r := judgeAll(t, w, letsEncrypt(v1))
	want := ChallengeResult{Name: challengeName, Target: target, Chain: []string{challengeName, target}, Values: []string{v1, `x\"y`}, Strings: []int{1, 1}, Bytes: 200, Room: 18, RoomAt: map[int]int{512: 5, 1232: 18, 4096: 69, 65535: 1166}, Forecast: 200}
	if diff := cmp.Diff(want, r.Identifiers[0].Challenge); diff != "" {
		t.Errorf("challenge (-want +got):\n%s", diff)
	}
}

// A challenge lookup that every server failed, and answered when it was asked
// again, is worth an order later; one that goes on failing is not.
func TestChallengeAskedAgain(t *testing.T) {
	for _, tt := range []struct {
		name    string
		again   edit
		verdict Verdict
		want    []string
	}{
		{"it comes back", txtAnswer(v1), Retry, []string{"error challenge-lookup-failed"}},
		{"in vain", lameAnswer("servfail"), Blocked, []string{"error type-mishandled"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld("example.com")
			l := w.ask("example.com", challengeName, "TXT", lameAnswer("servfail"), lameAnswer("servfail"))
			z := w.Zone("example.com")
			l.Again = append(l.Again, w.answer(z, z.Servers[0], l.Question, tt.again))
			r := judgeAll(t, w, letsEncrypt(v1))
			if d := cmp.Diff(tt.want, briefs(r)); d != "" || r.Verdict != tt.verdict {
				t.Errorf("%s, want %s (-want +got):\n%s", r.Verdict, tt.verdict, d)
			}
		})
	}
}
