package lab

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A tampering is one line of the tamper section at work on one copy of a zone.
type tampering struct {
	*tamperLine
	zone   *zone
	signer *zoneSigner // nil if the copy is not signed
	build  *builder
}

// errMissed says that a copy does not have what the line is about. Another
// copy may.
var errMissed = errors.New("there is nothing of the kind to change")

// A tamper changes a zone after it has been signed. What it does by right, a
// signature that fits what is signed included, is said with each.
type tamper struct {
	target target
	do     func(t *tampering) error
}

// A target says which zone a line is about, and of what kind its first word is.
type target int

const (
	theZone   target = iota // ZONE: that zone
	theParent               // ZONE: the one that delegates it
	theName                 // NAME: the zone it lies in
	theSet                  // NAME/TYPE: likewise; for DS at a cut the parent
)

// tampers are all that a scenario can ask for.
var tampers = map[string]tamper{
	// a signature is not right
	"badsig":         {theSet, badSig},
	"nosig":          {theSet, noSig},
	"resign":         {theSet, resign},
	"unknown-keytag": {theSet, unknownKeyTag},
	"swap-signer":    {theSet, swapSigner},
	"extra-sigs":     {theSet, extraSigs},

	// the data is not what was signed
	"edit": {theName, edit},

	// a denial is not right
	"nodenial":   {theZone, noDenial},
	"drop-nsec":  {theName, dropNSEC},
	"drop-cover": {theName, dropCover},
	"bitmap":     {theName, bitmap},
	"nsec-next":  {theName, nsecNext},
	"set-optout": {theName, setOptOut(true)},
	"no-optout":  {theName, setOptOut(false)},

	// keys and what the parent says about them are not right
	"stripped":   {theZone, stripped},
	"no-dnskey":  {theZone, noDNSKEY},
	"extra-keys": {theZone, extraKeys},
	"wrong-ds":   {theParent, wrongDS},
	"extra-ds":   {theParent, extraDS},
}

// A tamperLine is one line of the tamper section.
type tamperLine struct {
	section
	number int // of the line
	tamper
	name  string // what the first word names, canonical
	kind  uint16 // for NAME/TYPE
	args  []string
	zone  string // "" for the usual one
	hosts []string
}

// readTamper takes "WORD WHAT [ARG…] [zone=ZONE] [@ HOST…]".
func (s *Scenario) readTamper(sec section) error {
	return sec.eachLine(func(number int, words []string) error {
		line := tamperLine{section: sec, number: number}
		words, hosts, err := splitHosts(words)
		if err != nil {
			return err
		}
		line.hosts = hosts
		if len(words) < 2 {
			return fmt.Errorf("want WORD and the zone, name or NAME/TYPE it is about")
		}
		var known bool
		if line.tamper, known = tampers[words[0]]; !known {
			all := slices.Sorted(maps.Keys(tampers))
			return fmt.Errorf("unknown word %q: want one of %s", words[0], strings.Join(all, ", "))
		}
		if err := line.what(words[1]); err != nil {
			return err
		}
		for _, w := range words[2:] {
			if zone, ok := strings.CutPrefix(w, "zone="); ok {
				if line.zone, err = absolute(zone); err != nil {
					return err
				}
				continue
			}
			line.args = append(line.args, w)
		}
		s.tampers = append(s.tampers, line)
		return nil
	})
}

// what takes the word after the first.
func (l *tamperLine) what(word string) (err error) {
	name := word
	if l.target == theSet {
		i := strings.LastIndex(word, "/")
		if i < 0 {
			return fmt.Errorf("%q is not NAME/TYPE", word)
		}
		var known bool
		if l.kind, known = typeNamed(word[i+1:]); !known {
			return fmt.Errorf("unknown type %q", word[i+1:])
		}
		name = word[:i]
	}
	l.name, err = absolute(name)
	return err
}

// origin is the zone that the line is about.
func (l *tamperLine) origin(p *plan) string {
	switch {
	case l.zone != "":
		return l.zone
	case l.target == theParent, l.target == theSet && l.kind == dns.TypeDS && p.origins[l.name]:
		return p.parent(l.name)
	}
	return p.enclosing(l.name)
}

// about reports whether the line is about a host's copies of a zone.
func (l *tamperLine) about(p *plan, origin, host string) bool {
	return l.origin(p) == origin && (len(l.hosts) == 0 || slices.Contains(l.hosts, host))
}

// spoil applies the lines that are about a host's copy. It returns the zone
// itself if none is.
func (b *builder) spoil(z *zone, s *zoneSigner, host string) (*zone, error) {
	spoilt := z
	for i := range b.tampers {
		l := &b.tampers[i]
		if !l.about(b.plan, z.origin, host) {
			continue
		}
		if spoilt == z {
			spoilt = z.clone()
			spoilt.index()
		}
		err := l.do(&tampering{l, spoilt, s, b})
		switch {
		case err == nil:
			b.met[l] = true
		case !errors.Is(err, errMissed):
			return nil, l.errorAt(l.number, "%v", err)
		}
		spoilt.index()
	}
	return spoilt, nil
}

// unmet is the error about a line that was about nothing.
func (b *builder) unmet() error {
	for i := range b.tampers {
		if l := &b.tampers[i]; !b.met[l] {
			return l.errorAt(l.number, "%v", errMissed)
		}
	}
	return nil
}

// none is an error if the line has words that are not wanted.
func (t *tampering) none() error {
	if len(t.args) > 0 {
		return fmt.Errorf("unknown word %q", t.args[0])
	}
	return nil
}

// needsSigner is an error if the copy is not signed.
func (t *tampering) needsSigner() error {
	if t.signer == nil {
		return errMissed
	}
	return nil
}

// count takes the one word that is a number.
func count(words []string) (int, error) {
	if len(words) != 1 {
		return 0, fmt.Errorf("want a number")
	}
	n, err := parseUint16(words[0])
	if err != nil || n < 1 || n > maxExtra {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", words[0], maxExtra)
	}
	return int(n), nil
}

// maxExtra is how many records can be added to a set by one line.
const maxExtra = 1000
