package dnssec

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Config is what a [Validator] works with.
type Config struct {
	// Anchors are DS or DNSKEY records of any zones. Without any, every
	// answer is indeterminate.
	Anchors []dns.RR
	// Now is the clock against which signatures are held. Required.
	Now func() time.Time
	// Fetch gets the DS and DNSKEY records of the chain of trust. Required.
	Fetch Fetch
	// Skew is how long before inception and after expiration a signature
	// still counts. The CA's resolver has zero.
	Skew time.Duration
	// Support is what can be checked; the zero value is [Unbound].
	Support Support
	// Limits bound the work; zero fields are those of [DefaultLimits].
	Limits Limits
}

// Limits bound what a hostile zone can cost.
type Limits struct {
	// Restarts is how often another server is asked after a bogus answer.
	Restarts int
	// SignaturesPerRRset is how many signatures of one RRset are looked at.
	SignaturesPerRRset int
	// SignatureChecks is how many of them are tried with a key; one more
	// and the RRset is bogus (CVE-2023-50387).
	SignatureChecks int
	// Pauses is how often a validation may use up SignatureBatch or
	// HashBatch and go on; then it is given up.
	Pauses         int
	SignatureBatch int
	HashBatch      int // new NSEC3 hashes (CVE-2023-50868)
	// DigestMismatches is how many keys with the tag and algorithm of a DS
	// may differ from it.
	DigestMismatches int
	// NSEC3Iterations is the most additional iterations that are computed;
	// records with more make an answer insecure (RFC 9276 §3.2).
	NSEC3Iterations int
	// AnyRRsets is how many RRsets of an answer to ANY are validated.
	AnyRRsets int
}

// DefaultLimits returns Unbound's numbers (validator.c, val_sigcrypt.c,
// val_utils.c, val_nsec3.h; val-max-restart, iter-scrub-rrsig and
// val-nsec3-keysize-iterations by default).
func DefaultLimits() Limits {
	return Limits{
		Restarts:           5,
		SignaturesPerRRset: 8,
		SignatureChecks:    8,
		Pauses:             16,
		SignatureBatch:     8,
		HashBatch:          8,
		DigestMismatches:   4,
		NSEC3Iterations:    150,
		AnyRRsets:          24,
	}
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ have, def *int }{
		{&l.Restarts, &d.Restarts},
		{&l.SignaturesPerRRset, &d.SignaturesPerRRset},
		{&l.SignatureChecks, &d.SignatureChecks},
		{&l.Pauses, &d.Pauses},
		{&l.SignatureBatch, &d.SignatureBatch},
		{&l.HashBatch, &d.HashBatch},
		{&l.DigestMismatches, &d.DigestMismatches},
		{&l.NSEC3Iterations, &d.NSEC3Iterations},
		{&l.AnyRRsets, &d.AnyRRsets},
	} {
		if *f.have == 0 {
			*f.have = *f.def
		}
	}
	return l
}

// A Validator judges responses. It remembers every zone of the chain of trust
// that it has judged, so it is meant for one run. It is safe for concurrent
// use.
type Validator struct {
	cfg     Config
	anchors map[name]*anchor
	crypto  Verify

	mu    sync.Mutex
	nodes map[nodeKey]*nodeEntry
	asks  map[askKey]*askEntry
}

// New returns a Validator that knows no zone yet.
func New(c Config) *Validator {
	if c.Support.Algorithms == nil && c.Support.Digests == nil {
		c.Support = Unbound()
	}
	if c.Support.Verify == nil {
		c.Support.Verify = VerifySignature
	}
	c.Limits = c.Limits.orDefault()
	return &Validator{
		cfg:     c,
		anchors: newAnchors(c.Anchors, c.Support),
		crypto:  c.Support.Verify,
		nodes:   make(map[nodeKey]*nodeEntry),
		asks:    make(map[askKey]*askEntry),
	}
}

// Resolve fetches an answer and validates it. While it is bogus, other
// servers are asked, as Unbound does: one server with good answers is enough.
// The response returned is the one that the verdict is about.
func (v *Validator) Resolve(ctx context.Context, name string, qtype uint16) (Response, Verdict) {
	r := v.cfg.Fetch(ctx, name, qtype, nil)
	verdict := v.Validate(ctx, r)
	if verdict.Status != Bogus {
		return r, verdict
	}
	fetch := func(avoid []string) Response { return v.cfg.Fetch(ctx, name, qtype, avoid) }
	v.elsewhere(ctx, r, fetch, func(next Response) (good bool) {
		r, verdict = next, v.Validate(ctx, next)
		return verdict.Status != Bogus
	})
	return r, verdict
}

// elsewhere fetches again until judge finds the reply good, each time avoiding
// the servers that gave the ones before; r is the first of those. It ends when
// no other server answers: what a server that is already known to be bad says
// would be the same again, and a failure says less than what is wrong with an
// answer.
func (v *Validator) elsewhere(ctx context.Context, r Response, fetch func(avoid []string) Response, judge func(Response) (good bool)) {
	avoid, more := avoiding(nil, r)
	for try := 0; more && try < v.cfg.Limits.Restarts && ctx.Err() == nil; try++ {
		next := fetch(avoid)
		avoid, more = avoiding(avoid, next)
		if more && !next.Failed && judge(next) {
			return
		}
	}
}

// avoiding adds the servers of a response to those to avoid. more is false
// when all of them were there.
func avoiding(avoid []string, r Response) (all []string, more bool) {
	all = slices.Clone(avoid)
	for _, s := range r.servers() {
		if !slices.Contains(all, s) {
			all = append(all, s)
			more = true
		}
	}
	return all, more
}
