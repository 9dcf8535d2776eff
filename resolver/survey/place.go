package survey

import "net/netip"

// A Place is where a sought value stands, which is not where it is looked
// for. A wildcard does not make one: a random sibling of the name lacks the
// value.
type Place struct {
	Challenge string // where the value belongs
	Value     string // raw octets
	Name      string // where it stands
	How       Astray
	Zone      string // that has Name
	Server    string // that was asked
	Addr      netip.Addr
	Exchanges []Exchange
}

// An Astray is how a name differs from the one at which a value belongs.
type Astray string

// The ways in which values go astray. Base is the identifier without "*.",
// Zone the one that Base lies in.
const (
	ZoneDoubled      Astray = "zone-doubled"      // _acme-challenge.Base.Zone
	ChallengeDoubled Astray = "challenge-doubled" // _acme-challenge._acme-challenge.Base
	AtBase           Astray = "at-base"           // Base
	OneUp            Astray = "one-up"            // _acme-challenge, one label less of Base
	AtApex           Astray = "at-apex"           // _acme-challenge.Zone
	OneDown          Astray = "one-down"          // _acme-challenge.www.Base
	LiteralWildcard  Astray = "literal-wildcard"  // _acme-challenge.*.Base
	Misspelt         Astray = "misspelt"          // acme-challenge.Base and others
	PersistName      Astray = "persist-name"      // _validation-persist.Base
	BelowTarget      Astray = "below-target"      // _acme-challenge.Target of the aliases
	AboveTarget      Astray = "above-target"      // Target without its _acme-challenge label
	TargetDoubled    Astray = "target-doubled"    // Target.Zone of the target
)

// A Covering is what a wildcard has to do with the base name of an
// identifier. A record below the base name makes the name exist, and then the
// wildcard does not answer for it any more (RFC 4592 §2.2.1).
type Covering struct {
	Base  string
	Above string // the wildcard stands right below this name, or further up
	Zone  string
	// Exists is set when the base name exists all the same, without any
	// address: because of what is below it.
	Exists    bool
	Server    string // that was asked
	Exchanges []Exchange
}
