package survey

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// probeWildcard asks the server that gave ans for a random sibling of the
// challenge name, to learn whether the name has records of its own
// (RFC 4592 §2.1). It is asked only where a wildcard is likely: an alias, or
// a value that has not the form of a challenge's.
func (t *taker) probeWildcard(l *lookup, a *resolver.Answer, ans *Answer) {
	if l.Type != "TXT" || !t.isChallenge(l.Name) || !likelyWild(ans) {
		return
	}
	t.mu.Lock()
	done := l.probed
	l.probed = true
	t.mu.Unlock()
	if done {
		return
	}
	_, parent, _ := strings.Cut(l.Name, ".")
	sibling := t.c.ProbeLabel(parent) + "." + parent
	t.begin(func() {
		got := t.c.Ask(t.ctx, a.Server, sibling, dns.TypeTXT)
		s := digest(Question{sibling, "TXT"}, ans.Server, got, resolver.Read(l.Zone, got))
		t.mu.Lock()
		defer t.mu.Unlock()
		l.wild = signature(s)
	})
}

// markWild marks the answers that a wildcard gave.
func (l *lookup) markWild() {
	for _, a := range l.Answers {
		a.Wildcard = l.wild != "" && signature(a) == l.wild
	}
}

func likelyWild(a *Answer) bool {
	if len(a.Aliases) > 0 {
		return a.Aliases[0].DNAME == ""
	}
	if a.Status != Answered {
		return false
	}
	return slices.ContainsFunc(a.Records, func(r Record) bool { return !isDigest(r.TXT) && !namesAccount(r.TXT) })
}

// isDigest reports whether a value has the form of a SHA-256 digest in
// base64url (RFC 8555 §8.4).
func isDigest(s string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return len(s) == 43 && strings.Trim(s, alphabet) == ""
}

// namesAccount reports whether a value has the mandatory parameter of
// dns-persist-01 (draft-ietf-acme-dns-persist-01 §4.1).
func namesAccount(s string) bool { return strings.Contains(strings.ToLower(s), "accounturi") }

// signature is what makes two answers the same: where the first alias leads,
// or the set of records. It is "" for an answer without either.
func signature(a *Answer) string {
	if len(a.Aliases) > 0 {
		return "alias " + a.Aliases[0].To
	}
	if a.Status != Answered {
		return ""
	}
	return "records " + strings.Join(recordSet(a), "\n")
}

// recordSet returns the distinct records of an answer, sorted.
func recordSet(a *Answer) []string {
	var set []string
	for _, r := range a.Records {
		set = append(set, r.Text)
	}
	slices.Sort(set)
	return slices.Compact(set)
}
