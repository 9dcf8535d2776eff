package plan

import (
	"fmt"
	"strings"
)

// A Record is one to publish.
type Record struct {
	Owner, Type string
	TTL         uint32
	Data        string // RDATA in zone-file form; of a value to come, in words
	// For is the identifier, and Machine and Order whose value it is, counted
	// from 1; 0 for a record that stands for all.
	For            string
	Machine, Order int
}

// String is the record in zone-file form (RFC 1035 §5.1).
func (r Record) String() string {
	return fmt.Sprintf("%s. %d IN %s %s", r.Owner, r.TTL, r.Type, r.Data)
}

const (
	valueTTL  = 60   // of a value that is replaced soon
	steadyTTL = 3600 // of a record that stays
)

// Records are what is to be published: aliases and persistent records once,
// then a value for each identifier, order and machine that needs one.
func (p *Plan) Records() []Record {
	var rs []Record
	told := map[string]bool{}
	for _, c := range p.Challenges {
		if c.Target != c.Name && !told[c.Name] {
			told[c.Name] = true
			rs = append(rs, Record{Owner: c.Name, Type: "CNAME", TTL: steadyTTL, Data: c.Target + "."})
		}
	}
	if p.Challenge == persist01 {
		return append(rs, p.persistRecords()...)
	}
	for _, round := range p.Rounds {
		for m := range round.Machines {
			if round.Values == nil {
				continue
			}
			for _, i := range round.Orders {
				rs = append(rs, p.orderValues(i, round.First+m)...)
			}
		}
	}
	return rs
}

func contains(order []string, identifier string) bool {
	for _, n := range order {
		if n == identifier {
			return true
		}
	}
	return false
}

// orderValues are those of one machine's order.
func (p *Plan) orderValues(order, machine int) []Record {
	var rs []Record
	for _, c := range p.Challenges {
		if contains(p.Orders[order], c.Identifier) {
			rs = append(rs, p.value(c, order, machine))
		}
	}
	return rs
}

// value is a record whose text is known only once the order is placed.
func (p *Plan) value(c Challenge, order, machine int) Record {
	words := "value for " + c.Identifier
	if p.Machines > 1 {
		words += fmt.Sprintf(", machine %d", machine)
	}
	return Record{
		Owner: c.Target, Type: "TXT", TTL: valueTTL, Data: fmt.Sprintf(`"<%s>"`, words),
		For: c.Identifier, Machine: machine, Order: order + 1,
	}
}

// persistRecords are those of dns-persist-01, one a name; the policy is that
// of the widest identifier (draft-ietf-acme-dns-persist-01 §4).
func (p *Plan) persistRecords() []Record {
	var rs []Record
	at := map[string]int{}
	for _, c := range p.Challenges {
		i, ok := at[c.Target]
		if !ok {
			i = len(rs)
			at[c.Target] = i
			rs = append(rs, Record{Owner: c.Target, Type: "TXT", TTL: steadyTTL, Data: p.persistValue(false)})
		}
		if strings.HasPrefix(c.Identifier, "*.") {
			rs[i].Data = p.persistValue(true)
		}
	}
	return rs
}

func (p *Plan) persistValue(wildcard bool) string {
	issuer, account := "<issuer domain name>", p.Account
	if p.CA != nil && len(p.CA.Identities) > 0 {
		issuer = p.CA.Identities[0]
	}
	if account == "" {
		account = "<account URI>"
	}
	v := fmt.Sprintf("%s; accounturi=%s", issuer, account)
	if wildcard {
		v += "; policy=wildcard"
	}
	return fmt.Sprintf("%q", v)
}
