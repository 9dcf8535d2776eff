package explain

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
)

// longestQuote is how much of a text is quoted, in octets.
const longestQuote = 300

// quote is the event's own words with the prefixes of the CA. What stands
// between known words may be a secret: then the wording is quoted, with the
// names in it.
func (t *text) quote(e *event) string {
	from := e.from
	if loc := prefixes.FindStringIndex(t.flat[max(0, from-longestPrefix):from]); loc != nil {
		from = max(0, from-longestPrefix) + loc[0]
	}
	s := t.flat[from:min(e.to, len(t.flat))]
	if e.holds() {
		s = t.flat[from:e.from] + e.spoken()
	}
	if len(s) > longestQuote {
		s = s[:longestQuote] + "…"
	}
	return redact(strings.ToValidUTF8(s, ""))
}

// holds reports whether the words hold anything but what is known, names,
// numbers and times.
func (e *event) holds() bool {
	for _, hole := range placeholder.FindAllString(e.wording, -1) {
		switch hole {
		case "{*}", "{word}":
			return true
		case "{name}", "{ident}":
			if nameOf(e.groups[hole[1:len(hole)-1]]) == "" {
				return true
			}
		}
	}
	return false
}

// spoken is the wording of an event, with names, numbers and times in it.
func (e *event) spoken() string {
	return placeholder.ReplaceAllStringFunc(e.wording, func(hole string) string {
		said := e.groups[hole[1:len(hole)-1]]
		switch hole {
		case "{name}", "{ident}":
			said = nameOf(said)
		case "{word}":
			said = plainWord(said)
		}
		return cmp.Or(said, "…")
	})
}

// plainWord is a word in capitals, such as an rcode, or one of few letters;
// "" for any other, which may be a secret.
func plainWord(word string) string {
	const few = 10
	if len(word) > few || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return ""
	}
	return word
}

// What looks like a secret: a long run of the letters of base64 or
// hexadecimal, and what stands after words such as "token". The digest of a
// challenge is as long, but public, and tells nobody anything: it is cut too.
var (
	secretRun   = regexp.MustCompile(`[A-Za-z0-9_+/=-]{24,}`)
	secretWord  = regexp.MustCompile(`(?i)((?:token|secret|password|passwd|api[_-]?key|access[_-]?key|hmac|authorization|bearer|credential)s?["']?\s*[:=]+\s*["']?(?:bearer )?)[^\s"',;]+`)
	secretEmail = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN.-]+\.[\pL]{2,}`)
)

// redact leaves of whatever may be secret its first octets.
func redact(s string) string {
	s = secretWord.ReplaceAllString(s, "${1}…")
	s = secretEmail.ReplaceAllString(s, "…@…")
	return secretRun.ReplaceAllStringFunc(s, func(run string) string {
		if !strings.ContainsAny(run, "0123456789") || strings.HasPrefix(run, "_acme-challenge") {
			return run
		}
		const shown = 6
		return run[:shown] + "…"
	})
}
