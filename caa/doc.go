// Package caa decides what a CAA record set allows (RFC 8659, RFC 8657,
// RFC 9495), as the RFCs say and as a CA's software reads them.
//
// Everything here is a pure function over what was read from the DNS. The way
// of a decision is:
//
//  1. [Climb] names what has to be looked up: the name itself without a
//     wildcard label, then each parent up to and including the TLD.
//  2. [Parse] makes a [Record] of the RDATA of each answer.
//  3. [Select] finds the relevant record set among the answers, or the failed
//     lookup that ends the climb before one (RFC 8659 §3).
//  4. [Decide] says whether a [Request] (whose certificate, for a wildcard or
//     not, by which account and method) is allowed by that set, which record
//     is responsible and why, record by record.
//
// Software differs from the RFCs in details that decide: whether issuer names
// compare without letter case, what a final semicolon does, which flag bit is
// the critical one. A [Profile] is such a reading, as data; [RFC8659] and
// [Boulder] are two. To say "allowed by the RFC, refused by this CA", decide
// twice; [Departures] says on which points they part.
//
//	set := []caa.Record{{Tag: "issue", Value: "letsencrypt.org;"}}
//	d := caa.Decide(set, caa.Request{
//		Issuers: []string{"letsencrypt.org"},
//		Method:  "dns-01",
//	}, caa.Boulder)
//	fmt.Println(d.Allowed, d.Reason) // true authorized
//
// All text that the package makes (details, errors, [Record.String]) has the
// octets of records escaped as in a zone file: it is printable ASCII.
//
// Following CNAME and DNAME is the resolver's work: records at the end of an
// alias count for the name that was asked, and the parents of the target are
// never asked (RFC 8659 §3).
package caa
