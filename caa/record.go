package caa

import "fmt"

// A Record is one CAA property as it stands on the wire (RFC 8659 §4.1).
type Record struct {
	Flags uint8
	Tag   string // as published, letter case kept
	Value string // raw octets
}

// Critical reports whether the Issuer Critical Flag is set (RFC 8659 §4.1:
// bit 0, the one of value 128).
func (r Record) Critical() bool { return r.Flags&flagCritical != 0 }

// flagCritical is the Issuer Critical Flag.
const flagCritical = 0x80

// A SyntaxError says why octets or text are not what the grammar asks for.
type SyntaxError struct {
	What string // what was read: "RDATA", "issue value", "record text"
	Why  string // escaped, without final dot
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("CAA %s: %s", e.What, e.Why) }

// Parse reads the RDATA of a CAA record: flags, tag length, tag and value
// (RFC 8659 §4.1). The error is a *[SyntaxError].
//
// It refuses what cannot be taken apart, a tag longer than the RDATA, since a
// CA cannot use such an answer at all. RDATA that ends before the tag gives an
// empty tag, and octets that a tag may not have are kept: to a CA both are
// properties it does not know. [Record.TagFault] tells.
func Parse(rdata []byte) (Record, error) {
	var r Record
	if len(rdata) > 0 {
		r.Flags = rdata[0]
	}
	if len(rdata) < 2 {
		return r, nil
	}
	n, rest := int(rdata[1]), rdata[2:]
	if n > len(rest) {
		return Record{}, &SyntaxError{"RDATA", fmt.Sprintf("the tag has %d octets, and only %d follow", n, len(rest))}
	}
	r.Tag, r.Value = string(rest[:n]), string(rest[n:])
	return r, nil
}

// TagFault says how the tag breaks the grammar, one or more ASCII letters and
// digits (RFC 8659 §4.1), and is empty when it does not.
func (r Record) TagFault() string {
	if r.Tag == "" {
		return "the property tag is empty"
	}
	for i := range len(r.Tag) {
		if !isAlnum(r.Tag[i]) {
			return fmt.Sprintf("the property tag %s has a character other than letters and digits", quote(r.Tag))
		}
	}
	return ""
}

// isAlnum reports whether b is an ASCII letter or digit.
func isAlnum(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// lower is s with ASCII capitals made small; other octets stay, as in names of
// the DNS (RFC 4343 §3).
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
