package check

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dns01/resolver/survey"
)

// breachFix says what to change, with the records at hand; "" leaves it to the
// rule.
func (az *authorization) breachFix(b breach) string {
	z := az.s.Zone(b.zone)
	switch {
	case az.registry(b.zone):
		return "Report it to the registry, and repeat the order once it is mended; nothing of yours can mend it."
	case z == nil || len(z.DS) == 0:
		return ""
	case b.rule == "dnssec-ds-mismatch":
		return az.replaceDS(z)
	case b.rule == "dnssec-dnskey-missing" || b.rule == "dnssec-signature-missing" && b.ofKeys():
		return fmt.Sprintf("Have %s signed again, with the keys and their signatures published; or leave it unsigned and remove from %s%s:%s",
			z.Name, parentOf(z), registrar(z), dsRecords(z))
	case b.rule == "dnssec-signature-missing" && b.undelegated() != "":
		return fmt.Sprintf("Add NS records for %s to %s and have that signed again, or move the records into %s.", b.undelegated(), b.zone, b.zone)
	case b.rule == "dnssec-bogus" && b.faults[0].Reason == "lookup-failed":
		return fmt.Sprintf("Have %s queries for %s answered, over UDP and TCP.", b.faults[0].rrtype, b.faults[0].name)
	}
	return ""
}

// replaceDS is the exchange of the DS records at the parent for those of the
// keys that the zone has.
func (az *authorization) replaceDS(z *survey.Zone) string {
	where := parentOf(z) + registrar(z)
	keys := az.signingKeys(z.Name)
	if len(keys) == 0 {
		return fmt.Sprintf("Put the DS record of the zone's key signing key into %s, and take out:%s", where, dsRecords(z))
	}
	fix := fmt.Sprintf("In %s, take out the first %s and put in the %s:%s", where,
		strings.TrimPrefix(count(min(len(z.DS), mostRecords), "record"), "1 "), verb(len(keys), "other", "others"), dsRecords(z))
	for _, k := range keys {
		fix += "\n" + k.ds()
	}
	return fix
}

// mostRecords is how many records of one kind a fix shows.
const mostRecords = 4

// dsRecords are the DS records at a zone's parent, a line each.
func dsRecords(z *survey.Zone) string {
	var s string
	for _, ds := range z.DS[:min(len(z.DS), mostRecords)] {
		s += fmt.Sprintf("\n%s IN DS %s", absolute(z.Name), Escape(ds))
	}
	return s
}

// A zoneKey is one DNSKEY record of a zone (RFC 4034 §2.1).
type zoneKey struct {
	zone  string
	flags uint16
	rdata []byte
}

const (
	flagZone   = 0x0100
	flagRevoke = 0x0080 // RFC 5011 §3
	flagSEP    = 0x0001
)

// keys are the DNSKEY records that any server of the zone gave, each once, in
// the order of their tags.
func (j *judge) keys(zone string) []zoneKey {
	l := j.keysAsked(zone)
	if l == nil {
		return nil
	}
	var texts []string
	for _, a := range l.Answers {
		for _, r := range a.Records {
			texts = unite(texts, []string{r.Text})
		}
	}
	var ks []zoneKey
	for _, t := range texts {
		if k, ok := parseKey(zone, t); ok {
			ks = append(ks, k)
		}
	}
	slices.SortStableFunc(ks, func(a, b zoneKey) int { return int(a.tag()) - int(b.tag()) })
	return ks
}

// signingKeys are the keys that a DS record is made for: those with the SEP
// flag, or all when none has it; four at most.
func (j *judge) signingKeys(zone string) []zoneKey {
	ks := slices.DeleteFunc(j.keys(zone), func(k zoneKey) bool { return k.flags&flagZone == 0 || k.flags&flagRevoke != 0 })
	sep := slices.DeleteFunc(slices.Clone(ks), func(k zoneKey) bool { return k.flags&flagSEP == 0 })
	if len(sep) > 0 {
		ks = sep
	}
	return ks[:min(len(ks), mostRecords)]
}

// parseKey reads DNSKEY RDATA in presentation form: flags, protocol,
// algorithm, key (RFC 4034 §2.2).
func parseKey(zone, text string) (zoneKey, bool) {
	words := strings.Fields(text)
	if len(words) < 4 {
		return zoneKey{}, false
	}
	flags, err1 := strconv.ParseUint(words[0], 10, 16)
	protocol, err2 := strconv.ParseUint(words[1], 10, 8)
	algorithm, err3 := strconv.ParseUint(words[2], 10, 8)
	key, err4 := base64.StdEncoding.DecodeString(strings.Join(words[3:], ""))
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return zoneKey{}, false
	}
	k := zoneKey{zone: zone, flags: uint16(flags)}
	k.rdata = append(binary.BigEndian.AppendUint16(nil, k.flags), byte(protocol), byte(algorithm))
	k.rdata = append(k.rdata, key...)
	return k, true
}

// tag is the key tag (RFC 4034 appendix B).
func (k zoneKey) tag() uint16 {
	var sum uint32
	for i, b := range k.rdata {
		if i&1 == 0 {
			sum += uint32(b) << 8
		} else {
			sum += uint32(b)
		}
	}
	return uint16(sum + sum>>16)
}

// ds is the DS record for the key with SHA-256, ready to paste (RFC 4034 §5,
// RFC 4509 §2.1).
func (k zoneKey) ds() string {
	digest := sha256.Sum256(append(wireName(k.zone), k.rdata...))
	return fmt.Sprintf("%s IN DS %d %d 2 %X", absolute(k.zone), k.tag(), k.rdata[3], digest)
}

// wireName is a name as it goes over the wire. Escapes do not occur in zones
// that a certificate can be about.
func wireName(name string) []byte {
	var b []byte
	if name != "." {
		for label := range strings.SplitSeq(name, ".") {
			b = append(append(b, byte(len(label))), label...)
		}
	}
	return append(b, 0)
}
