package survey

import (
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
	"dns01/resolver/dnssec"
)

// trust prepares validation, if there are anchors, and fetches the keys of
// the root beside the first questions.
func (t *taker) trust(now func() time.Time) {
	if len(t.o.Anchors) == 0 {
		return
	}
	if at := t.o.SignedAt; !at.IsZero() {
		now = func() time.Time { return at }
	}
	t.s.Validated, t.s.ValidatedAt = true, now()
	if t.o.Judged != nil {
		return
	}
	t.v = dnssec.New(dnssec.Config{Anchors: t.o.Anchors, Now: now, Fetch: t.c.Fetch})
	t.begin(func() { t.v.Trust(t.ctx, ".") })
}

// judge finds out where the zone stands in the chain of trust, beside the
// questions that its servers are asked: the keys are there when the answers
// come. The caller holds the taker's mutex.
func (z *zone) judge() {
	if j := z.t.o.Judged; j != nil {
		z.judgedBefore(j)
	}
	if z.t.v == nil {
		return
	}
	z.t.begin(func() {
		trust := z.t.v.Trust(z.t.ctx, z.Name)
		if z.t.ctx.Err() != nil {
			return
		}
		s := security(trust.Verdict)
		if s.Status != Unjudged {
			s.Status = string(trust.Status)
		}
		z.mu.Lock()
		z.Trust = s
		z.mu.Unlock()
		if s.Status == string(dnssec.Bogus) && s.Type == "DNSKEY" && s.Name == z.Name && !z.Public {
			// What each server has for keys tells what to change.
			z.t.look(z.d, Question{z.Name, "DNSKEY"}, 0, 0)
		}
	})
}

// validate judges an answer by itself, as a resolver that got it would.
func (t *taker) validate(zone string, a *resolver.Answer, r resolver.Reading, ans *Answer) {
	if j := t.o.Judged; j != nil {
		ans.Security = j.Answers[Judged{zone, ans.Question, ans.Addr}]
	}
	if t.v == nil {
		return
	}
	response, ok := resolver.Judge(zone, a, r)
	if !ok {
		return
	}
	t.begin(func() {
		judged := &Security{Status: Unjudged, EDE: -1}
		if t.ctx.Err() == nil {
			if v := t.v.Validate(t.ctx, response); t.ctx.Err() == nil {
				judged = security(v)
			}
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		ans.Security = judged
	})
}

// rootKeysUnheard reports whether root servers were silent to the question for
// their keys: that is our own network's doing, see silentRoot.
func rootKeysUnheard(v dnssec.Verdict) bool {
	return v.Reason == dnssec.LookupFailed && v.Link.Name == "." && strings.Contains(v.Text, "timeout")
}

// security digests a verdict.
func security(v dnssec.Verdict) *Security {
	s := &Security{
		Status: string(v.Status), Reason: string(v.Reason), EDE: -1, Text: v.Text,
		KeyTag:    v.Link.KeyTag,
		Inception: v.Link.Inception, Expiration: v.Link.Expiration,
	}
	if v.Status == dnssec.Bogus && (v.Reason == dnssec.LookupNotMade || rootKeysUnheard(v)) {
		s.Status = Unjudged
	}
	if v.HasEDE {
		s.EDE = int(v.EDE)
	}
	if v.Link.Zone != "" {
		s.Zone = name(v.Link.Zone)
	}
	if v.Link.Name != "" {
		s.Name, s.Type = name(v.Link.Name), dns.Type(v.Link.Type).String()
	}
	return s
}
