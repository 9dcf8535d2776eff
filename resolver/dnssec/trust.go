package dnssec

import (
	"context"

	"github.com/miekg/dns"
)

// A Trust is where a zone stands in the chain of trust.
type Trust struct {
	// Zone is the zone that the name is in: the name itself when it is an
	// apex, or the unsigned or bad zone above it at which the chain ends.
	Zone   string
	Status Status
	Keys   []*dns.DNSKEY // of Zone, when secure
	// Verdict has the reason when the status is not secure: its Text is
	// worded for the question DNSKEY of the name.
	Verdict Verdict
}

// Trust walks from the closest trust anchor to a zone and says what it found.
// A name that is none, or that no anchor covers, is indeterminate.
func (v *Validator) Trust(ctx context.Context, zone string) Trust {
	n, ok := parseName(zone)
	a := v.anchorFor(n)
	if !ok || a == nil {
		return Trust{Zone: zone, Status: Indeterminate, Verdict: Verdict{
			Status: Indeterminate, Reason: NoAnchor, EDE: EDEIndeterminate, HasEDE: true,
		}}
	}
	wk := v.descend(ctx, a, n, false)
	t := Trust{Zone: wk.end.zone.String(), Status: wk.end.status()}
	t.Verdict = wk.verdict(n)
	if wk.end.state == nodeSigned {
		for _, rr := range wk.end.keys.set.rrs {
			if k, ok := rr.(*dns.DNSKEY); ok {
				t.Keys = append(t.Keys, k)
			}
		}
	}
	return t
}

// verdict is that of a walk by itself.
func (wk walk) verdict(q name) Verdict {
	n := wk.end
	d := Verdict{Status: n.status(), Reason: n.fault.reason, Link: n.fault.link, Path: wk.path}
	switch n.state {
	case nodeSigned:
		d.Reason, d.Link = "", Link{}
	case nodeBad:
		t := append(trail(nil), n.trail...)
		t.fault(fault{text: "while building chain of trust", ede: n.fault.ede})
		d.Text = t.text(q, dns.TypeDNSKEY)
		if n.fault.ede != edeNone {
			d.EDE, d.HasEDE = moreSpecific(EDEBogus, t.ede()), true
		}
	}
	return d
}
