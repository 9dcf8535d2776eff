package plan

import (
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"dns01/check"
	"dns01/check/known"
)

// cost counts what the orders take of the CA's limits, and how long those
// spread them.
func (p *Plan) cost() (check.Cost, time.Duration) {
	c := check.Cost{Orders: len(p.Orders) * ((p.Machines + p.Accounts - 1) / p.Accounts)}
	if len(p.Orders) > 0 {
		c.SameSet = p.Machines
	}
	var domains []string
	certificates := map[string]int{}
	for _, order := range p.Orders {
		var in []string
		for _, n := range order {
			in = append(in, registered(n))
		}
		for _, d := range unique(in) {
			domains = unique(append(domains, d))
			certificates[d] += p.Machines
		}
	}
	for _, d := range domains {
		if certificates[d] > c.Certificates {
			c.Certificates, c.Domain = certificates[d], d
		}
	}
	l, ok := known.RateLimitsOf(p.CA)
	if !ok {
		return c, 0
	}
	return c, c.Beyond(l)
}

// registered is the domain that the CA counts certificates for: one label
// more than a public suffix, those of private operators included.
func registered(identifier string) string {
	name := strings.TrimPrefix(identifier, "*.")
	d, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name
	}
	return d
}
