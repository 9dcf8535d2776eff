package lab

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// A fault stands before a handler and spoils what it says, or does not let it
// speak.
type fault func(next handler) handler

// A setting is what a fault is made from: the words after its name, and what
// there is in the world.
type setting struct {
	args []string
	seed string // of what it leaves to chance
	*made
}

// A maker makes a fault. It is called for each run; the fault is applied once
// to each address, so that state made there is one address's own.
type maker func(setting) (fault, error)

// faults are all that a scenario can ask for.
var faults = map[string]maker{
	// nothing comes back
	"drop":        plain(drop),
	"unreachable": plain(unreachable),
	"no-tcp":      plain(noTCP),
	"tcp-silent":  plain(tcpSilent),
	"tcp-close":   plain(tcpClose),
	"slow":        slow,
	"tcp-one":     plain(tcpOne),
	"rate-limit":  rateLimit,
	"rrl":         responseRateLimit,
	"lost-over":   lostOver,

	// something happens to it on its way
	"duplicate": plain(duplicate),
	"jitter":    jitter,
	"guess":     guess,
	"cut":       cut,
	"tcp-cut":   tcpCut,
	"tcp-drip":  tcpDrip,

	// nothing but an rcode comes back
	"refuse":         plain(rcode(dns.RcodeRefused)),
	"servfail":       plain(rcode(dns.RcodeServerFailure)),
	"notimp":         plain(rcode(dns.RcodeNotImplemented)),
	"formerr":        plain(rcode(dns.RcodeFormatError)),
	"nxdomain":       plain(nxdomain),
	"lame":           plain(lame),
	"upward":         upward,
	"upward-foreign": upwardForeign,

	// what comes back is no message, or comes from elsewhere
	"garbage":      plain(garbage),
	"wrong-source": plain(wrongSource),

	// the header or question is wrong
	"truncate":                plain(truncate),
	"truncate-tcp":            plain(truncateTCP),
	"wrong-id":                plain(wrongID),
	"wrong-question":          plain(wrongQuestion),
	"no-aa":                   plain(noAA),
	"ra":                      plain(ra),
	"lower-case":              plain(lowerCase),
	"case-sensitive-drop":     plain(caseSensitive(func(request, response) response { return response{} })),
	"case-sensitive-nxdomain": plain(caseSensitive(denied)),
	"case-sensitive-servfail": plain(caseSensitive(func(r request, _ response) response { return r.fails(dns.RcodeServerFailure) })),

	// EDNS is mishandled
	"no-edns":     plain(noEDNS),
	"edns-drop":   plain(ednsDrop),
	"edns-ignore": plain(ednsIgnore),
	"badvers":     plain(badVersion),
	"edns":        spoilsEDNS(func(*dns.OPT) bool { return true }, func(own, asked *dns.OPT) { *own = *asked }),
	"edns-version": spoilsEDNS(
		func(opt *dns.OPT) bool { return opt.Version() != 0 },
		func(own, asked *dns.OPT) { own.SetVersion(asked.Version()) }),
	"edns-option": spoilsEDNS(
		func(opt *dns.OPT) bool { return len(opt.Option) > 0 },
		func(own, asked *dns.OPT) { own.Option = asked.Option }),
	"edns-flag": spoilsEDNS(
		func(opt *dns.OPT) bool { return opt.Z() != 0 },
		func(own, asked *dns.OPT) { own.SetZ(asked.Z()) }),

	// the answer is not what the zone says
	"no-soa":            plain(noSOA),
	"foreign-soa":       plain(foreignSOA),
	"ent-nxdomain":      plain(entNXDomain),
	"strip-dnssec":      plain(stripDNSSEC),
	"rotate":            plain(rotate),
	"single":            plain(single),
	"alias-and-records": plain(aliasAndRecords),
	"alternate":         alternate,
}

// plain is the maker of a fault without arguments.
func plain(f fault) maker {
	return func(s setting) (fault, error) {
		if len(s.args) > 0 {
			return nil, fmt.Errorf("unknown word %q", s.args[0])
		}
		return f, nil
	}
}

// A faultLine is one line of the faults section.
type faultLine struct {
	section
	number int // of the line

	server    string
	addr      netip.Addr         // if server is one
	transport resolver.Transport // or "" for both
	conditions
	name string
	args []string
}

// readFaults takes "SELECTOR [CONDITION…] FAULT [ARG…]".
func (s *Scenario) readFaults(sec section) error {
	return sec.eachLine(func(number int, words []string) error {
		line := faultLine{section: sec, number: number}
		if err := line.selector(words[0]); err != nil {
			return err
		}
		for _, w := range words[1:] {
			if err := line.word(w); err != nil {
				return err
			}
		}
		if line.name == "" {
			return fmt.Errorf("no fault is named")
		}
		s.faults = append(s.faults, line)
		return nil
	})
}

// everyone is the selector that means all servers and caches.
const everyone = "*"

// selector takes HOST, ADDRESS, a cache's name or *, with /udp or /tcp or not.
func (l *faultLine) selector(word string) error {
	server, transport, limited := strings.Cut(word, "/")
	l.server, l.transport = server, resolver.Transport(transport)
	if limited && l.transport != resolver.UDP && l.transport != resolver.TCP {
		return fmt.Errorf("%q is not a transport: want udp or tcp", transport)
	}
	if a, err := netip.ParseAddr(server); err == nil {
		l.addr = a
	}
	return nil
}

// word takes a condition, the name of the fault, or an argument of it.
func (l *faultLine) word(w string) error {
	if key, value, ok := strings.Cut(w, "="); ok {
		return l.set(key, value)
	}
	if l.name != "" {
		l.args = append(l.args, w)
		return nil
	}
	if faults[w] == nil {
		known := slices.Sorted(maps.Keys(faults))
		return fmt.Errorf("unknown fault %q: want one of %s", w, strings.Join(known, ", "))
	}
	l.name = w
	return nil
}

// names reports whether the selector means a server.
func (l *faultLine) names(s *server) bool {
	if l.addr.IsValid() {
		return l.addr == s.addr
	}
	return l.server == everyone || l.server == s.host || strings.EqualFold(undotted(l.server), s.host)
}

// fresh makes the fault with its conditions for one run of a scenario.
func (l *faultLine) fresh(scenario string, m *made) (fault, error) {
	seed := fmt.Sprintf("%s:%d", scenario, l.number)
	f, err := faults[l.name](setting{l.args, seed, m})
	if err != nil {
		return nil, l.errorf("%s: %v", l.name, err)
	}
	counted := &meter{
		conditions: l.conditions,
		transport:  l.transport,
		draws:      draws{seed: seed},
	}
	return counted.limit(f), nil
}

// errorf is an error about this line.
func (l *faultLine) errorf(format string, args ...any) error {
	return l.errorAt(l.number, format, args...)
}

// always reports whether the fault hits every query over a transport.
func (l *faultLine) always(t resolver.Transport) bool {
	return l.conditions.none() && (l.transport == "" || l.transport == t)
}
