package known

import "strings"

// The ICANN section of the Public Suffix List as Let's Encrypt's software has
// it differs from the copy in golang.org/x/net by these rules: the former is
// that of 2026-07-15, the latter of 2026-02-06. Source: go.mod of
// letsencrypt/boulder v0.20261105.0, which requires
// github.com/weppos/publicsuffix-go of 2026-07-16; publicsuffix.org. That za is
// a suffix is not in the list at all: it has rules below za only.
const (
	suffixesAdded = " aero.in ai.id alumni.in audnedal.no com.kh cyb.ge edu.kh gielda.no gov.kh hue.vn kh llc.ge" +
		" net.kh online.ge org.kh re.no school.in suohkan.no tjielte.no tnx.ge ub.in uenorge.no ulstein.no xn--hamary-fya.no xn--karlsy-fya.no "
	suffixesRemoved = " ac.tj audnedaln.no cc.nd.us frei.no goo *.kh lib.nd.us wolterskluwer za "

	// Top level domains that have rules below them and none of their own.
	suffixesBelow = " ck er fk jm mm np pg za "
)

// SuffixAdded reports whether a name is a public suffix to Let's Encrypt and
// not yet one in golang.org/x/net/publicsuffix.
func SuffixAdded(name string) bool { return listed(suffixesAdded, name) }

// SuffixRemoved reports whether a name is a public suffix to
// golang.org/x/net/publicsuffix and none to Let's Encrypt.
func SuffixRemoved(name string) bool {
	_, parent, _ := strings.Cut(name, ".")
	return listed(suffixesRemoved, name) || listed(suffixesRemoved, "*."+parent)
}

// SuffixesBelow reports whether a top level domain is on the list, and is no
// public suffix itself: only names below it are.
func SuffixesBelow(tld string) bool { return listed(suffixesBelow, tld) }

func listed(list, name string) bool { return name != "" && strings.Contains(list, " "+name+" ") }
