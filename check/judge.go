package check

import (
	"net/netip"
	"slices"
	"time"

	"dns01/check/known"
	"dns01/resolver/survey"
)

// Judge says what will become of an order, from what a survey saw. It is
// pure: the same survey and order give the same result.
func Judge(s *survey.Survey, o Order) Result {
	j := newJudge(s, o)
	res := Result{Mode: o.Mode(), Identifiers: make([]IdentifierResult, 0, len(s.Identifiers))}
	j.policy()
	verdicts := map[string]Verdict{}
	for _, id := range s.Identifiers {
		if _, again := verdicts[id.Name]; again {
			continue
		}
		r := j.identifier(id)
		verdicts[id.Name] = r.Verdict
		res.Identifiers = append(res.Identifiers, r)
	}
	j.queryBursts()
	j.foldSerials()
	drafts := fit(j.drafts, verdicts)
	for i := range res.Identifiers {
		endanger(&res.Identifiers[i], drafts)
	}
	res.Findings = arrange(drafts)
	res.conclude()
	res.NewOrder, res.Finalize = j.newOrder, atFinalize(res.Identifiers)
	res.CAAQueries = j.caaQueries(res.Identifiers)
	return res
}

// A judge holds one judgement while it is made.
type judge struct {
	s  *survey.Survey
	o  Order
	ca *known.CA

	lookups    map[lookupKey]*survey.Lookup
	resolved   map[survey.Question]*resolution
	zones      map[string]*zoneHealth
	zoneDrafts map[string][]draft
	refused    map[string]refusal // by identifier: refused before any DNS
	newOrder   *Refusal           // of the whole order, for that
	drafts     []*draft
	// differing are zones whose servers disagree, with the finding that says
	// so: serials that differ follow from it.
	differing map[string]place
	rtts      map[netip.Addr]time.Duration // see rtt
	shut      map[string]*shutOut          // see shutOuts
	barred    map[netip.Addr]bool          // servers of these zones
}

type lookupKey struct {
	zone string
	survey.Question
}

func newJudge(s *survey.Survey, o Order) *judge {
	j := &judge{
		s: s, o: o, ca: o.CA,
		lookups:    make(map[lookupKey]*survey.Lookup, len(s.Lookups)),
		resolved:   map[survey.Question]*resolution{},
		zones:      map[string]*zoneHealth{},
		zoneDrafts: map[string][]draft{},
		refused:    map[string]refusal{},
		differing:  map[string]place{},
	}
	if j.ca == nil {
		j.ca, _ = known.Find("letsencrypt")
	}
	for _, l := range s.Lookups {
		k := lookupKey{l.Zone, l.Question}
		if j.lookups[k] == nil {
			j.lookups[k] = l
		}
	}
	return j
}

// lookup returns the lookup of a question at a zone, or nil.
func (j *judge) lookup(zone string, q survey.Question) *survey.Lookup {
	return j.lookups[lookupKey{zone, q}]
}

// start returns the lookup at which a question's resolution begins, or nil.
func (j *judge) start(q survey.Question) *survey.Lookup {
	zone, ok := j.s.Starts[q]
	if !ok {
		return nil
	}
	return j.lookup(zone, q)
}

// challenge is the type of the challenge.
func (j *judge) challenge() string {
	if j.o.Challenge == "" {
		return "dns-01"
	}
	return j.o.Challenge
}

// identifier judges one identifier in the order of events at the CA: policy
// at new-order, the challenge at validation, and CAA only once that passed.
func (j *judge) identifier(id survey.Identifier) IdentifierResult {
	res := IdentifierResult{
		Identifier: id.Name,
		Challenge:  ChallengeResult{Name: id.Challenge},
		CAA:        CAAResult{Queries: len(id.CAA)},
	}
	if r, ok := j.refused[id.Name]; ok {
		res.Verdict, res.Predicted = Blocked, r.predicted
		return res
	}
	az := j.authorization(id)
	res.Challenge = az.challengeResult()
	res.CAA = az.caaResult()
	res.Verdict = az.verdict()
	res.Predicted = az.predict()
	res.Rechecked = az.rechecked()
	res.Perspectives = az.perspectiveResults()
	if p := az.corroborate(); p != nil && (res.Verdict == Ready || res.Verdict == AtRisk) {
		res.Verdict, res.Predicted = Blocked, append(res.Predicted, *p)
	}
	if res.Verdict == AtRisk {
		res.Secondary = secondaries(res.Predicted)
	}
	if res.Verdict == Retry {
		res.RetryAfter = max(j.retryAfter(), az.untilSigned())
	}
	az.explain(res.Verdict)
	return res
}

// retryAfter is when a validation that failed now may be repeated without
// using up the failures that the CA allows in an hour.
func (j *judge) retryAfter() time.Duration {
	const usual = 10 * time.Minute
	l, ok := known.RateLimitsOf(j.ca)
	if !ok {
		return usual
	}
	return max(time.Hour/time.Duration(l.AuthorizationFailuresPerHour), time.Minute)
}

// caaQueries counts the CAA questions of the whole order: one a label, from
// the primary and from each remote perspective.
func (j *judge) caaQueries(ids []IdentifierResult) int {
	remotes := 0
	if j.ca != nil {
		remotes, _ = j.ca.Perspectives.RemotesAt(j.o.Now)
	}
	n := 0
	for _, id := range ids {
		n += id.CAA.Queries * (1 + remotes)
	}
	return n
}

// An authorization is one identifier with everything the CA may see of it
// (RFC 8555 §7.1.4).
type authorization struct {
	*judge
	id    survey.Identifier
	want  expectation
	txt   *resolution
	climb climb
	told  map[string]place // zones whose servers disagree, as told for this identifier
}

func (j *judge) authorization(id survey.Identifier) *authorization {
	az := &authorization{judge: j, id: id, want: j.expect(id), told: map[string]place{}}
	if j.persistent() {
		az.want = expectation{values: []string{az.persistValue()}, enough: func(have []string) bool { return az.standing(have).authorizes }}
	}
	az.txt = j.resolve(survey.Question{Name: id.Challenge, Type: "TXT"})
	az.climb = j.climbCAA(id)
	return az
}

// raise notes a finding about this identifier.
func (az *authorization) raise(f Finding, cause place) {
	az.judge.raise(az.id.Name, f, cause)
}

// explain raises every finding that concerns this identifier.
func (az *authorization) explain(v Verdict) {
	az.explainMethod()
	az.explainZones()
	az.explainServers()
	az.explainDNSSEC()
	az.explainAliases()
	az.explainChallenge()
	az.explainCAA()
	az.explainViews(v)
}

// questions are the resolutions that count: the challenge, and CAA as far up
// as the climb goes.
func (az *authorization) questions() []*resolution {
	return append([]*resolution{az.txt}, az.climb.seen...)
}

// passed are the zones that the CA's resolver passes through for this identifier,
// with the zones above them, each once.
func (az *authorization) passed() []*survey.Zone {
	var zs []*survey.Zone
	for _, r := range az.questions() {
		for _, s := range r.steps {
			zs = az.addPath(zs, s.at.Zone)
		}
		for _, e := range r.ends {
			zs = az.addPath(zs, e.zone())
		}
	}
	return zs
}

// addPath adds a zone and those above it.
func (j *judge) addPath(zs []*survey.Zone, name string) []*survey.Zone {
	for z := j.s.Zone(name); z != nil && !slices.Contains(zs, z); z = j.s.Zone(z.Parent) {
		zs = append(zs, z)
	}
	return zs
}
