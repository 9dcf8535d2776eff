package check

import (
	"fmt"
	"time"
)

var methodRules = []*Rule{
	{
		ID: "challenge-not-offered", Subject: "challenge", Severity: Warning,
		Title:  "The CA is not known to offer this challenge type",
		Why:    "An authorization lists the challenges that can be chosen; one that is not listed cannot be. What is in the DNS is judged as if it were.",
		Fix:    "Use dns-01, or look at what the CA's authorizations list now.",
		Source: "RFC 8555 §7.1.4; https://letsencrypt.org/docs/challenge-types/",
	},
}

// explainMethod raises that the CA, as far as is known, does not offer the
// type of the challenge.
func (az *authorization) explainMethod() {
	method := az.challenge()
	if az.ca == nil || az.ca.Offers(method) {
		return
	}
	s := az.ca.MethodsAsOf()
	f := finding("challenge-not-offered", "", fmt.Sprintf("%s did not offer %s as of %s%s (%s).",
		az.ca.Name, method, s.Date, age(s.Date, az.o.Now), s.URL))
	az.raise(f, place{})
}

// age tells how long before now a day was, when that is long enough for things
// to have changed; "" otherwise.
func age(date string, now time.Time) string {
	const long = 60 * 24 * time.Hour
	day, err := time.Parse(time.DateOnly, date)
	if err != nil || now.Sub(day) < long {
		return ""
	}
	return fmt.Sprintf(", %d days before", int(now.Sub(day)/(24*time.Hour)))
}
