package dnssec

import (
	"bytes"
	"strings"

	"github.com/miekg/dns"
)

// A name is a domain name in canonical wire form: length octets and labels,
// US-ASCII letters lower case, ending in the root's zero octet (RFC 4034
// §6.2). Two names are the same when the strings are. The zero value is no
// name at all.
type name string

// root is the name of the root zone.
const root name = "\x00"

// maxName is the longest name on the wire, in octets (RFC 1035 §2.3.4).
const maxName = 255

// parseName reads a name in presentation form, with or without final dot.
func parseName(s string) (name, bool) {
	var buf [maxName + 1]byte
	off, err := dns.PackDomainName(dns.Fqdn(s), buf[:], 0, nil, false)
	if err != nil || off > maxName || off == 0 {
		return "", false
	}
	// Length octets are at most 63, below every letter: lowering the whole
	// string changes labels only.
	return name(lower(buf[:off])), true
}

func lower(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}

// String returns the name as Unbound prints it in its reasons: every octet
// that is not a letter, a digit, "-", "_" or "*" is shown as "?". It is
// printable whatever the name holds.
func (n name) String() string {
	if n == root || n == "" {
		return "."
	}
	var b strings.Builder
	for _, label := range n.labels() {
		for _, c := range []byte(label) {
			if !plain(c) {
				c = '?'
			}
			b.WriteByte(c)
		}
		b.WriteByte('.')
	}
	return b.String()
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '*'
}

// fqdn returns the name in presentation form with its final dot, escaped as
// in a zone file.
func (n name) fqdn() string {
	s, _, err := dns.UnpackDomainName([]byte(n), 0)
	if err != nil {
		return "."
	}
	return s
}

// labels returns the labels of n without the root's.
func (n name) labels() []string {
	var ls []string
	for len(n) > 1 {
		end := int(n[0]) + 1
		ls = append(ls, string(n[1:end]))
		n = n[end:]
	}
	return ls
}

// count is the number of labels, the root's not counted.
func (n name) count() int {
	c := 0
	for len(n) > 1 {
		n = n[int(n[0])+1:]
		c++
	}
	return c
}

// parent drops the first label. The parent of the root is the root.
func (n name) parent() name {
	if len(n) <= 1 {
		return root
	}
	return n[int(n[0])+1:]
}

// last returns the ancestor of n (or n itself) with that many labels.
func (n name) last(labels int) name {
	for c := n.count(); c > labels; c-- {
		n = n.parent()
	}
	return n
}

// under reports whether n is zone or a name below it.
func (n name) under(zone name) bool {
	if n == "" || zone == "" {
		return false
	}
	for len(n) > len(zone) {
		n = n.parent()
	}
	return n == zone
}

// below reports whether n is a name strictly below zone.
func (n name) below(zone name) bool { return n != zone && n.under(zone) }

// wild reports whether the first label is the asterisk label (RFC 4592 §2.1.1).
func (n name) wild() bool { return strings.HasPrefix(string(n), "\x01*") }

// wildcard returns the wildcard under n, or "" when it would be too long.
func (n name) wildcard() name {
	if len(n)+2 > maxName {
		return ""
	}
	return "\x01*" + n
}

// signedLabels is the label count that an RRSIG over n has: without the root
// and without a leading asterisk (RFC 4034 §3.1.3).
func (n name) signedLabels() int {
	if n.wild() {
		return n.count() - 1
	}
	return n.count()
}

// shared returns the deepest name above (or at) both.
func shared(a, b name) name {
	n := min(a.count(), b.count())
	a, b = a.last(n), b.last(n)
	for a != b {
		a, b = a.parent(), b.parent()
	}
	return a
}

// compare orders names as a zone does: label by label from the root
// (RFC 4034 §6.1).
func compare(a, b name) int {
	la, lb := a.labels(), b.labels()
	for i := 1; i <= len(la) && i <= len(lb); i++ {
		c := bytes.Compare([]byte(la[len(la)-i]), []byte(lb[len(lb)-i]))
		if c != 0 {
			return c
		}
	}
	return len(la) - len(lb)
}
