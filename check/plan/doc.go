// Package plan says how certificates for some names are to be ordered over a
// DNS challenge so that all validation values find room: which names hold
// values, how many each has to hold at a time, whether that goes, in what
// rounds it does, what it costs against the CA's limits, and what could be
// done instead.
//
// It is pure. [Make] takes a [Request], and with it, if somebody has looked,
// what the DNS has at each challenge name; it asks nothing itself. The seed of
// it: a dozen machines that order the same two names through one acme-dns
// registration, which keeps two values.
//
// The parts, in the order in which Make goes through them: names.go says where
// the CA looks, holder.go which names hold how many values, rounds.go when
// which machine may order, cost.go what the CA's limits say, findings.go what
// is wrong, instead.go what else there is, and records.go what to publish.
package plan
