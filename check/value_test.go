package check

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// What is wrong with a value is told by its octet or its encoding: people
// cannot see a no-break space, and do not know what base64url is.
func TestValueLint(t *testing.T) {
	const (
		want  = "_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"
		other = "Ud-6XUEsp5nuRxTlTaoQ2g9teCW9CHBJq3pxz1BrrLA"
		token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
		thumb = "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
	)
	digest, err := base64.RawURLEncoding.DecodeString(want)
	if err != nil {
		t.Fatal(err)
	}
	made := Digest(token + "." + thumb)
	sources := map[string]Source{made: {token, thumb}}
	tests := []struct {
		name, have, want string
		id, detail       string // detail is part of the sentence
	}{
		{"double quotes", `"` + want + `"`, want, "challenge-value-quoted", `\"`},
		{"typographic quotes", "\u201c" + want + "\u201d", want, "challenge-value-quoted", "quote characters"},
		{"escaped quotes", `\"` + want + `\"`, want, "challenge-value-quoted", "quote characters"},
		{"a trailing space", want + " ", want, "challenge-value-padded", "octet 44 is a space (0x20)"},
		{"a leading byte order mark", "\ufeff" + want, want, "challenge-value-padded", "octet 1 is a byte order mark (0xef)"},
		{"a no-break space within", want[:10] + "\u00a0" + want[10:], want, "challenge-value-padded", "octet 11 is a no-break space (0xc2)"},
		{"a line feed", want + "\n", want, "challenge-value-padded", "octet 44 is a line feed (0x0a)"},
		{"a nul", want + "\x00", want, "challenge-value-padded", "octet 44 is 0x00, which does not show"},
		{"lower case", strings.ToLower(want), want, "challenge-value-padded", "octet 3 is 'i' in another letter case"},
		{"padding", want + "=", want, "challenge-value-padded", "padding (=)"},
		{"base64", base64.StdEncoding.EncodeToString(digest), want, "challenge-value-padded", "+ or /"},
		{"hexadecimal", hex.EncodeToString(digest), want, "challenge-value-padded", "hexadecimal"},
		{"capital hexadecimal", strings.ToUpper(hex.EncodeToString(digest)), want, "challenge-value-padded", "hexadecimal"},
		{"the key authorization of the value", token + "." + thumb, Digest(token + "." + thumb), "challenge-value-is-key-authorization", "the digest of"},
		{"another key authorization", token + "." + thumb, want, "challenge-value-is-key-authorization", "is a key authorization"},
		{"another key authorization, with what it makes", token + "." + thumb, want, "challenge-value-is-key-authorization", Digest(token + "." + thumb)},
		{"the key authorization with a line feed", token + "." + thumb + "\n", Digest(token + "." + thumb), "challenge-value-is-key-authorization", "with white space around it"},
		{"the token alone, which looks like a value", token, want, "challenge-value-stale", "of another order"},
		{"the token of this order", token, made, "challenge-value-is-key-authorization", "is the token of this order"},
		{"the thumbprint of this order", thumb, made, "challenge-value-is-key-authorization", "is the thumbprint of the account key"},
		{"digested with a line feed", Digest(token + "." + thumb + "\n"), made, "challenge-wrong-value", "as echo writes one"},
		{"the digest of the token", Digest(token), made, "challenge-wrong-value", "the digest of the token alone"},
		{"a token of another length", token[:30], want, "challenge-wrong-value", "it has 30 characters, and a value has 43. It may be a token"},
		{"the octets", string(digest), want, "challenge-value-padded", "the 32 octets of the digest"},
		{"base64 of the hexadecimal text", base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(digest))), want, "challenge-value-padded", "of the hexadecimal text"},
		{"another digest in hexadecimal", hex.EncodeToString(digest), other, "challenge-wrong-value", "in hexadecimal; in base64url it would be \"" + want + "\""},
		{"another digest in base64", base64.StdEncoding.EncodeToString(digest), other, "challenge-wrong-value", "in base64url it would be \"" + want + "\""},
		{"another digest as octets", string(digest), other, "challenge-wrong-value", "as 32 octets; in base64url it would be \"" + want + "\""},
		{"two values in one", other + want, want, "challenge-wrong-value", "two values in one record"},
		{"two values in one, with a comma", want + "," + other, want, "challenge-wrong-value", "two values in one record"},
		{"mistyped", want[:4] + "l" + want[5:], want, "challenge-wrong-value", "octet 5 is 'l', where 'e' belongs"},
		{"cut off", want[:40], want, "challenge-wrong-value", "the first 40 of the 43 characters"},
		{"the end of it", want[3:], want, "challenge-wrong-value", "40 of the 43 characters"},
		{"with words around it", "_acme-challenge TXT " + want, want, "challenge-wrong-value", "more text around it"},
		{"another order's", other, want, "challenge-value-stale", "of another order"},
		{"a host name", "validation.example.net.", want, "challenge-value-is-hostname", `"validation.example.net."`},
		{"nothing", "", want, "challenge-wrong-value", `"" is not`},
		{"octets", "\xff\x1b[31m", want, "challenge-wrong-value", `"\255\027[31m"`},
		{"something else", "v=spf1 -all", want, "challenge-wrong-value", "v=spf1 -all"},
	}
	for _, tt := range tests {
		id, detail := misread([]string{tt.have}, []string{tt.want}, sources)
		if id != tt.id || !strings.Contains(detail, tt.detail) {
			t.Errorf("%s: %s %q, want %s and %q", tt.name, id, detail, tt.id, tt.detail)
		}
	}
}

// A wait ends where this order's own value was published in a wrong form, and
// goes on where something of another order stands.
func TestMangled(t *testing.T) {
	const token, thumb = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
	want := Digest(token + "." + thumb)
	o := Order{Sources: map[string]Source{want: {Token: token}}}
	for v, mangled := range map[string]bool{
		token: true, token + "." + thumb: true, `"` + want + `"`: true, want[:40]: true, want + want: true,
		thumb: false, want[:10]: false, strings.Repeat("a", 43): false, "b" + token[1:] + "." + thumb: false, "": false,
	} {
		if got := o.Mangled([]string{"other", v}, []string{want}); got != mangled {
			t.Errorf("%q: %t, want %t", v, got, mangled)
		}
	}
}
