package main

import (
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// lookupFlags are those of lookup, as given.
type lookupFlags struct {
	*flags
	traced   bool
	scenario string
}

func newLookupFlags() *lookupFlags {
	f := &lookupFlags{flags: noFlags("lookup")}
	f.BoolVar(&f.traced, "trace", false, "")
	f.StringVar(&f.scenario, "demo", "", "")
	f.defineResolution()
	f.defineOutput()
	return f
}

// lookupOptions are flags and arguments that make sense.
type lookupOptions struct {
	name  string // escapes in one form only, final dot
	qtype uint16
	trace bool // show every exchange
	start
	settings
}

// world is the one that --demo names, or the one at hand.
func (f *lookupFlags) world(w world) (world, error) {
	if f.scenario == "" {
		return w, nil
	}
	w, _, err := f.inLab(f.scenario)
	return w, err
}

// options makes sense of flags and arguments, for a world. The error is a
// usageError.
func (f *lookupFlags) options(w world) (lookupOptions, error) { return f.optionsFor(f.Args(), w) }

// optionsFor is options for these arguments in the place of the flags' own.
func (f *lookupFlags) optionsFor(args []string, w world) (o lookupOptions, err error) {
	o.trace = f.traced
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	switch {
	case f.quiet && f.traced:
		return o, usagef("-q prints one word and --trace every exchange; give one of them")
	case len(args) == 0:
		return o, usagef(`no name given; write "dns01 lookup example.com TXT"`)
	case len(args) > 2:
		return o, usagef("lookup asks one question, a name and a type, not %q as well", args[2])
	}
	if o.name, err = questionName(args[0]); err != nil {
		return o, err
	}
	o.qtype = dns.TypeA
	if len(args) == 2 {
		if o.qtype, err = questionType(args[1]); err != nil {
			return o, err
		}
	}
	o.start, err = f.start(w)
	return o, err
}

// questionName reads any name that a DNS message can carry: with escapes (RFC
// 1035 §5.1), underscores, or U-labels; "." is the root.
func questionName(word string) (string, error) {
	switch {
	case strings.TrimSpace(word) == "":
		return "", usagef(`the name is empty; write "." for the root, or a name as in example.com`)
	case strings.Contains(word, "://"):
		return "", usagef("%q is a URL; give the domain name alone", word)
	case strings.ContainsFunc(word, func(r rune) bool { return r > '~' }):
		a, err := normalize(word)
		if err != nil {
			return "", usagef("%v; give a domain name, as in example.com", err)
		}
		word = a
	}
	name, ok := sameForm(word)
	if !ok {
		return "", usagef("%q is no domain name: 63 octets a label and 255 in all, no empty label, no white space, others escaped as in \\032", word)
	}
	return name, nil
}

// sameForm writes a name as it comes back in a message, so that escapes that
// need not be do not make two names of one.
func sameForm(name string) (string, bool) {
	name = strings.ToLower(dns.Fqdn(name))
	if !wellEscaped(name) {
		return "", false
	}
	wire := make([]byte, 255)
	if _, err := dns.PackDomainName(name, wire, 0, nil, false); err != nil {
		return "", false
	}
	name, _, err := dns.UnpackDomainName(wire, 0)
	return strings.ToLower(name), err == nil
}

// wellEscaped reports whether a name is printable ASCII, without white space
// but what is escaped, and every \DDD of it an octet.
func wellEscaped(name string) bool {
	for i := 0; i < len(name); i++ {
		if name[i] != '\\' {
			if name[i] <= ' ' || name[i] > '~' {
				return false
			}
			continue
		}
		i++ // what is escaped
		switch {
		case i == len(name) || name[i] < ' ' || name[i] > '~':
			return false
		case name[i] < '0' || name[i] > '9':
			continue
		case i+3 > len(name):
			return false
		}
		if _, err := strconv.ParseUint(name[i:i+3], 10, 8); err != nil {
			return false
		}
		i += 2
	}
	return true
}

// questionType reads a type by its mnemonic or as TYPE257 (RFC 3597 §5).
// Types that stand in no question, or ask for a transfer, are refused (RFC
// 6895 §3.1).
func questionType(word string) (uint16, error) {
	w := strings.ToUpper(word)
	t, known := dns.StringToType[w]
	if digits, ok := strings.CutPrefix(w, "TYPE"); ok && !known {
		n, err := strconv.ParseUint(digits, 10, 16)
		t, known = uint16(n), err == nil
	}
	switch {
	case !known && strings.Contains(word, "."):
		return 0, usagef("%q is no record type; the name comes first, as in \"dns01 lookup %s TXT\"", word, word)
	case !known:
		return 0, usagef("%q is no record type; write one such as TXT, CAA or TYPE257%s", word, didYouMean(w, commonTypes))
	case t == dns.TypeNone || t == dns.TypeOPT || t >= 128 && t < dns.TypeANY:
		return 0, usagef("%s is no type that a resolver can be asked for; write one such as TXT, CAA or TYPE257", w)
	}
	return t, nil
}

// commonTypes are those suggested for one mistyped.
var commonTypes = []string{"A", "AAAA", "CAA", "CNAME", "DNAME", "DNSKEY", "DS", "HTTPS", "MX", "NS", "NSEC", "PTR", "SOA", "SRV", "TLSA", "TXT"}
