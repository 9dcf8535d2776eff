package survey

import (
	"encoding/hex"
	"fmt"
	"strings"

	"dns01/resolver"
)

// digOptions are the options that make dig put the same odd question, after
// those that make it put the ordinary one.
func digOptions(p resolver.Probe) []string {
	var options []string
	for _, o := range []struct {
		on     bool
		option string
	}{
		{p.NoDO, "+nodnssec"},
		{p.Version != 0, fmt.Sprintf("+edns=%d", p.Version)},
		{p.Version != 0, "+noednsnegotiation"},
		{p.Flags != 0, fmt.Sprintf("+ednsflags=0x%04x", p.Flags)},
		{p.Size != 0, fmt.Sprintf("+bufsize=%d", p.Size)},
		{p.Bits, "+adflag"},
		{p.Bits, "+zflag"},
		{p.Option, fmt.Sprintf("+ednsopt=%d:%x", resolver.OptionCode, "dns1")},
		{p.Cookie, "+cookie"},
		{p.NSID, "+nsid"},
	} {
		if o.on {
			options = append(options, o.option)
		}
	}
	return options
}

// unhex is what octets in hexadecimal say, with anything but plain characters
// shown as "?".
func unhex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		return s
	}
	const most = 60
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, string(b[:min(len(b), most)]))
}
