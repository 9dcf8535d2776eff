package dnssec

import (
	"time"

	"github.com/miekg/dns"
)

// A Status is the security of an answer (RFC 4033 §5).
type Status string

// The statuses. A resolver answers SERVFAIL for bogus and sets AD for secure;
// insecure and indeterminate answers go through unchanged.
const (
	Secure        Status = "secure"
	Insecure      Status = "insecure"      // a proven end of the signed tree above it
	Bogus         Status = "bogus"         // should be signed and does not validate
	Indeterminate Status = "indeterminate" // no trust anchor covers it, or not an answer
)

// rank orders statuses from worst to best: an answer is worth as much as its
// worst part.
func (s Status) rank() int {
	switch s {
	case Bogus:
		return 1
	case Indeterminate:
		return 2
	case Insecure:
		return 3
	case Secure:
		return 4
	}
	return 0
}

// A Reason says in one word why an answer is not secure. It does not change
// with the wording of [Verdict.Text].
type Reason string

// The reasons of bogus answers, then those of insecure ones.
const (
	SignatureExpired     Reason = "signature-expired"
	SignatureNotYetValid Reason = "signature-not-yet-valid" // before inception, or inception after expiration
	SignatureMissing     Reason = "signature-missing"
	SignatureUnfit       Reason = "signature-unfit" // its fields do not fit what it covers
	CryptoFailed         Reason = "crypto-failed"
	UnknownKey           Reason = "unknown-key"  // the zone has no key with that tag and algorithm
	KeyUnusable          Reason = "key-unusable" // no zone key bit, revoked, wrong protocol
	DNSKEYMissing        Reason = "dnskey-missing"
	DSMismatch           Reason = "ds-mismatch"
	DenialBroken         Reason = "denial-broken" // NSEC or NSEC3 absent, or proving something else
	TooManySignatures    Reason = "too-many-signatures"
	TooManyHashes        Reason = "too-many-hashes" // NSEC3
	LookupFailed         Reason = "lookup-failed"   // a DS or DNSKEY could not be fetched
	LookupNotMade        Reason = "lookup-not-made" // or could not even be asked for: it is no fault of the zone
	Other                Reason = "other"

	UnsignedDelegation   Reason = "unsigned-delegation"   // the parent proves that there is no DS
	OptOut               Reason = "opt-out"               // in an NSEC3 opt-out span
	AlgorithmUnsupported Reason = "algorithm-unsupported" // only unknown algorithms or digests in the DS set
	NSEC3Iterations      Reason = "nsec3-iterations"
	NoAnchor             Reason = "no-anchor"
)

// A Link is the place in the chain of trust that decided. Fields that have no
// meaning for a reason are zero.
type Link struct {
	Zone string // the zone whose keys were tried, or whose DS was asked; with final dot
	Name string // owner of the RRset that failed
	Type uint16 // and its type

	KeyTag     uint16    // of the signature or DS that failed last
	Inception  time.Time // of a signature
	Expiration time.Time
	Servers    []string // who gave the records
}

// A Verdict is what validation concludes from a response.
type Verdict struct {
	Status Status

	// EDE is the extended error that Unbound attaches (RFC 8914), when
	// HasEDE is set: to every bogus answer but for a few it gives up on, and
	// to indeterminate ones.
	EDE    EDE
	HasEDE bool
	// Text is the extended error's text, as Unbound words it with
	// val-log-level 2 or log-servfail: printable ASCII, empty unless bogus.
	Text string

	Reason Reason // empty when secure
	Link   Link

	// Rcode is the response's, or NOERROR when an NXDOMAIN came with a proof
	// of NODATA: Unbound then corrects it.
	Rcode int
	// Path lists the zones of the chain of trust that were passed, from the
	// trust anchor down.
	Path []Step
}

// A Step is a zone on the way from a trust anchor to an answer.
type Step struct {
	Zone   string // with final dot
	Status Status
	// Reason says why the chain ends here; empty while it goes on.
	Reason Reason
	Keys   []uint16 // tags of the zone's keys, when secure
	DS     []uint16 // tags in the DS set, or of the trust anchor
}

// typeString names a type as Unbound does.
func typeString(t uint16) string { return dns.Type(t).String() }
