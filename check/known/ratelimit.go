package known

import "time"

// RateLimits are how many orders and certificates a CA allows, as buckets
// that fill up again one by one: after Refill there is room for one more.
type RateLimits struct {
	NewOrdersPer3Hours int // of one account
	NewOrderRefill     time.Duration
	// CertificatesPerDomainPerWeek counts certificates for one registered
	// domain, whoever orders them.
	CertificatesPerDomainPerWeek int
	PerDomainRefill              time.Duration
	// SameSetPerWeek counts certificates for exactly the same names, whoever
	// orders them.
	SameSetPerWeek int
	SameSetRefill  time.Duration
	// AuthorizationFailuresPerHour counts failed validations of one identifier
	// by one account, the name and its wildcard apart.
	AuthorizationFailuresPerHour int
	FailureRefill                time.Duration
	// RegistrationsPer3Hours counts new accounts from one IPv4 address, and
	// RegistrationsPer48 those from one IPv6 network of that length.
	RegistrationsPer3Hours, RegistrationsPer48 int
	RegistrationRefill, RegistrationRefill48   time.Duration
	// RenewalInfoExempt is set when renewals that name the certificate they
	// replace (RFC 9773 §5) are free of all limits.
	RenewalInfoExempt bool

	Source string
	Date   string // YYYY-MM-DD
}

// RateLimitsOf returns the limits that a CA publishes, and false when it
// publishes none that count here.
func RateLimitsOf(ca *CA) (RateLimits, bool) {
	if ca == nil || ca.ID != "letsencrypt" && ca.ID != "letsencrypt-staging" {
		return RateLimits{}, false
	}
	l := RateLimits{
		NewOrdersPer3Hours: 300, NewOrderRefill: 36 * time.Second,
		CertificatesPerDomainPerWeek: 50, PerDomainRefill: 202 * time.Minute,
		SameSetPerWeek: 5, SameSetRefill: 34 * time.Hour,
		AuthorizationFailuresPerHour: 5, FailureRefill: 12 * time.Minute,
		RegistrationsPer3Hours: 10, RegistrationRefill: 18 * time.Minute,
		RegistrationsPer48: 500, RegistrationRefill48: 22 * time.Second,
		RenewalInfoExempt: true,
		Source:            "https://letsencrypt.org/docs/rate-limits/", Date: "2026-08-05",
	}
	if ca.Staging {
		// Per domain it is 30,000 a second there, which is none.
		l.NewOrdersPer3Hours, l.NewOrderRefill = 1500, 0
		l.CertificatesPerDomainPerWeek, l.PerDomainRefill = 0, 0
		l.SameSetPerWeek, l.SameSetRefill = 30000, 0
		l.AuthorizationFailuresPerHour, l.FailureRefill = 200, 0
		l.RegistrationsPer3Hours, l.RegistrationRefill = 50, 0
	}
	return l, true
}
