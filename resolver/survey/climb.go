package survey

import (
	"strings"

	"github.com/miekg/dns"

	"dns01/caa"
)

// wanted says what is looked up for a name. Where only CAA counts, a name
// whose challenge name would be too long can be looked up all the same.
func (t Target) wanted(name string) Identifier {
	id := t.identifier(name)
	base := strings.TrimPrefix(name, "*.")
	if _, ok := dns.IsDomainName(base); t.OnlyCAA && ok && base != "" && len(base) <= 253 {
		id.Invalid, id.CAA = "", caa.Climb(name)
	}
	return id
}

// climb looks up CAA for an identifier and nothing else. The walk down to the
// zones asks for NS: a registry that fails for the type CAA does not hide its
// delegations.
func (t *taker) climb(id Identifier) {
	if id.Invalid != "" {
		return
	}
	way := Question{strings.TrimPrefix(id.Name, "*."), "NS"}
	for _, name := range id.CAA {
		t.resolve(Question{name, "CAA"}, way, 0)
	}
}
