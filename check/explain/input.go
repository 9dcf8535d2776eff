package explain

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxText is how much of a text is read, in octets. Of a longer one the end is
// read: the last attempt is there.
const MaxText = 8 << 20

// plainText makes a text plain: UTF-8, without colours and control characters
// but line feeds, quotation marks and line feeds no longer escaped. It reports
// whether it left the beginning out.
func plainText(s string) (plain string, cut bool) {
	if len(s) > MaxText {
		s, cut = s[len(s)-MaxText:], true
	}
	s = withoutEscapes(fromUTF16(s))
	if strings.Contains(s, "&quot;") || strings.Contains(s, "&#") {
		s = withoutEntities.Replace(s)
	}
	return legible(s), cut
}

// withoutEntities undoes the quoting of HTML, of logs copied from its source.
var withoutEntities = strings.NewReplacer("&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&apos;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&")

// fromUTF16 converts what Windows' tools write: UTF-16 with a byte order mark,
// or without one where every other octet of the beginning is zero.
func fromUTF16(s string) string {
	big := strings.HasPrefix(s, "\xfe\xff")
	little := strings.HasPrefix(s, "\xff\xfe")
	if !big && !little {
		big, little = everyOtherZero(s, 0), everyOtherZero(s, 1)
	}
	if !big && !little {
		return strings.TrimPrefix(s, "\uFEFF")
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		if big {
			units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
		} else {
			units = append(units, uint16(s[i+1])<<8|uint16(s[i]))
		}
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\uFEFF")
}

// everyOtherZero looks at the first octets for zeros at odd or even places.
func everyOtherZero(s string, odd int) bool {
	const enough = 64
	n := min(len(s), enough) &^ 1
	zeros := 0
	for i := odd; i < n; i += 2 {
		if s[i] == 0 && s[i^1] != 0 {
			zeros++
		}
	}
	return n >= 8 && zeros > n/2*9/10
}

// withoutEscapes undoes the escaping of strings, however often it was done:
// JSON in JSON, Go's %q, Python's repr, a shell's quotes. A text that has only
// been quoted loses nothing that matters here.
func withoutEscapes(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			next := strings.IndexByte(s[i:], '\\')
			if next < 0 {
				next = len(s) - i
			}
			b.WriteString(s[i : i+next])
			i += next
			continue
		}
		for i < len(s) && s[i] == '\\' {
			i++
		}
		i += unescape(&b, s[i:])
	}
	return b.String()
}

// unescape writes what backslashes before s stand for, and returns how many
// octets of s belong to it.
func unescape(b *strings.Builder, s string) int {
	if s == "" {
		return 0
	}
	switch s[0] {
	case '"', '\'', '`', '/', '*':
		b.WriteByte(s[0])
		return 1
	case 'n', 'r':
		b.WriteByte('\n')
		return 1
	case 't':
		b.WriteByte(' ')
		return 1
	case 'u':
		if r, ok := hex(s, 4); ok {
			b.WriteRune(r)
			return 5
		}
	case 'x':
		if r, ok := hex(s, 2); ok && r < utf8.RuneSelf {
			b.WriteRune(r)
			return 3
		}
	}
	b.WriteByte('\\')
	return 0
}

// hex reads n hexadecimal digits after the first octet of s.
func hex(s string, n int) (r rune, ok bool) {
	if len(s) <= n {
		return 0, false
	}
	for _, c := range []byte(s[1 : n+1]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// legible makes every run of white space one space, or one line feed where it
// has a line feed, and leaves out colours (ECMA-48 control sequences), other
// control characters, and octets that are not UTF-8. A name broken at its
// hyphen by a narrow terminal is joined again.
func legible(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := byte(0)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\x1b' || r == '\u241b' || r == '←' && strings.HasPrefix(s[i+n:], "["):
			n += sequence(s[i+n:])
		case r == '\n' || r == '\r' || r == '\u2028':
			gap = '\n'
		case r == ' ' || r == '\t' || r == '\u00a0' || r == '\v' || r == '\f':
			if gap == 0 {
				gap = ' '
			}
		case r < ' ' || r == 0x7f || r == utf8.RuneError && n == 1 || r == '\u200b' || r == '\uFEFF':
		default:
			if gap != 0 && b.Len() > 0 {
				b.WriteByte(gap)
			}
			gap = 0
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return joinBroken.Replace(b.String())
}

var joinBroken = strings.NewReplacer("_acme-\nchallenge", "_acme-challenge")

// sequence is the length of a control sequence after its ESC.
func sequence(s string) int {
	if s == "" {
		return 0
	}
	switch s[0] {
	case '[':
		for i := 1; i < min(len(s), 32); i++ {
			if s[i] >= '@' && s[i] <= '~' {
				return i + 1
			}
		}
		return 1
	case ']': // up to BEL or ESC \
		const most = 256
		for i := 1; i < min(len(s), most); i++ {
			switch s[i] {
			case '\a':
				return i + 1
			case '\x1b', '\n':
				return i
			}
		}
		return 1
	}
	return 0
}
