package check_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/miekg/dns"

	"dns01/check"
	"dns01/check/known"
	"dns01/resolver"
	"dns01/resolver/dnssec"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/testdata"
)

// lookedUpOtherwise are scenarios with a type whose lookup comes to something
// else than what is predicted from the survey, and the reason.
var lookedUpOtherwise = map[string]string{
	"resolver-slow-1600ms TXT": "a lookup waits longer than the CA does",
	"caa-not-parsable CAA":     "the CA's DNS library fails on what its resolver gives",
}

// What is predicted from looking at every server has to be what one lookup,
// made as the CA's resolver makes it, comes to: for the challenge, and for the
// CAA question that fails. Where some ways pass and some fail the lookup may
// take either.
func TestPredictionAgreesWithLookup(t *testing.T) {
	for _, name := range testdata.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scenario(t, name)
			p := play(t, s, 1)
			if p.survey.Via != "" {
				t.Skip("what is predicted comes from a resolver; a lookup asks the servers, which cannot be reached")
			}
			for i, id := range p.result.Identifiers {
				if id.Verdict == check.Unknown || id.Challenge.Target == "" {
					continue
				}
				for q, want := range predictedLookups(id, p.survey.Identifiers[i].Challenge) {
					got := lookedUp(t, s, q)
					if p.result.Mode == check.Preflight && want == "answered" && strings.Contains(got, "NXDOMAIN") {
						got = want // nothing is published yet
					}
					if id.Verdict == check.AtRisk && got == "answered" {
						got = want // one of several ways
					}
					reason, otherwise := lookedUpOtherwise[name+" "+q.Type]
					switch {
					case otherwise && got == want:
						t.Errorf("it agrees: take it out of lookedUpOtherwise (%s)", reason)
					case !otherwise && got != want:
						t.Errorf("%s %s\n predicted %s\n looked up %s", q.Name, q.Type, want, got)
					}
				}
			}
		})
	}
}

// aboutLookup is a CA's text for a lookup that failed.
var aboutLookup = regexp.MustCompile(`^(?:While processing CAA for \S+: |Retrieving TXT records for DNS-PERSIST-01 challenge: )?(DNS problem: .*looking up (TXT|CAA) for (\S+?)(?:: .*| - .*)?)$`)

// predictedLookups are the lookups that a result tells of: with the CA's text
// for one that fails, "answered" for a challenge that does not.
func predictedLookups(id check.IdentifierResult, challenge string) map[survey.Question]string {
	outcomes := map[survey.Question]string{{Name: challenge, Type: "TXT"}: "answered"}
	for _, p := range id.Predicted {
		if m := aboutLookup.FindStringSubmatch(p.Detail); m != nil && p.Stage == "validation" {
			outcomes[survey.Question{Name: m[3], Type: m[2]}] = anyServer.ReplaceAllString(m[1], "")
		}
	}
	return outcomes
}

// lookedUp is what a lookup comes to, in the same words.
func lookedUp(t *testing.T, s *lab.Scenario, q survey.Question) (outcome string) {
	t.Helper()
	w, err := s.World()
	if err != nil {
		t.Fatal(err)
	}
	qtype := dns.StringToType[q.Type]
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := resolver.New(resolver.Config{
			Exchanger: w, Roots: w.Roots(), Allow: w.Public(), Rand: rand.New(rand.NewPCG(1, 1)),
		})
		v := dnssec.New(dnssec.Config{Anchors: w.Anchors(), Now: w.Now, Fetch: c.Fetch})
		r, verdict := v.Resolve(ctx, q.Name, qtype)
		var problem resolver.Problem
		if r.Failed {
			problem = c.Lookup(ctx, q.Name, qtype).Problem
		}
		outcome = outcomeOf(fmt.Sprintf("looking up %s for %s", q.Type, q.Name), r, verdict, problem)
		cancel()
		c.Wait()
	})
	return outcome
}

func outcomeOf(what string, r dnssec.Response, v dnssec.Verdict, problem resolver.Problem) string {
	switch {
	case v.Status == dnssec.Bogus && strings.Contains(v.Text, "timeout"), problem == resolver.ProblemTimeout:
		return "DNS problem: query timed out " + what
	case v.Status == dnssec.Bogus:
		return fmt.Sprintf("DNS problem: %s: %s: %s", what, known.ExtendedError(int(v.EDE)), anyServer.ReplaceAllString(v.Text, ""))
	case r.Failed:
		return "DNS problem: SERVFAIL " + what + " - the domain's nameservers may be malfunctioning"
	case r.Rcode == dns.RcodeNameError:
		return "DNS problem: NXDOMAIN " + what + " - check that a DNS record exists for this domain"
	case r.Rcode != dns.RcodeSuccess:
		return fmt.Sprintf("DNS problem: %s %s", dns.RcodeToString[r.Rcode], what)
	}
	return "answered"
}
