package check

import (
	"fmt"
	"time"

	"dns01/check/known"
)

var rateRules = []*Rule{
	{
		ID: "order-near-rate-limit", Subject: "order", Severity: Note,
		Title:  "The orders of a plan come near the CA's rate limits, or exceed them",
		Why:    "The CA counts orders and certificates, and refuses those beyond its limits until time has passed.",
		Fix:    "Order fewer certificates, or spread them as the plan says.",
		Source: "RFC 8555 §6.6; https://letsencrypt.org/docs/rate-limits/",
	},
}

// A Cost is what a plan takes of a CA's limits.
type Cost struct {
	Orders       int // of the account that places most
	Certificates int // for the registered domain that gets most
	Domain       string
	SameSet      int // most certificates for exactly the same names
}

// near is the part of a limit from which it is worth a word: two thirds.
func near(n, limit int) bool { return limit > 0 && 3*n >= 2*limit }

// Beyond is how long the CA makes a cost wait for its limits; 0 when they
// take it at once.
func (c Cost) Beyond(l known.RateLimits) time.Duration {
	over := func(n, limit int, refill time.Duration) time.Duration {
		if limit == 0 || n <= limit {
			return 0
		}
		return time.Duration(n-limit) * refill
	}
	return max(
		over(c.Orders, l.NewOrdersPer3Hours, l.NewOrderRefill),
		over(c.Certificates, l.CertificatesPerDomainPerWeek, l.PerDomainRefill),
		over(c.SameSet, l.SameSetPerWeek, l.SameSetRefill))
}

// RateFinding tells what a cost takes of a CA's limits, when that is much of
// one of them.
func RateFinding(ca *known.CA, c Cost) (Finding, bool) {
	l, ok := known.RateLimitsOf(ca)
	if !ok {
		return Finding{}, false
	}
	var parts []string
	add := func(n, limit int, format string, args ...any) {
		if near(n, limit) {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(c.SameSet, l.SameSetPerWeek, "%s for exactly the same names (%d a week)", count(c.SameSet, "certificate"), l.SameSetPerWeek)
	add(c.Certificates, l.CertificatesPerDomainPerWeek, "%s for %s (%d a week)", count(c.Certificates, "certificate"), c.Domain, l.CertificatesPerDomainPerWeek)
	add(c.Orders, l.NewOrdersPer3Hours, "%s of one account (%d in 3 hours)", count(c.Orders, "order"), l.NewOrdersPer3Hours)
	if len(parts) == 0 {
		return Finding{}, false
	}
	f := finding("order-near-rate-limit", "", fmt.Sprintf("%s counts %s.", ca.Name, series(parts)))
	if wait := c.Beyond(l); wait > 0 {
		f.Detail += fmt.Sprintf(" That is more than it allows at once: the last certificate comes %s after the first.", hours(wait))
	}
	if l.RenewalInfoExempt {
		f.Fix = "Order fewer certificates, or spread them. Renewals that name the certificate they replace (ARI, RFC 9773) are free of these limits."
	}
	return f, true
}

// hours is a long time in words.
func hours(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", (d+24*time.Hour-1)/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", (d+time.Hour-1)/time.Hour)
	}
	return fmt.Sprintf("%d minutes", (d+time.Minute-1)/time.Minute)
}
