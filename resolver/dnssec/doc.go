// Package dnssec concludes from a DNS answer what a validating resolver would:
// secure, insecure, bogus or indeterminate (RFC 4033 §5), and why. It is made
// to agree with Unbound, which the CA asks: the same answers pass, and those
// that fail do so with the same extended error and the same words, since these
// reach the CA's message.
//
// It asks nothing by itself. An iterator delivers a [Response], the whole
// answer to a question with its alias chain; a [Fetch] function gets the DS
// and DNSKEY records of the chain of trust:
//
//	v := dnssec.New(dnssec.Config{Anchors: anchors, Now: time.Now, Fetch: fetch})
//	verdict := v.Validate(ctx, response)          // judges this response
//	response, verdict = v.Resolve(ctx, name, dns.TypeTXT) // fetches; tries other servers while bogus
//	trust := v.Trust(ctx, "example.com")          // where a zone stands
//
// The way of a validation (judge.go):
//
//  1. [Validator.Validate] cuts the response into parts, one an alias, each
//     with a signer of its own (classify.go).
//  2. For each part it walks from the closest trust anchor (anchor.go) down to
//     the signer, or to the name when nothing is signed: a DS question at
//     every label, the keys of every zone that has one (chain.go, ds.go,
//     keys.go). What was found at a name is remembered for the life of the
//     Validator, and concurrent validations share each lookup (ask.go).
//  3. With the keys it checks every RRset of the part (prove.go, signature.go,
//     canonical.go; the cryptography stands behind one function in crypto.go),
//     and then what the part asserts: that a wildcard applied, that a type or
//     a name does not exist (denial.go, nsec.go, nsec3.go).
//
// Names are compared and ordered in wire form (name.go). A [Verdict] is the
// worst of the parts. Work is bounded whatever the zone says (work.go,
// [Limits]).
//
// # What is supported
//
// Algorithms and digests are data: [Support], by default those of [Unbound].
// Two are not in Go's standard library and stand here, for verification only:
// RSA with moduli under 1024 bits, which crypto/rsa refuses and Unbound takes
// (rsa.go), and Ed448 (ed448.go). DSA, RSA/MD5 and GOST are unknown to the
// resolver as it is distributed, so zones with nothing else are insecure.
//
// # Where it differs from Unbound on purpose
//
//   - What was remembered reads as it did the first time. Unbound words the
//     second failure in a zone as "key for validation … is marked as invalid
//     because of a previous …" for a minute.
//   - A reply that is bogus is fetched again only while other servers answer;
//     Unbound asks five times even if there is one server.
//   - There is no cache of denials: nothing is synthesised from NSEC records
//     that were seen before (RFC 8198).
//   - The additional section is not looked at, and TTLs are not lowered.
//   - Questions without the RD bit, which may be answered by referrals, do not
//     arise.
//   - The words are those of Unbound's current release. Before 1.23 or so,
//     "No DNSKEY record" came without the bracket behind it.
package dnssec
