package explain

import (
	"regexp"
	"slices"
)

// orders are the words before the names that a certificate was asked for.
var orders = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?:^|\s)(?:-d|--domains?|--host|-Domain|-MainDomain)[\s=]+["']?([^\n]{1,300})`),
	regexp.MustCompile(`(?i)(?:certificate request for|renewing an existing certificate for|requesting a certificate for|obtaining bundled san certificate|domains?["']?[:= ]+["']?\[|domains ["']|identifiers["']?:? ?\[|certificate for|order for|dns ?names:?|(?:single|multi) domain=|\bprocessing )[ \n"'\[-]*([^\n]{1,400})`),
}

// described is a wildcard in the description of a challenge of cert-manager,
// which names it without "*.".
var described = regexp.MustCompile(`(?i)\bdns ?name: ` + host + `[^{}]{1,600}?\bwildcard: true`)

// ends are the beginning and the end of the text.
func (t *text) ends() []string {
	const reach = 64 << 10
	if len(t.lines) > 2*reach {
		return []string{t.lines[:reach], t.lines[len(t.lines)-reach:]}
	}
	return []string{t.lines}
}

// ordered are the names that a certificate was asked for, in so many words.
func (t *text) ordered() (names []string) {
	for _, piece := range t.ends() {
		for _, m := range described.FindAllStringSubmatch(piece, 64) {
			if name := hostName(m[1]); name != "" {
				names = appendNew(names, "*."+base(name))
			}
		}
		for _, re := range orders {
			for _, m := range re.FindAllStringSubmatch(piece, 64) {
				names = appendNew(names, namesIn(m[1])...)
			}
		}
	}
	return names
}

// lastOrdered are the names of the last order in a piece of text.
func lastOrdered(piece string) (names []string) {
	last := -1
	for _, re := range orders {
		ms := re.FindAllStringSubmatchIndex(piece, 64)
		for i := len(ms) - 1; i >= 0 && ms[i][0] > last; i-- {
			if found := namesIn(piece[ms[i][2]:ms[i][3]]); len(found) > 0 {
				names, last = found, ms[i][0]
				break
			}
		}
	}
	return names
}

// requested are the identifiers that the text is about when no error names
// any: those ordered, or else introduced, or else of challenge names.
func (t *text) requested() []string {
	names := t.ordered()
	for _, piece := range t.ends() {
		names = appendNew(names, slices.DeleteFunc(introduced(piece, false), infrastructure)...)
	}
	if len(names) > 0 {
		return names
	}
	for _, piece := range t.ends() {
		for _, m := range challengeNames.FindAllStringSubmatch(piece, mostIdentifiers) {
			if name := hostName(m[1]); name != "" {
				names = appendNew(names, name)
			}
		}
	}
	return names
}

var challengeNames = regexp.MustCompile(`(?i)_acme-challenge\.` + host)

// appendNew adds what is not there, up to mostIdentifiers.
func appendNew(names []string, more ...string) []string {
	for _, name := range more {
		if len(names) < mostIdentifiers && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// wildcardsOnly returns a function that makes names wildcards again whose
// wildcard was ordered and not the name itself: clients name the one for the
// other, as authorizations do (RFC 8555 §7.1.4).
func wildcardsOnly(ordered []string) func(names []string) []string {
	return func(names []string) []string {
		names = slices.Clone(names)
		for i, name := range names {
			if slices.Contains(ordered, "*."+name) && !slices.Contains(ordered, name) && !slices.Contains(names, "*."+name) {
				names[i] = "*." + name
			}
		}
		return names
	}
}
