//go:build linux

package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// signedChecks checks the zones that are signed: those in order have nothing to
// say that stands in the way, those that were broken say how.
func signedChecks(t *testing.T, checking func(args []string) preflight) {
	cases := brokenCases
	for _, z := range signedZones {
		if z.records == contents && z.name != "signed.parent.org" {
			cases = append(cases, signedCase{z.name, "ready", inOrder[z.name]})
		}
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := []string{tt.name}
			if !strings.HasPrefix(tt.name, "www.") {
				args = append(args, "--value", value("signed"))
			}
			comesTo(t, tt.want(), checking(args))
		})
	}
}

// A signedCase is an identifier and what comes of it. For names below www
// nothing is published: CAA records and values have to be denied.
type signedCase struct {
	name, verdict string
	findings      []string // "severity id because id: host host"; that a zone has one server is left out
}

// want is the outcome, with every host by its full name.
func (c signedCase) want() outcome {
	o := outcome{Verdict: c.verdict, Exit: map[string]int{"blocked": 1, "retry": 75}[c.verdict]}
	for _, f := range c.findings {
		what, on, found := strings.Cut(f, ": ")
		if found {
			what += ": " + labels(strings.Fields(on)...)
		}
		o.Findings = append(o.Findings, what)
	}
	name := strings.TrimPrefix(c.name, "www.")
	z := zones[slices.IndexFunc(zones, func(z zone) bool { return z.name == name })]
	if len(z.on) == 1 {
		o.Findings = append(o.Findings, "note delegation-single-server: "+labels(z.on...))
	}
	slices.Sort(o.Findings)
	return o
}

// labels are hosts as findings have them.
func labels(hosts ...string) string {
	var s []string
	for _, h := range hosts {
		s = append(s, fmt.Sprintf("%s.%s (%s)", h, operator, hostNamed(h).ipv4))
	}
	return strings.Join(s, ", ")
}

// inOrder is what there is to say of zones in which nothing is wrong.
var inOrder = map[string][]string{
	"algorithm.com":    {"note dnssec-algorithm-unsupported"},
	"island.com":       {"note dnssec-signed-without-ds"},
	"below.island.com": {"note dnssec-signed-without-ds"},
	"digest.org":       {"note dnssec-algorithm-unsupported"},
}

// fails is a cause, and the CAA lookups that fail for it on the same hosts.
func fails(cause, hosts string) []string {
	return []string{"error " + cause + ": " + hosts, "error caa-lookup-failed because " + cause + ": " + hosts}
}

// failsAbove is a cause in a zone above, whose servers are at fault; the CAA
// lookups fail on those of the zone itself.
func failsAbove(cause, above, hosts string) []string {
	if above != "" {
		above = ": " + above
	}
	return []string{"error " + cause + above, "error caa-lookup-failed because " + cause + ": " + hosts}
}

var brokenCases = []signedCase{
	{"expired.com", "blocked", fails("dnssec-signature-expired", "bind knot")},
	{"expired.org", "blocked", fails("dnssec-signature-expired", "nsd pdns")},
	{"future.com", "retry", fails("dnssec-signature-not-yet-valid", "nsd")},
	{"future.dev", "retry", fails("dnssec-signature-not-yet-valid", "bind pdns")},
	{"backwards.org", "blocked", []string{"error dnssec-bogus: bind"}},
	{"oneexpired.com", "at_risk", []string{"warning dnssec-signature-expired: bind"}},
	{"soon.org", "ready", []string{"note dnssec-signature-expiring"}},

	{"wrongds.com", "blocked", fails("dnssec-ds-mismatch", "bind nsd")},
	{"wrongds.org", "blocked", fails("dnssec-ds-mismatch", "pdns")},
	{"wrongds.dev", "blocked", fails("dnssec-ds-mismatch", "knot")},
	{"digest.com", "blocked", fails("dnssec-ds-mismatch", "nsd")},
	{"preferred.org", "ready", nil},
	{"stale.org", "blocked", fails("dnssec-dnskey-missing", "bind pdns")},
	{"stale.dev", "blocked", fails("dnssec-dnskey-missing", "knot nsd")},
	{"keyless.com", "blocked", fails("dnssec-dnskey-missing", "knot nsd")},
	{"badkeys.org", "blocked", fails("dnssec-bogus", "bind nsd")},
	{"barekeys.com", "blocked", fails("dnssec-signature-missing", "bind nsd")},

	{"stripped.com", "blocked", fails("dnssec-signature-missing", "bind nsd")},
	{"stripped.org", "blocked", fails("dnssec-signature-missing", "knot nsd")},
	{"onestripped.org", "at_risk", []string{"warning dnssec-server-differs: knot"}},
	{"oneunsigned.com", "at_risk", []string{"warning dnssec-server-differs: knot"}},
	{"badtxt.com", "blocked", []string{"error dnssec-bogus: bind nsd"}},
	{"onebadtxt.org", "at_risk", []string{"warning dnssec-server-differs: bind"}},
	{"baretxt.org", "blocked", []string{"error dnssec-signature-missing: knot nsd"}},
	{"altered.com", "blocked", []string{"error dnssec-bogus: knot nsd"}},
	{"added.org", "blocked", []string{"error dnssec-bogus: bind nsd"}},
	{"signer.com", "blocked", []string{"error dnssec-bogus: bind"}},
	{"tag.org", "blocked", []string{"error dnssec-bogus: nsd"}},
	{"txtalgorithm.com", "blocked", []string{"error dnssec-bogus: nsd"}},
	{"morelabels.org", "blocked", []string{"error dnssec-bogus: nsd"}},
	{"fewerlabels.com", "blocked", []string{"error dnssec-bogus: nsd"}},

	// What is there needs no denial.
	{"undenied.com", "ready", nil},
	{"www.undenied.com", "blocked", fails("dnssec-denial-broken", "knot nsd")},
	{"undenied.org", "ready", nil},
	{"www.undenied.org", "blocked", fails("dnssec-denial-broken", "knot nsd")},
	{"www.baredenial.com", "blocked", fails("dnssec-denial-broken", "bind nsd")},
	{"www.baredenial.org", "blocked", fails("dnssec-denial-broken", "bind nsd")},
	{"www.shortnsec.com", "blocked", fails("dnssec-bogus", "nsd")},
	{"www.badsoa.com", "blocked", fails("dnssec-bogus", "bind nsd")},
	{"www.iterations150.org", "ready", nil},
	{"www.iterations200.com", "ready", []string{"note dnssec-nsec3-iterations"}},

	{"broken-ds.com", "ready", nil},
	{"child.broken-ds.com", "blocked", failsAbove("dnssec-bogus", "bind nsd", "knot")},
	{"child.bare-ds.org", "blocked", failsAbove("dnssec-signature-missing", "bind nsd", "pdns")},
	{"child.undenied.org", "blocked", failsAbove("dnssec-denial-broken", "knot nsd", "bind")},
	{"signed.undenied.org", "ready", nil},
	{"child.halfway.com", "at_risk", []string{"warning challenge-not-on-every-server: nsd"}},
	{"signed.info", "blocked", failsAbove("dnssec-signature-expired", "", "bind knot")},
	{"plain.info", "blocked", failsAbove("dnssec-signature-expired", "", "nsd pdns")},
	{"signed.app", "blocked", failsAbove("dnssec-ds-mismatch", "", "nsd pdns")},
	{"plain.app", "blocked", failsAbove("dnssec-ds-mismatch", "", "bind knot")},
}
