package caa

// A Reason is why a record, or a whole set, allows or refuses. Its values are
// stable.
type Reason string

// Reasons that allow.
const (
	NoRecords          Reason = "no-records"           // there is no set: any CA may issue
	NoRelevantProperty Reason = "no-relevant-property" // the set says nothing about this kind of name
	Authorized         Reason = "authorized"
	AccountUnknown     Reason = "account-unknown" // allowed if our account is the one named
	MethodUnknown      Reason = "method-unknown"  // allowed if our method is among those named
)

// Reasons that refuse.
const (
	OtherIssuer      Reason = "other-issuer"      // another CA is named
	Nobody           Reason = "nobody"            // the issuer is empty
	WildcardExcluded Reason = "wildcard-excluded" // issuewild refuses what issue would allow
	AccountMismatch  Reason = "account-mismatch"  // accounturi names another account
	MethodForbidden  Reason = "method-forbidden"  // validationmethods lacks the method
	CriticalUnknown  Reason = "critical-unknown"  // a critical property that is not known
	Malformed        Reason = "malformed"         // names the CA, and cannot be parsed
	Misspelled       Reason = "misspelled"        // close to the CA's identity, and not equal
)

// NotRelevant is the reason of a record that has no part in the decision.
const NotRelevant Reason = "not-relevant"

// blame orders the reasons that refuse: when no record authorises, the one
// that came closest is responsible, since mending it is what was meant.
func (r Reason) blame() int {
	switch r {
	case CriticalUnknown:
		return 7
	case AccountMismatch:
		return 6
	case MethodForbidden:
		return 5
	case Malformed:
		return 4
	case Misspelled:
		return 3
	case OtherIssuer:
		return 2
	case Nobody:
		return 1
	}
	return 0
}
