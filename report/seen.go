package report

import "unicode"

// Seen reports whether a character of somebody else's text shows what it is:
// whether it prints, and has a shape that is not that of a space.
func Seen(r rune) bool {
	if r <= unicode.MaxLatin1 {
		return unicode.IsPrint(r)
	}
	return unicode.IsPrint(r) && r != brailleBlank && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// brailleBlank is a pattern of no dots. Unicode counts it as a symbol.
const brailleBlank = '\u2800'

// mostMarks is how many marks may stand on one letter: scripts do with fewer
// (Vietnamese has two, Hebrew with its accents three), and piled up they cover
// the lines above.
const mostMarks = 4

// A pile counts the marks that stand on the last letter of a text.
type pile int

// holds reports whether the next character is no mark too many. None stands on
// nothing: it would change what we wrote before it.
func (p *pile) holds(r rune) bool {
	if !unicode.Is(unicode.M, r) {
		*p = mostMarks
		return true
	}
	*p--
	return *p >= 0
}
