package report

import "dns01/check/known"

// caName is what to call a CA in a sentence.
func caName(ca *known.CA) string {
	if ca == nil {
		return "the CA"
	}
	return ca.Name
}
