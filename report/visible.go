package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// visible makes whatever would not be seen as itself visible: control
// characters and octets that are not UTF-8 become \DDD as in zone files (RFC
// 1035 §5.1), other characters without a shape of their own (direction marks,
// zero widths, exotic spaces) and marks that are piled up become \u{XXXX}.
// Backslashes stay, since the text is escaped already where it quotes the DNS.
func visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	var marks pile
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < ' ', r == 0x7f:
			fmt.Fprintf(&b, `\%03d`, s[i])
		case !Seen(r), !marks.holds(r):
			fmt.Fprintf(&b, `\u{%04X}`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// plain reports whether s is printable ASCII throughout.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// visibleLines is visible for text of several lines: line feeds stay.
func visibleLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}

// asciiWords are the typographic characters of our own sentences and what
// stands for them in plain ASCII.
var asciiWords = strings.NewReplacer(
	"—", "-", "–", "-", "…", "...", "→", "->", "’", "'", "‘", "'",
	"“", `"`, "”", `"`, "×", "x", "≤", "<=", "≥", ">=", "§", "section ", "·", "-")

// ascii writes s without any octet above 0x7e.
func ascii(s string) string {
	s = visible(asciiWords.Replace(s))
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r > '~' {
			fmt.Fprintf(&b, `\u{%04X}`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// bare strips the final dot of a name; the root stays ".".
func bare(name string) string {
	if name == "." {
		return name
	}
	return visible(strings.TrimSuffix(name, "."))
}
