package lab

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// A located set is the node that has a record set, and its type.
type located struct {
	node
	kind uint16
}

// set finds the set that the line is about. NSEC3 records are found by the
// name that they are about, or else that they cover.
func (t *tampering) set() (located, error) {
	n := t.zone.nodes[t.name]
	if t.kind == dns.TypeNSEC3 {
		owner, err := t.denialOwner()
		if err != nil {
			return located{}, err
		}
		n = t.zone.hashed[owner]
	}
	if len(n[t.kind]) == 0 {
		return located{}, errMissed
	}
	return located{n, t.kind}, nil
}

// records returns the set itself.
func (l located) records() []dns.RR { return l.node[l.kind] }

// change replaces the signatures over the set.
func (l located) change(f func(sigs []dns.RR) []dns.RR) error {
	sigs := l.node.signatures(l.kind)
	if len(sigs) == 0 {
		return errMissed
	}
	l.node.unsign(l.kind)
	if changed := f(sigs); len(changed) > 0 {
		l.node[dns.TypeRRSIG] = append(l.node[dns.TypeRRSIG], changed...)
	}
	return nil
}

// spoilt returns a signature that differs from another in its last octets.
func spoilt(rr dns.RR, by uint16) dns.RR {
	sig := dns.Copy(rr).(*dns.RRSIG)
	octets, err := base64.StdEncoding.DecodeString(sig.Signature)
	if err != nil || len(octets) < 2 {
		return sig
	}
	octets[len(octets)-1] ^= byte(by)
	octets[len(octets)-2] ^= byte(by >> 8)
	sig.Signature = base64.StdEncoding.EncodeToString(octets)
	return sig
}

// badSig spoils the signatures over a set.
func badSig(t *tampering) error {
	set, err := t.set()
	if err := firstOf(err, t.none()); err != nil {
		return err
	}
	return set.change(func(sigs []dns.RR) []dns.RR {
		for i, sig := range sigs {
			sigs[i] = spoilt(sig, 0xffff)
		}
		return sigs
	})
}

// noSig removes the signatures over a set.
func noSig(t *tampering) error {
	set, err := t.set()
	if err := firstOf(err, t.none()); err != nil {
		return err
	}
	return set.change(func([]dns.RR) []dns.RR { return nil })
}

// extraSigs puts so many signatures before the right one that have its key tag
// and fit nothing.
func extraSigs(t *tampering) error {
	set, err := t.set()
	n, countErr := count(t.args)
	if err := firstOf(countErr, err); err != nil {
		return err
	}
	return set.change(func(sigs []dns.RR) []dns.RR {
		var all []dns.RR
		for i := range n {
			all = append(all, spoilt(sigs[0], uint16(i+1)))
		}
		return append(all, sigs...)
	})
}

// unknownKeyTag signs a set with a key of the zone that is not published.
func unknownKeyTag(t *tampering) error {
	set, err := t.set()
	if err := firstOf(err, t.none(), t.needsSigner()); err != nil {
		return err
	}
	return set.change(func([]dns.RR) []dns.RR {
		return signedBy(t.build.keys.unpublished(t.signer), t.signer, set.records())
	})
}

// swapSigner signs a set with the keys, and in the name, of another zone.
func swapSigner(t *tampering) error {
	set, err := t.set()
	if err := firstOf(err, t.needsSigner()); err != nil {
		return err
	}
	if len(t.args) != 1 {
		return fmt.Errorf("want the zone that signs instead")
	}
	origin, err := absolute(t.args[0])
	if err != nil {
		return err
	}
	other := t.build.signers[origin]
	if other == nil {
		return fmt.Errorf("%s is not among the signed zones", t.args[0])
	}
	return set.change(func([]dns.RR) []dns.RR {
		return signedBy(other.zsks, other, set.records())
	})
}

func signedBy(keys []*key, s *zoneSigner, set []dns.RR) []dns.RR {
	var sigs []dns.RR
	for _, k := range keys {
		sigs = append(sigs, k.complete(s.template(k, set), set))
	}
	return sigs
}

// resign signs a set anew, with times and other fields as the words say: those
// of a sign line about time, by=ksk or by=zsk, labels=N, ttl=N, signer=NAME.
func resign(t *tampering) error {
	set, err := t.set()
	if err := firstOf(err, t.needsSigner()); err != nil {
		return err
	}
	if len(t.args) == 0 {
		return fmt.Errorf("want what to sign otherwise")
	}
	a := anew{zoneSigner: *t.signer, keys: t.signer.keysFor(t.kind)}
	for _, w := range t.args {
		if err := a.word(w); err != nil {
			return err
		}
	}
	return set.change(func([]dns.RR) []dns.RR { return a.sign(set.records()) })
}

// anew is how a set is signed again.
type anew struct {
	zoneSigner
	keys        []*key
	labels, ttl *uint16
}

func (a *anew) word(w string) (err error) {
	key, value, _ := strings.Cut(w, "=")
	switch key {
	case "expired", "future", "inception", "expiration":
		return a.signing.word(w)
	case "by":
		a.keys = a.zsks
		if value == "ksk" {
			a.keys = a.ksks
		}
		return oneOf(value, "ksk", "zsk")
	case "signer":
		a.origin, err = absolute(value)
		return err
	case "labels", "ttl":
		n, err := parseUint16(value)
		if key == "labels" {
			n = min(n, 255)
			a.labels = &n
		} else {
			a.ttl = &n
		}
		return err
	}
	return fmt.Errorf("unknown word %q", w)
}

func (a *anew) sign(set []dns.RR) []dns.RR {
	var sigs []dns.RR
	for _, k := range a.keys {
		sig := a.template(k, set)
		if a.labels != nil {
			sig.Labels = uint8(*a.labels)
		}
		if a.ttl != nil {
			sig.OrigTtl = uint32(*a.ttl)
		}
		sigs = append(sigs, k.complete(sig, set))
	}
	return sigs
}

// firstOf returns the first error there is.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
