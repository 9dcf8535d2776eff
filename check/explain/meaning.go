package explain

import (
	"slices"
	"time"
)

// A kind says what an event tells.
type kind int

const (
	problem kind = iota
	success      // a certificate was issued, or a validation passed for good
	attempt      // a new attempt begins
	idle         // nothing was to be done
)

// A meaning is what an error means. Its texts may hold {name}, {ident},
// {type}, {n}, {word} and {seen}.
type meaning struct {
	kind     kind
	tier     tier
	byCA     bool // said by a CA
	broad    bool // the reason often stands beside it
	order    bool // it concerns the order as a whole: what was before it is past
	category Category
	stage    Stage
	retry    Retry
	culprit  Culprit
	cleans   bool          // of the clean-up: what a client says next is about that
	acme     string        // the ACME problem type that goes with it (RFC 8555 §6.7)
	qtype    string        // the record type that {name} was looked up for
	wait     time.Duration // until a retry may pass, where the text tells no time
	what     string        // what happened, a sentence
	advice   string        // what to do
	findings []string      // rules of dns01 check that may be behind it
	forms    []string
}

// meanings are all rows. Which comes first does not matter.
func meanings() []*meaning {
	return slices.Concat(
		txtMeanings(), persistMeanings(), lookupMeanings(), caaMeanings(), nameMeanings(), policyMeanings(), orderMeanings(),
		limitMeanings(), internalMeanings(), stateMeanings(), otherChallengeMeanings(), precheckMeanings(), providerMeanings(), clientMeanings(), accountMeanings(), networkMeanings(), panelMeanings(),
		webServerMeanings(), typeMeanings(), summaryMeanings(), progressMeanings(),
	)
}
