package lab

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/miekg/dns"
)

// stripped removes all signatures and denials. The keys stay.
func stripped(t *tampering) error {
	if err := firstOf(t.none(), t.needsSigner()); err != nil {
		return err
	}
	t.zone.undeny()
	for _, n := range t.zone.nodes {
		delete(n, dns.TypeRRSIG)
	}
	return nil
}

// apex returns the node of the zone's own name if it has a DNSKEY set.
func (t *tampering) apex() (node, error) {
	n := t.zone.nodes[t.zone.origin]
	if len(n[dns.TypeDNSKEY]) == 0 {
		return nil, errMissed
	}
	return n, nil
}

// noDNSKEY removes the keys and their signatures.
func noDNSKEY(t *tampering) error {
	n, err := t.apex()
	if err := firstOf(t.none(), err); err != nil {
		return err
	}
	n.unsign(dns.TypeDNSKEY)
	delete(n, dns.TypeDNSKEY)
	return nil
}

// extraKeys adds so many keys that have the tag and algorithm of the ZSK, or
// of the KSK if that word follows, and verify nothing. They stand before all
// others, and the set is signed anew.
func extraKeys(t *tampering) error {
	if err := t.needsSigner(); err != nil {
		return err
	}
	of, words := t.signer.zsks[0], t.args
	if len(words) == 2 && words[1] == keySigning {
		of, words = t.signer.ksks[0], words[:1]
	}
	n, err := t.apex()
	number, countErr := count(words)
	if err := firstOf(countErr, err); err != nil {
		return err
	}
	var extra []dns.RR
	for i := range number {
		extra = append(extra, colliding(of.dnskey, uint64(i)))
	}
	n[dns.TypeDNSKEY] = append(extra, n[dns.TypeDNSKEY]...)
	t.zone.resign(t.signer, n, dns.TypeDNSKEY)
	return nil
}

// colliding makes a key with the tag of another. The tag is a sum over pairs
// of octets (RFC 4034 appendix B): those of the key in another order have it
// too. The first ones stay, since they say how to read the rest.
func colliding(k *dns.DNSKEY, seed uint64) *dns.DNSKEY {
	octets, err := base64.StdEncoding.DecodeString(k.PublicKey)
	if err != nil {
		panic("lab: reading a key: " + err.Error()) // made here
	}
	const kept = 8
	pairs := (len(octets) - kept) / 2
	rand.New(rand.NewPCG(seed, 1)).Shuffle(pairs, func(i, j int) {
		i, j = kept+2*i, kept+2*j
		octets[i], octets[j] = octets[j], octets[i]
		octets[i+1], octets[j+1] = octets[j+1], octets[i+1]
	})
	other := dns.Copy(k).(*dns.DNSKEY)
	other.PublicKey = base64.StdEncoding.EncodeToString(octets)
	return other
}

// ds returns the node and the DS set that the line is about.
func (t *tampering) ds() (located, error) {
	n := t.zone.nodes[t.name]
	if len(n[dns.TypeDS]) == 0 {
		return located{}, errMissed
	}
	return located{n, dns.TypeDS}, nil
}

// replaceDS puts another set in its place and signs it, if the zone is signed.
func (t *tampering) replaceDS(at located, set []dns.RR) {
	at.node[at.kind] = set
	if t.signer != nil {
		t.zone.resign(t.signer, at.node, at.kind)
	}
}

// wrongDS falsifies the digests that a parent has, and signs them.
func wrongDS(t *tampering) error {
	at, err := t.ds()
	if err := firstOf(t.none(), err); err != nil {
		return err
	}
	t.replaceDS(at, falsified(at.records()))
	return nil
}

// extraDS adds so many DS records with the key tag and algorithm of the first
// and other digests, before all others, and signs the set anew.
func extraDS(t *tampering) error {
	at, err := t.ds()
	number, countErr := count(t.args)
	if err := firstOf(countErr, err); err != nil {
		return err
	}
	first, ok := at.records()[0].(*dns.DS)
	if !ok {
		return fmt.Errorf("the DS record cannot be read")
	}
	var extra []dns.RR
	for i := range number {
		ds := dns.Copy(first).(*dns.DS)
		octets, err := hex.DecodeString(ds.Digest)
		if err != nil || len(octets) < 2 {
			return fmt.Errorf("the DS record has no digest")
		}
		octets[0], octets[1] = octets[0]^byte((i+1)>>8), octets[1]^byte(i+1)
		ds.Digest = hex.EncodeToString(octets)
		extra = append(extra, ds)
	}
	t.replaceDS(at, append(extra, at.records()...))
	return nil
}
