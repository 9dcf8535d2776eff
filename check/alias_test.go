package check

import (
	"fmt"
	"strings"
	"testing"

	"dns01/resolver/survey"
)

const target = "abc.auth.example.net"

// aliased makes the challenge name an alias into another operator's zone,
// which has this answer at the target.
func aliased(w world, e ...edit) {
	w.zone("net", ".", "a.nic.net 198.51.100.20").Public = true
	w.zone("auth.example.net", "net", "ns1.auth.example.net 203.0.113.1", "ns2.auth.example.net 203.0.113.2")
	w.ask("example.com", challengeName, "TXT", aliasTo(target))
	w.ask("auth.example.net", target, "TXT", e...)
}

// chain makes n aliases one after another, each met in an answer of its own.
func chain(w world, n int) {
	name := challengeName
	for i := range n {
		next := fmt.Sprintf("h%d.example.com", i)
		w.ask("example.com", name, "TXT", aliasTo(next))
		name = next
	}
	w.ask("example.com", name, "TXT", txtAnswer(v1))
}

func TestAlias(t *testing.T) {
	foreign := "note alias-foreign-operator"
	runVerdicts(t, []verdictTest{
		{name: "into another operator's zone", verdict: Ready, want: []string{foreign}, change: func(w world, _ *Order) {
			aliased(w, txtAnswer(v1))
		}},
		{name: "dangling", verdict: Blocked, want: []string{"error alias-dangling", "error challenge-missing because alias-dangling", foreign}, change: func(w world, _ *Order) {
			aliased(w, nxDomainAnswer)
		}},
		{name: "to the value itself", verdict: Blocked, want: []string{"error alias-dangling", "error challenge-missing because alias-dangling"}, change: func(w world, _ *Order) {
			to := strings.ToLower(v1) + ".example.com"
			w.ask("example.com", challengeName, "TXT", aliasTo(to))
			w.ask("example.com", to, "TXT", nxDomainAnswer)
		}},
		{name: "dangling in preflight", values: []string{}, verdict: Ready, want: []string{"note alias-dangling", foreign}, change: func(w world, _ *Order) {
			aliased(w, nxDomainAnswer)
		}},
		{name: "lame target", values: []string{}, verdict: Blocked,
			want: []string{"error delegation-lame", "error alias-target-lame because delegation-lame", "warning nameserver-lame because delegation-lame", foreign}, change: func(w world, _ *Order) {
				aliased(w, lameAnswer("servfail"))
				w.soa("auth.example.net", lameAnswer("servfail"))
			}},
		{name: "two names with one lame target", ids: []string{"example.com", "*.example.com"}, verdict: Blocked,
			want: []string{"error delegation-lame", "error alias-target-lame because delegation-lame", "warning nameserver-lame because delegation-lame", foreign}, change: func(w world, _ *Order) {
				aliased(w, lameAnswer("refused"))
				w.soa("auth.example.net", lameAnswer("refused"))
			}},
		{name: "one stale server of the target's zone", verdict: AtRisk,
			want: []string{"warning challenge-not-on-every-server", "note zone-serial-differs because challenge-not-on-every-server", foreign}, change: func(w world, _ *Order) {
				aliased(w, txtAnswer(v1), txtAnswer(old))
				w.soa("auth.example.net", soaAnswer(2), soaAnswer(1))
			}},
		{name: "loop over two lookups", verdict: Blocked, want: []string{"error alias-loop"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", aliasTo("b.example.com"))
			w.ask("example.com", "b.example.com", "TXT", aliasTo(challengeName))
		}},
		{name: "loop in one answer, preflight", values: []string{}, verdict: Blocked, want: []string{"error alias-loop"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", aliasTo("b.example.com", challengeName))
		}},
		{name: "alias of itself", verdict: Blocked, want: []string{"error alias-loop"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", aliasTo(challengeName))
		}},
		{name: "loop that one server refuses to follow", verdict: Blocked, want: []string{"error alias-loop"}, change: func(w world, _ *Order) {
			seen := and(aliasTo("b.example.com", challengeName), lameAnswer("servfail"), func(a *survey.Answer) { a.Lame = looped })
			w.ask("example.com", challengeName, "TXT", seen, aliasTo("b.example.com"))
			w.ask("example.com", "b.example.com", "TXT", seen, aliasTo(challengeName))
		}},
		{name: "loop that both servers refuse to follow", verdict: Blocked, want: []string{"error alias-loop"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", and(aliasTo("b.example.com", challengeName), lameAnswer("servfail"), func(a *survey.Answer) { a.Lame = looped }))
		}},
		{name: "ten restarts", verdict: Ready, change: func(w world, _ *Order) { chain(w, 10) }},
		{name: "eleven restarts", verdict: AtRisk, want: []string{"warning alias-too-long"}, change: func(w world, _ *Order) { chain(w, 11) }},
		{name: "twelve restarts", verdict: Blocked, want: []string{"error alias-too-long"}, change: func(w world, _ *Order) { chain(w, 12) }},
		{name: "the survey gave up after eleven", verdict: Blocked, want: []string{"error alias-too-long"}, change: func(w world, _ *Order) {
			chain(w, 11)
			delete(w.Starts, survey.Question{Name: "h10.example.com", Type: "TXT"})
			w.Lookup("example.com", survey.Question{Name: "h9.example.com", Type: "TXT"}).Cut = "aliases"
		}},
		{name: "a long chain in one answer costs no restart", verdict: Ready, change: func(w world, _ *Order) {
			var as []survey.Alias
			name := challengeName
			for i := range 14 {
				next := fmt.Sprintf("h%d.example.com", i)
				as, name = append(as, survey.Alias{From: name, To: next}), next
			}
			w.ask("example.com", challengeName, "TXT", and(func(a *survey.Answer) { a.Aliases, a.Owner = as, name }, txtAnswer(v1)))
		}},
		{name: "from a wildcard, preflight", values: []string{}, verdict: AtRisk, want: []string{"warning alias-from-wildcard", foreign + " because alias-from-wildcard"}, change: func(w world, _ *Order) {
			aliased(w, noDataAnswer)
			w.ask("example.com", challengeName, "TXT", and(aliasTo(target), wildcard))
		}},
		{name: "from a wildcard, value absent", verdict: Blocked, want: []string{"error alias-from-wildcard", "error challenge-no-txt because alias-from-wildcard", foreign + " because alias-from-wildcard"}, change: func(w world, _ *Order) {
			aliased(w, noDataAnswer)
			w.ask("example.com", challengeName, "TXT", and(aliasTo(target), wildcard))
		}},
		{name: "from a wildcard, value there", verdict: Ready, want: []string{"note alias-from-wildcard", foreign + " because alias-from-wildcard"}, change: func(w world, _ *Order) {
			aliased(w, txtAnswer(v1))
			w.ask("example.com", challengeName, "TXT", and(aliasTo(target), wildcard))
		}},
		{name: "doubled target", values: []string{}, verdict: Blocked, want: []string{"error alias-target-doubled", "note alias-dangling because alias-target-doubled"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", and(aliasTo("acme.example.com.example.com"), nxDomainAnswer))
		}},
		{name: "CNAME beside TXT", verdict: AtRisk, want: []string{"warning alias-beside-records", "warning challenge-not-on-every-server because alias-beside-records", foreign}, change: func(w world, _ *Order) {
			aliased(w, noDataAnswer)
			w.ask("example.com", challengeName, "TXT", txtAnswer(v1), aliasTo(target))
		}},
		{name: "the challenge name is a zone", verdict: Ready, want: []string{"note challenge-name-delegated"}, change: func(w world, _ *Order) {
			w.zone(challengeName, "example.com", "ns1.example.org 203.0.113.1", "ns2.example.org 203.0.113.2")
			w.ask("example.com", challengeName, "TXT", func(a *survey.Answer) {
				a.Status, a.Child, a.Authoritative = survey.Referral, challengeName, false
			})
			w.ask(challengeName, challengeName, "TXT", txtAnswer(v1))
		}},
		{name: "one server has the challenge zone too, and answers itself", ids: []string{"example.com", "*.example.com"}, values: []string{}, verdict: Ready,
			want: []string{"note challenge-name-delegated", "note challenge-leftover-values"}, change: func(w world, _ *Order) {
				w.zone(challengeName, "example.com", "ns1.example.org 203.0.113.1", "ns2.example.org 203.0.113.2")
				w.ask("example.com", challengeName, "TXT", txtAnswer(old), func(a *survey.Answer) {
					a.Status, a.Child, a.Authoritative = survey.Referral, challengeName, false
				})
				w.ask(challengeName, challengeName, "TXT", txtAnswer(old))
			}},
		{name: "the challenge zone is lame", verdict: Blocked,
			want: []string{"error delegation-lame", "warning nameserver-lame because delegation-lame", "note challenge-name-delegated"}, change: func(w world, _ *Order) {
				w.zone(challengeName, "example.com", "ns1.example.org 203.0.113.1", "ns2.example.org 203.0.113.2")
				w.ask("example.com", challengeName, "TXT", func(a *survey.Answer) {
					a.Status, a.Child, a.Authoritative = survey.Referral, challengeName, false
				})
				w.ask(challengeName, challengeName, "TXT", lameAnswer("refused"))
				w.soa(challengeName, lameAnswer("refused"))
			}},
		{name: "the alias's target was not looked up", verdict: Unknown, want: []string{"note could-not-look"}, change: func(w world, _ *Order) {
			w.ask("example.com", challengeName, "TXT", aliasTo("x.example.org"))
		}},
	})
}

func TestHalved(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"_acme-challenge.example.com", "acme.example.com.example.com", "acme.example.com"},
		{"_acme-challenge.example.com", "example.com.example.com", "example.com"},
		{"_acme-challenge.a.example.com", "x.a.example.com.example.com", "x.a.example.com"},
		{"_acme-challenge.example.com", "acme.example.com", ""},
		{"_acme-challenge.example.com", "acme.com.com", ""},
		{"_acme-challenge.example.com", "notexample.com.example.com", ""},
	} {
		if got := halved(survey.Alias{From: tt.from, To: tt.to}); got != tt.want {
			t.Errorf("halved(%s -> %s) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
	}
}
