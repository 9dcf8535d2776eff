package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// denialOwner returns the owner of the denial record for the name of the line,
// or else of the one that covers it.
func (t *tampering) denialOwner() (string, error) {
	if owner, ok := t.zone.matching(t.name); ok {
		return owner, nil
	}
	if owner, ok := t.zone.covering(t.name); ok {
		return owner, nil
	}
	return "", errMissed
}

// denial returns the node that has the denial record at an owner, and its type.
func (t *tampering) denial(owner string) located {
	if t.zone.chain.param != nil {
		return located{t.zone.hashed[owner], dns.TypeNSEC3}
	}
	return located{t.zone.nodes[owner], dns.TypeNSEC}
}

// alter changes the denial record of the line's name, and signs it anew.
func (t *tampering) alter(change func(rr dns.RR) error) error {
	if err := t.needsSigner(); err != nil {
		return err
	}
	owner, err := t.denialOwner()
	if err != nil {
		return err
	}
	at := t.denial(owner)
	rr := dns.Copy(at.records()[0])
	if err := change(rr); err != nil {
		return err
	}
	at.node[at.kind] = []dns.RR{rr}
	t.zone.resign(t.signer, at.node, at.kind)
	return nil
}

// noDenial removes all NSEC and NSEC3 records.
func noDenial(t *tampering) error {
	if err := t.none(); err != nil {
		return err
	}
	if len(t.zone.chain.owners) == 0 {
		return errMissed
	}
	t.zone.undeny()
	return nil
}

func (z *zone) undeny() {
	z.hashed = map[string]node{}
	for _, n := range z.nodes {
		n.unsign(dns.TypeNSEC)
		delete(n, dns.TypeNSEC)
	}
}

// dropNSEC leaves the denial record of exactly a name out of all proofs.
func dropNSEC(t *tampering) error {
	owner, ok := t.zone.matching(t.name)
	if !ok {
		return firstOf(t.none(), errMissed)
	}
	t.zone.chain.withheld[owner] = true
	return t.none()
}

// dropCover leaves the denial record that covers a name out of all proofs.
func dropCover(t *tampering) error {
	owner, ok := t.zone.covering(t.name)
	if _, exact := t.zone.matching(t.name); exact || !ok {
		return firstOf(t.none(), errMissed)
	}
	t.zone.chain.withheld[owner] = true
	return t.none()
}

// bitmap adds types to what a denial record says is there, or takes them away.
func bitmap(t *tampering) error {
	if len(t.args) == 0 {
		return fmt.Errorf("want +TYPE or -TYPE")
	}
	return t.alter(func(rr dns.RR) error {
		for _, w := range t.args {
			kind, known := typeNamed(strings.TrimLeft(w, "+-"))
			if !known || w[0] != '+' && w[0] != '-' {
				return fmt.Errorf("%q is not +TYPE or -TYPE", w)
			}
			types := typesIn(rr)
			*types = slices.DeleteFunc(slices.Clone(*types), func(k uint16) bool { return k == kind })
			if w[0] == '+' {
				*types = append(*types, kind)
				slices.Sort(*types)
			}
		}
		return nil
	})
}

func typesIn(rr dns.RR) *[]uint16 {
	if nsec3, ok := rr.(*dns.NSEC3); ok {
		return &nsec3.TypeBitMap
	}
	return &rr.(*dns.NSEC).TypeBitMap
}

// nsecNext has a denial record lead to another name.
func nsecNext(t *tampering) error {
	if len(t.args) != 1 {
		return fmt.Errorf("want the name that comes next")
	}
	next, err := absolute(t.args[0])
	if err != nil {
		return err
	}
	return t.alter(func(rr dns.RR) error {
		switch rr := rr.(type) {
		case *dns.NSEC:
			rr.NextDomain = next
		case *dns.NSEC3:
			rr.NextDomain = dns.HashName(next, dns.SHA1, rr.Iterations, rr.Salt)
		}
		return nil
	})
}

// setOptOut sets the opt-out flag of an NSEC3 record, or clears it.
func setOptOut(set bool) func(*tampering) error {
	return func(t *tampering) error {
		if err := t.none(); err != nil {
			return err
		}
		return t.alter(func(rr dns.RR) error {
			nsec3, ok := rr.(*dns.NSEC3)
			if !ok {
				return fmt.Errorf("the zone has NSEC, not NSEC3")
			}
			nsec3.Flags &^= optOutFlag
			if set {
				nsec3.Flags |= optOutFlag
			}
			return nil
		})
	}
}
