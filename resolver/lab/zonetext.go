package lab

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// defaultTTL, in seconds, of records whose text has none.
const defaultTTL = 300

// mostRecords is how many records a zone text may come to, what $GENERATE makes
// included.
const mostRecords = 100_000

// records reads the section as zone text relative to an origin.
func (s section) records(origin string) ([]dns.RR, error) {
	// As many lines before it as the text is down its file, so that the
	// parser's line numbers are the file's.
	before := fmt.Sprintf("%s$TTL %d\n", strings.Repeat("\n", max(s.line-1, 0)), defaultTTL)
	rrs, err := readRecords(before+s.text, origin)
	if err != nil {
		return nil, s.badText(err)
	}
	return rrs, nil
}

// readRecords reads zone text (RFC 1035 §5) relative to an origin.
func readRecords(text, origin string) ([]dns.RR, error) {
	text, kinds := opaque(text)
	zp := dns.NewZoneParser(strings.NewReader(text), origin, "")
	zp.SetIncludeAllowed(false)
	var rrs []dns.RR
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		settled, err := settle(rr, kinds)
		if err != nil {
			return nil, err
		}
		if rrs = append(rrs, settled); len(rrs) > mostRecords {
			return nil, fmt.Errorf("more than %d records", mostRecords)
		}
	}
	return rrs, zp.Err()
}

// position is how the parser ends its errors.
var position = regexp.MustCompile(`^(?:dns: )?(.*) at line: (\d+):\d+$`)

// badText is the parser's error, at the line of the file that it means.
func (s section) badText(err error) error {
	parts := position.FindStringSubmatch(err.Error())
	if parts == nil {
		return s.errorf("%v", err)
	}
	line, convErr := strconv.Atoi(parts[2])
	if convErr != nil {
		return s.errorf("%v", err)
	}
	return s.errorAt(line, "%s", parts[1])
}

// unplaced is the parser's error without the place.
func unplaced(err error) string {
	return position.ReplaceAllString(err.Error(), "$1")
}

// firstPrivate is the first type for private use (RFC 6895 §3.1).
const firstPrivate = 65280

var octets = regexp.MustCompile(`(?m)^([^";\n]*\s)([A-Z][A-Z0-9-]*)(\s+\\#\s)`)

// opaque gives every type whose RDATA is written as octets (RFC 3597 §5) the
// number of a private one, so that the parser takes RDATA that is not valid
// for its type. kinds holds the types meant, from firstPrivate upwards.
func opaque(text string) (replaced string, kinds []uint16) {
	replaced = octets.ReplaceAllStringFunc(text, func(m string) string {
		parts := octets.FindStringSubmatch(m)
		kind, ok := typeNamed(parts[2])
		if !ok || firstPrivate+len(kinds) > 0xFFFE {
			return m
		}
		kinds = append(kinds, kind)
		return fmt.Sprintf("%sTYPE%d%s", parts[1], firstPrivate+len(kinds)-1, parts[3])
	})
	return replaced, kinds
}

// settle gives a record back its type and reads it as a receiver would, which
// also brings all escapes in names to one form. RDATA that is not valid for
// its type stays opaque.
func settle(rr dns.RR, kinds []uint16) (dns.RR, error) {
	h := rr.Header()
	if h.Class != dns.ClassINET {
		return nil, fmt.Errorf("%s: class %s", h.Name, dns.Class(h.Class))
	}
	if i := int(h.Rrtype) - firstPrivate; i >= 0 && i < len(kinds) {
		h.Rrtype = kinds[i]
	}
	wire := make([]byte, dns.Len(rr)+64)
	end, err := dns.PackRR(rr, wire, 0, nil, false)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %v", h.Name, dns.Type(h.Rrtype), err)
	}
	read, _, err := dns.UnpackRR(wire[:end], 0)
	if err != nil {
		return opaqueRecord(rr)
	}
	if c, ok := read.(*dns.CAA); ok {
		// The library reads raw octets and packs escaped ones.
		c.Value = strings.ReplaceAll(c.Value, `\`, `\\`)
	}
	return read, nil
}

// opaqueRecord refuses octets that are not valid for a type that the lab
// itself has to understand.
func opaqueRecord(rr dns.RR) (dns.RR, error) {
	h := rr.Header()
	switch h.Rrtype {
	case dns.TypeSOA, dns.TypeNS, dns.TypeCNAME, dns.TypeDNAME:
		return nil, fmt.Errorf("%s: RDATA is not valid for %s", h.Name, dns.Type(h.Rrtype))
	}
	if raw, ok := rr.(*dns.RFC3597); ok {
		raw.Rdata = strings.ToLower(raw.Rdata)
	}
	return rr, nil
}

// typeNamed returns the number of a type given as "CAA" or "TYPE257".
func typeNamed(name string) (uint16, bool) {
	if t, ok := dns.StringToType[name]; ok {
		return t, true
	}
	var n uint16
	if _, err := fmt.Sscanf(name, "TYPE%d", &n); err != nil || name != fmt.Sprintf("TYPE%d", n) {
		return 0, false
	}
	return n, true
}
