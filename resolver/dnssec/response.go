package dnssec

import (
	"context"

	"github.com/miekg/dns"
)

// A Response is a resolver's reply to a question before validation. Answer has
// the whole alias chain in order, a CNAME made from a DNAME after its DNAME.
// Authority has what the last server said, and before it the NSEC and NSEC3
// sets that came with the aliases: they prove what a wildcard alias needs.
// Both sections are scrubbed (nothing from outside the zone that was asked,
// nothing off the chain) and keep their RRSIG records, which may stand
// anywhere in their section.
type Response struct {
	Name  string // as asked, with or without final dot
	Type  uint16
	Rcode int

	Answer    []dns.RR
	Authority []dns.RR

	// Server is the address that the last part came from; Via are those
	// that gave the aliases before, last first. They are named in reasons
	// and avoided when the answer turns out to be bogus. Empty means unknown.
	Server string
	Via    []string

	// Failed means that there is no usable answer: SERVFAIL or timeout.
	Failed bool
	// Unsent means, with Failed, that nobody could be asked.
	Unsent bool
	// Detail says why, in the words that Unbound's iterator has for it
	// ("upstream server timeout"), printable ASCII. Empty reads
	// "misc failure".
	Detail string
}

// A Fetch looks a question up without validating it. Servers in avoid gave
// bogus answers to the same question: others come first, but when there are
// no others they may be asked again, or the earlier answer be given again.
// DS is asked of the parent's servers. It is called concurrently, and returns
// soon when ctx ends.
type Fetch func(ctx context.Context, name string, qtype uint16, avoid []string) Response

// servers returns every address that had a part in r, last first. One that
// gave several aliases is named as often, as Unbound does.
func (r Response) servers() []string {
	var all []string
	for _, s := range append([]string{r.Server}, r.Via...) {
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

// origin is the servers that a reason names as where r came from: a lookup that
// failed came from nowhere, and its detail tells whom it asked.
func (r Response) origin() []string {
	if r.Failed {
		return nil
	}
	return r.servers()
}

// failedReason is the reason of what needs a response that failed.
func (r Response) failedReason() Reason {
	if r.Unsent {
		return LookupNotMade
	}
	return LookupFailed
}

// detail is the text that Unbound sets in brackets after a failed lookup.
func (r Response) detail() string {
	if r.Detail == "" {
		return "[misc failure]"
	}
	return "[" + r.Detail + "]"
}

// answersAnything reports whether r is an answer that can be validated: other
// rcodes assert nothing, and signatures are not signed.
func (r Response) answersAnything() bool {
	if r.Failed || r.Rcode != dns.RcodeSuccess && r.Rcode != dns.RcodeNameError {
		return false
	}
	return r.Type != dns.TypeRRSIG || r.Rcode != dns.RcodeSuccess || len(r.Answer) == 0
}

// A message is a response made ready for validation.
type message struct {
	q         name
	qtype     uint16
	rcode     int
	answer    []*rrset
	authority []*rrset
	servers   []string
}

// newMessage groups the records of r.
func newMessage(r Response, limits Limits) (*message, bool) {
	q, ok := parseName(r.Name)
	if !ok {
		return nil, false
	}
	sets := group(limits.SignaturesPerRRset, r.Answer, r.Authority)
	return &message{
		q: q, qtype: r.Type, rcode: r.Rcode,
		answer: sets[0], authority: sets[1],
		servers: r.servers(),
	}, true
}

// find returns the set of that owner and type, or nil.
func find(sets []*rrset, owner name, rtype uint16) *rrset {
	for _, s := range sets {
		if s.owner == owner && s.rtype == rtype {
			return s
		}
	}
	return nil
}

func ofType(sets []*rrset, rtype uint16) []*rrset {
	var out []*rrset
	for _, s := range sets {
		if s.rtype == rtype {
			out = append(out, s)
		}
	}
	return out
}
