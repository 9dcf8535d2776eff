package known

import "fmt"

// extendedErrors are the words that Let's Encrypt's software has for extended
// DNS error codes (RFC 8914 §5.2). Source: letsencrypt/boulder,
// bdns/problem.go, v0.20261105.0.
var extendedErrors = map[int]string{
	0:  "Other",
	1:  "DNSSEC: Unsupported DNSKEY Algorithm",
	2:  "DNSSEC: Unsupported DS Digest Type",
	3:  "Stale Answer",
	4:  "Forged Answer",
	5:  "DNSSEC: Indeterminate",
	6:  "DNSSEC: Bogus",
	7:  "DNSSEC: Signature Expired",
	8:  "DNSSEC: Signature Not Yet Valid",
	9:  "DNSSEC: DNSKEY Missing",
	10: "DNSSEC: RRSIGs Missing",
	11: "DNSSEC: No Zone Key Bit Set",
	12: "DNSSEC: NSEC Missing",
	13: "Cached Error",
	14: "Not Ready",
	15: "Blocked",
	16: "Censored",
	17: "Filtered",
	18: "Prohibited",
	19: "Stale NXDOMAIN Answer",
	20: "Not Authoritative",
	21: "Not Supported",
	22: "No Reachable Authority",
	23: "Network Error between Resolver and Authority",
	24: "Invalid Data",
}

// ExtendedError returns the words that stand for an extended error code in
// Let's Encrypt's problem documents.
func ExtendedError(code int) string {
	if s, ok := extendedErrors[code]; ok {
		return s
	}
	return fmt.Sprintf("Unknown Extended DNS Error code %d", code)
}
