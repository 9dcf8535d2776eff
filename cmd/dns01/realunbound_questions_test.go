//go:build linux

package main_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// questions are those of a CA, TXT and CAA, about every kind of name in every
// zone: what has records of its own, what a wildcard, a DNAME or a CNAME
// stands for, what is empty and what is missing. Where many zones have the
// same names, a name is asked for one type in one zone and for the other in
// the next.
func questions(t *testing.T) []string {
	t.Helper()
	var all []string
	ask := func(name string, types ...string) {
		for _, qtype := range types {
			if q := name + ". " + qtype; !slices.Contains(all, q) {
				all = append(all, q)
			}
		}
	}
	for i, z := range zones {
		ask(below("_acme-challenge", z.name), "TXT", "CAA")
		if z.slow() {
			continue
		}
		ask(z.name, "TXT", "CAA", "DS", "DNSKEY")
		for j, name := range names(t, z) {
			if z.records == contents {
				ask(name, []string{"TXT", "CAA"}[(i+j)%2])
				continue
			}
			ask(name, "TXT", "CAA")
		}
	}
	return all
}

// slow reports whether servers of a zone do not answer, so that a question
// takes seconds.
func (z zone) slow() bool {
	return slices.Contains(z.lame, swallowed) || slices.Contains(z.lame, "closed")
}

// names are names in a zone, without the final dot.
func names(t *testing.T, z zone) []string {
	t.Helper()
	found := []string{below("nothing", z.name), below("no.thing", z.name), below("below._acme-challenge", z.name)}
	zp := dns.NewZoneParser(strings.NewReader("$TTL 60\n"+valueTag.ReplaceAllString(z.records, `"x"`)), z.name+".", "")
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		owner := strings.TrimSuffix(rr.Header().Name, ".")
		switch label, rest, _ := strings.Cut(owner, "."); {
		case label == "*":
			found = append(found, "x."+rest, "y.x."+rest, rest)
		case rr.Header().Rrtype == dns.TypeDNAME:
			found = append(found, owner, "www."+owner, "nothing."+owner)
		default:
			found = append(found, owner)
			for rest != z.name && rest != "" { // empty non-terminals
				found = append(found, rest)
				_, rest, _ = strings.Cut(rest, ".")
			}
		}
	}
	if err := zp.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// below is a name with a label before it.
func below(label, name string) string {
	if name == "" {
		return label
	}
	return label + "." + name
}
