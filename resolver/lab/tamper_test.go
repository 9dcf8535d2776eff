package lab

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

const tamperedWorld = `tampered
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
-- zone example.com @ ns1.example.com ns2.example.com --
@        TXT "apex"
www      A 192.0.2.80
*.wild   TXT "wild"
sub      NS ns.sub
ns.sub   A 192.0.2.4
-- zone example.net @ ns1.example.com ns2.example.com --
www      A 192.0.2.81
-- sign --
example.com nsec3
example.net
-- tamper --
`

// signatureStates says of each signature over a set, in order, what is wrong
// with it.
func signatureStates(z *zone, n node, kind uint16) string {
	var states []string
	for _, rr := range n.signatures(kind) {
		states = append(states, signatureState(z, rr.(*dns.RRSIG), n[kind]))
	}
	if len(n[kind]) == 0 {
		states = append(states, "no records")
	}
	return strings.Join(states, " ")
}

func signatureState(z *zone, sig *dns.RRSIG, set []dns.RR) string {
	err := verified(z, sig, set)
	switch {
	case err == nil:
		return "good"
	case !sig.ValidityPeriod(epoch):
		return "time"
	case sig.SignerName != z.origin:
		return "signer " + undotted(sig.SignerName)
	case errors.Is(err, dns.ErrSig):
		return "bad"
	case errors.Is(err, dns.ErrRRset):
		return "set"
	}
	return "no key"
}

// changes lists what differs between two worlds, a line for each set: its
// owner, type, records if they are others, and the state of its signatures. A
// host is named if its copy differs from that of the zone's first host.
func changes(before, after *Scenario) []string {
	var all []string
	for _, origin := range slices.Sorted(maps.Keys(after.made.origins)) {
		var first []string
		for i, host := range unique(after.made.serving(origin)) {
			changed := changedSets(before.made.hosted[host][origin].at(0), after.made.hosted[host][origin].at(0))
			switch {
			case i == 0:
				first = changed
				all = append(all, changed...)
			case !slices.Equal(first, changed):
				for _, c := range changed {
					all = append(all, undotted(host)+": "+c)
				}
			}
		}
	}
	return all
}

func changedSets(before, after *zone) []string {
	var all []string
	compare := func(name string, a, b node) {
		for kind := range types(a, b) {
			state := fmt.Sprintf("%s %s", name, dns.Type(kind))
			if fmt.Sprint(a[kind]) != fmt.Sprint(b[kind]) {
				state += " [" + shownRecords(b[kind]) + "]"
			}
			if signed := signatureStates(after, b, kind); signed != "" {
				state += " " + signed
			}
			if fmt.Sprint(a[kind], a.signatures(kind)) != fmt.Sprint(b[kind], b.signatures(kind)) {
				all = append(all, state)
			}
		}
	}
	for name := range before.nodes {
		compare(undotted(name), before.nodes[name], after.nodes[name])
	}
	for owner := range before.hashed {
		compare(hashedName(before, owner), before.hashed[owner], after.hashed[owner])
	}
	for owner := range after.chain.withheld {
		name := undotted(owner)
		if before.hashed[owner] != nil {
			name = hashedName(before, owner)
		}
		all = append(all, name+" withheld")
	}
	slices.Sort(all)
	return all
}

// types are those of two nodes, without RRSIG.
func types(a, b node) map[uint16]bool {
	all := map[uint16]bool{}
	for _, n := range []node{a, b} {
		for kind := range n {
			all[kind] = kind != dns.TypeRRSIG
		}
	}
	delete(all, dns.TypeRRSIG)
	return all
}

// hashedName is the name that an NSEC3 owner belongs to.
func hashedName(z *zone, owner string) string {
	for name := range z.nodes {
		if z.chainKey(name) == owner {
			return undotted(name)
		}
	}
	return owner
}

func shownRecords(rrs []dns.RR) string {
	var shown []string
	for _, rr := range rrs {
		switch rr.(type) {
		case *dns.DS, *dns.DNSKEY:
			return fmt.Sprint(len(rrs))
		case *dns.NSEC, *dns.NSEC3:
			return shownDenial(rr)
		}
		shown = append(shown, strings.TrimPrefix(rr.String(), rr.Header().String()))
	}
	return strings.Join(shown, ", ")
}

func shownDenial(rr dns.RR) string {
	shown := "NSEC3"
	switch rr := rr.(type) {
	case *dns.NSEC:
		shown = "to " + undotted(rr.NextDomain)
	case *dns.NSEC3:
		shown = fmt.Sprint("flags ", rr.Flags)
	}
	for _, k := range *typesIn(rr) {
		shown += " " + dns.TypeToString[k]
	}
	return shown
}

// Each word must spoil what it is named after, and nothing else: a scenario
// that is broken in two ways proves nothing.
func TestTampers(t *testing.T) {
	tests := map[string][]string{
		"badsig www.example.com/A":                              {"www.example.com A bad"},
		"badsig www.example.com/NSEC3":                          {"www.example.com NSEC3 bad"},
		"badsig nothing.example.com/NSEC3":                      {"example.com NSEC3 bad"},
		"badsig www.example.net/A":                              {"www.example.net A bad"},
		"badsig www.example.com/A @ ns2.example.com":            {"ns2.example.com: www.example.com A bad"},
		"badsig example.com/DS":                                 {"example.com DS bad"},
		"badsig example.com/NS":                                 {"example.com NS bad"},
		"badsig com/NSEC zone=.":                                {"com NSEC bad"},
		"nosig www.example.com/A":                               {"www.example.com A"},
		"unknown-keytag www.example.com/A":                      {"www.example.com A no key"},
		"swap-signer www.example.com/A example.net":             {"www.example.com A signer example.net"},
		"extra-sigs www.example.com/A 3":                        {"www.example.com A bad bad bad good"},
		"resign www.example.com/A expired":                      {"www.example.com A time"},
		"resign www.example.com/A inception=+1s":                {"www.example.com A time"},
		"resign www.example.com/A by=ksk":                       {"www.example.com A good"},
		"resign www.example.com/A labels=4":                     {"www.example.com A set"},
		"resign www.example.com/A labels=2":                     {"www.example.com A good"},
		"resign www.example.com/A ttl=60":                       {"www.example.com A good"},
		"resign www.example.com/A signer=com":                   {"www.example.com A signer com"},
		"edit www.example.com A 192.0.2.99":                     {"www.example.com A [192.0.2.99] bad"},
		`edit example.com TXT "one" "two"`:                      {`example.com TXT ["one" "two"] bad`},
		"nodenial example.net":                                  {"example.net NSEC [] no records", "www.example.net NSEC [] no records"},
		"bitmap www.example.com +TXT -A":                        {"www.example.com NSEC3 [flags 0 TXT RRSIG] good"},
		"bitmap example.com zone=com -DS":                       {"example.com NSEC [to a.nic.com NS RRSIG NSEC] good"},
		"nsec-next com zz zone=.":                               {"com NSEC [to zz NS DS RRSIG NSEC] good"},
		"nsec-next example.com x.example.com":                   {"example.com NSEC3 [flags 0 NS SOA TXT RRSIG DNSKEY NSEC3PARAM] good"},
		"set-optout www.example.com":                            {"www.example.com NSEC3 [flags 1 A RRSIG] good"},
		"set-optout sub.example.com\nno-optout sub.example.com": nil,
		"no-optout www.example.com":                             nil,
		"stripped example.net": {"example.net DNSKEY", "example.net NS", "example.net NSEC [] no records", "example.net SOA",
			"www.example.net A", "www.example.net NSEC [] no records"},
		"no-dnskey example.net":            {"example.net DNSKEY [] no records"},
		"extra-keys example.com 2":         {"example.com DNSKEY [4] good"},
		"wrong-ds example.com":             {"example.com DS [1] good"},
		"wrong-ds example.com @ b.nic.com": {"b.nic.com: example.com DS [1] good"},
		"extra-ds example.com 3":           {"example.com DS [4] good"},
		"drop-nsec www.example.com":        {"www.example.com withheld"},
		"drop-cover nothing.example.com":   {"example.com withheld"},
	}
	untouched, err := Parse("test", []byte(tamperedWorld))
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for text, want := range tests {
		covered[firstWord(text)] = true
		t.Run(text, func(t *testing.T) {
			s, err := Parse("test", []byte(tamperedWorld+text+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, changes(untouched, s)); d != "" {
				t.Errorf("changes (-want +got):\n%s", d)
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(tampers)) {
		if !covered[name] {
			t.Errorf("%s has no test", name)
		}
	}
}

// What is withheld must be missing from answers, and from them alone.
func TestWithheld(t *testing.T) {
	const nothing = "udp 192.0.2.1 x.www.example.net A"
	tests := []struct{ line, query, want string }{
		{"", nothing, "NXDOMAIN\nN SOA example.net\nN +SOA\nN NSEC www.example.net example.net\nN +NSEC"},
		{"drop-nsec www.example.net", nothing, "NXDOMAIN\nN SOA example.net\nN +SOA"},
		{"drop-nsec example.net", nothing, "NXDOMAIN\nN SOA example.net\nN +SOA\nN NSEC www.example.net example.net\nN +NSEC"},
		{"drop-cover x.www.example.net", nothing, "NXDOMAIN\nN SOA example.net\nN +SOA"},
		{"drop-cover x.www.example.net", "udp 192.0.2.1 www.example.net NSEC", "NOERROR\nA NSEC www.example.net example.net\nA +NSEC"},
		{"drop-cover x.www.example.net @ ns2.example.com", nothing,
			"NXDOMAIN\nN SOA example.net\nN +SOA\nN NSEC www.example.net example.net\nN +NSEC"},
	}
	for _, test := range tests {
		t.Run(test.line+" "+test.query, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				diff(t, "proof", test.want, proofIn(t, world(t, tamperedWorld+test.line+"\n"), test.query))
			})
		})
	}
}

// Keys that are to collide must do so, and be different keys.
func TestExtraKeysCollide(t *testing.T) {
	text := tamperedWorld + "extra-keys example.net 20 ksk\n"
	ksk := zoneOf(t, text, "a.nic.net.", "net.").nodes["example.net."][dns.TypeDS][0].(*dns.DS).KeyTag
	other := zoneOf(t, text, "ns1.example.com.", "example.net.")
	if k := other.nodes["example.net."][dns.TypeDNSKEY][19].(*dns.DNSKEY); k.KeyTag() != ksk {
		t.Errorf("key tag %d, want the KSK's %d", k.KeyTag(), ksk)
	}
	for _, algorithm := range []string{"5", "13", "15"} {
		z := zoneOf(t, tamperedWorld+"extra-keys example.com 20\n-- sign --\nexample.com algorithm="+algorithm+"\n",
			"ns1.example.com.", "example.com.")
		seen := map[string]bool{}
		zsk := z.nodes["example.com."].signatures(dns.TypeSOA)[0].(*dns.RRSIG).KeyTag
		for _, rr := range z.nodes["example.com."][dns.TypeDNSKEY][:20] {
			k := rr.(*dns.DNSKEY)
			if k.KeyTag() != zsk {
				t.Errorf("algorithm %s: key tag %d, want %d", algorithm, k.KeyTag(), zsk)
			}
			seen[k.PublicKey] = true
		}
		if len(seen) != 20 {
			t.Errorf("algorithm %s: %d different keys, want 20", algorithm, len(seen))
		}
	}
}
