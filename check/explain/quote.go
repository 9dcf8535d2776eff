package explain

import (
	"regexp"
	"strings"
)

// longestQuote is how much of a text is quoted, in octets.
const longestQuote = 300

// quote is the event's own words with the prefixes of the CA.
func (t *text) quote(e *event) string {
	from := e.from
	if loc := prefixes.FindStringIndex(t.flat[max(0, from-longestPrefix):from]); loc != nil {
		from = max(0, from-longestPrefix) + loc[0]
	}
	s := t.flat[from:min(e.to, len(t.flat))]
	if len(s) > longestQuote {
		s = s[:longestQuote] + "…"
	}
	return redact(strings.ToValidUTF8(s, ""))
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
