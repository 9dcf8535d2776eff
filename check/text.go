package check

import (
	"fmt"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// Escape makes raw octets safe to print: printable ASCII stays, a double
// quote and a backslash get a backslash, and every other octet becomes \DDD
// in decimal (RFC 1035 §5.1). Nothing in the result moves a cursor, ends a
// line or needs an encoding.
func Escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// longest is how many characters of one value a sentence shows.
const longest = 100

// quote shows a value in quotation marks, cut when it is long.
func quote(s string) string {
	if len(s) <= longest {
		return `"` + Escape(s) + `"`
	}
	return fmt.Sprintf(`"%s..." (%d octets)`, Escape(s[:longest]), len(s))
}

// quotes shows the first few values.
func quotes(vs []string) string {
	const most = 3
	shown := make([]string, 0, most)
	for _, v := range vs[:min(len(vs), most)] {
		shown = append(shown, quote(v))
	}
	if more := len(vs) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), more)
	}
	return series(shown)
}

// mostNamed is how many of whatever a sentence names. Servers decide how many
// there are; the report has all of them elsewhere.
const mostNamed = 24

// first are so many of the words, the last of which tells how many more there
// are.
func first(n int, words []string) []string {
	if more := len(words) - n; more > 0 {
		return append(slices.Clone(words[:n]), fmt.Sprintf("%d more", more))
	}
	return words
}

// curtail cuts what strangers' records have made of a sentence.
func curtail(s string) string {
	const longest = 4000
	if len(s) <= longest {
		return s
	}
	return fmt.Sprintf("%s ... (%d octets)", strings.ToValidUTF8(s[:longest], ""), len(s))
}

// series joins words as a sentence does: "a, b and c".
func series(words []string) string {
	words = first(mostNamed, words)
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// count gives a number with its noun: "1 value", "3 values".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// verb picks the form of a verb that fits a number of subjects.
func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// evidence takes the exchanges that show the answers, and few of them: the last
// of each, the first of one that never came. What follows that one may be what
// a single question had to find out about the server for all of them.
func evidence(answers ...*survey.Answer) []survey.Exchange {
	const most = 4
	var es []survey.Exchange
	for _, a := range answers {
		if len(es) == most {
			break
		}
		switch {
		case a == nil || len(a.Exchanges) == 0:
		case a.Status == survey.Timeout:
			es = append(es, a.Exchanges[0])
		default:
			es = append(es, a.Exchanges[len(a.Exchanges)-1])
		}
	}
	return es
}

// within reports whether a name is at or below another one.
func within(name, above string) bool {
	return above == "." || name == above || strings.HasSuffix(name, "."+above)
}

// up returns the name one label up, "." for a TLD.
func up(name string) string {
	if _, rest, ok := strings.Cut(name, "."); ok && rest != "" {
		return rest
	}
	return "."
}

// absolute gives the name the final dot that zone files need.
func absolute(name string) string {
	if name == "." {
		return name
	}
	return name + "."
}

// txtRecord is a TXT record ready to paste.
func txtRecord(owner, value string) string {
	return fmt.Sprintf(`%s 300 IN TXT "%s"`, absolute(owner), Escape(value))
}

// caaRecord is a CAA record ready to paste.
func caaRecord(owner, tag, value string) string {
	return fmt.Sprintf(`%s IN CAA 0 %s "%s"`, absolute(owner), tag, Escape(value))
}
