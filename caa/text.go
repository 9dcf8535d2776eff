package caa

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// String returns the RDATA in zone-file form, flags, tag and quoted value
// (RFC 8659 §4.1.1). Octets that are not printable ASCII are escaped as \DDD,
// so the text is safe to print, and ParseText reads the same record again.
func (r Record) String() string {
	tag := r.Tag
	if r.TagFault() != "" {
		tag = `"` + escape(r.Tag) + `"`
	}
	return fmt.Sprintf(`%d %s "%s"`, r.Flags, tag, escape(r.Value))
}

// escape is s as it stands between the quotes of a character-string in a zone
// file (RFC 1035 §5.1).
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
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

// quoteMax is how many octets of a record a sentence repeats.
const quoteMax = 120

// quote is s escaped and between quotes, cut when it is long: for sentences.
func quote(s string) string {
	if len(s) > quoteMax {
		return `"` + escape(s[:quoteMax]) + `..."`
	}
	return `"` + escape(s) + `"`
}

// ParseText reads RDATA in zone-file form, for example
//
//	0 issue "letsencrypt.org; validationmethods=dns-01"
//
// with the escapes \DDD and \X, or in the form for unknown types,
// \# LENGTH HEX (RFC 3597 §5). Owner, TTL, class and type do not belong to it.
// The error is a *[SyntaxError] and says what to write instead.
func ParseText(s string) (Record, error) {
	s = trimSpace(s)
	if rest, ok := strings.CutPrefix(s, `\#`); ok {
		return parseGeneric(rest)
	}
	flags, s, err := token(s)
	if err != nil {
		return Record{}, err
	}
	f, err := strconv.ParseUint(flags, 10, 8)
	if err != nil {
		return Record{}, textError("the flags are a number from 0 to 255, not %s", quote(flags))
	}
	r := Record{Flags: uint8(f)}
	if r.Tag, s, err = token(s); err != nil {
		return Record{}, err
	}
	if len(r.Tag) > 255 {
		return Record{}, textError("the tag has %d octets, and 255 is the most", len(r.Tag))
	}
	if r.Value, s, err = token(s); err != nil {
		return Record{}, err
	}
	if s != "" && s[0] != ';' {
		return Record{}, textError("%s stands after the value: put the whole value in double quotes", quote(s))
	}
	return r, nil
}

// token takes the next character-string from the front of s, quoted or not,
// with its escapes undone, and the rest without leading white space. There has
// to be one.
func token(s string) (tok, rest string, err error) {
	if s == "" {
		return "", "", textError(`flags, tag and value are needed, as in 0 issue "ca.example"`)
	}
	quoted := s[0] == '"'
	i := 0
	if quoted {
		i = 1
	}
	var b strings.Builder
	for i < len(s) {
		switch c := s[i]; {
		case quoted && c == '"':
			return endToken(b.String(), s[i+1:])
		case !quoted && isSpace(c):
			return endToken(b.String(), s[i:])
		case !quoted && c == '"':
			return "", "", textError("a quote stands inside %s", quote(s))
		case !quoted && c == ';':
			return "", "", textError(`a ";" outside quotes begins a comment: put the value in double quotes`)
		case c == '\\':
			o, n, err := unescape(s[i:])
			if err != nil {
				return "", "", err
			}
			b.WriteByte(o)
			i += n
		default:
			b.WriteByte(c)
			i++
		}
	}
	if quoted {
		return "", "", textError("the closing quote of %s is missing", quote(s))
	}
	return b.String(), "", nil
}

// endToken splits white space off what follows a token.
func endToken(tok, rest string) (string, string, error) {
	if rest != "" && !isSpace(rest[0]) && rest[0] != ';' {
		return "", "", textError("white space is needed before %s", quote(rest))
	}
	return tok, trimSpace(rest), nil
}

// unescape reads one escape at the front of s: its octet and its length.
func unescape(s string) (octet byte, n int, err error) {
	if len(s) < 2 {
		return 0, 0, textError(`a "\" ends the text`)
	}
	if s[1] < '0' || s[1] > '9' {
		return s[1], 2, nil
	}
	if len(s) >= 4 {
		if v, err := strconv.ParseUint(s[1:4], 10, 8); err == nil {
			return byte(v), 4, nil
		}
	}
	return 0, 0, textError(`%s is no escape: \DDD takes three digits up to 255`, quote(s[:min(len(s), 4)]))
}

// parseGeneric reads what follows \# in the form for unknown types.
func parseGeneric(s string) (Record, error) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return Record{}, textError(`a length is needed after \#`)
	}
	n, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil {
		return Record{}, textError(`the length after \# is a number up to 65535, not %s`, quote(fields[0]))
	}
	rdata, err := hex.DecodeString(strings.Join(fields[1:], ""))
	if err != nil {
		return Record{}, textError(`what follows the length after \# has to be pairs of hexadecimal digits`)
	}
	if uint64(len(rdata)) != n {
		return Record{}, textError(`\# announces %d octets and %d follow`, n, len(rdata))
	}
	return Parse(rdata)
}

func textError(format string, args ...any) error {
	return &SyntaxError{"record text", fmt.Sprintf(format, args...)}
}

// isSpace reports whether c separates the fields of a record on one line.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func trimSpace(s string) string { return strings.Trim(s, " \t\r\n") }
