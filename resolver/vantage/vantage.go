// Package vantage looks at the names of an order from other places: a CA asks
// from several continents, and a server that answers one network may be silent
// to another.
//
// A [Vantage] is an engine that exists elsewhere. It is told what to look at
// and brings back what each of its perspectives saw; what that comes to is
// for others to judge (Baseline Requirements §3.2.2.9). Start with the
// interface; each engine has a file or a folder of its own.
package vantage

import (
	"context"

	"dns01/resolver/survey"
)

// A Vantage looks from elsewhere. It is safe for concurrent use.
type Vantage interface {
	// Name is what to call it in messages: "open-mpic at mpic.example.net".
	Name() string
	// Cost says in words what looking at the target will spend there, "" when
	// nothing is counted. It asks nothing.
	Cost(Target) string
	// Look brings back what each perspective saw. Perspectives that did not
	// answer are left out, and told in Sight.Missing; the error is for an
	// engine that could not be used at all.
	Look(context.Context, Target) (Sight, error)
}

// A Target is what to look at from elsewhere.
type Target struct {
	// Survey is what is known of the order from here: its identifiers with
	// their challenge names and climbs, and the servers of each zone.
	Survey *survey.Survey
	// Values are the TXT values expected, by identifier; "" is for all of them.
	Values map[string][]string
	// Issuers are the CAA issuer domain names of the CA that will be asked.
	Issuers []string
}

// A Sight is what was seen from elsewhere.
type Sight struct {
	Perspectives []*survey.Perspective
	Missing      []Missing
	// Limits are what this engine cannot look at, a sentence each.
	Limits []string
}

// A Missing is a perspective that was asked and did not tell.
type Missing struct {
	Perspective string
	Reason      string // a clause without a full stop: "no answer within 30s"
}
