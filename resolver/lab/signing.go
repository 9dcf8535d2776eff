package lab

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A signing is how a zone, or one host's copies of it, are signed.
type signing struct {
	unsigned bool

	denial     denialKind
	iterations uint16
	salt       string // in hexadecimal, upper case

	algorithms         []uint8
	bits               int // of RSA
	single             bool
	kskFlags, zskFlags uint16

	inception, expiration time.Duration // from the beginning of the world

	// What others hold about the zone: its parent and whoever trusts it.
	held held
}

// held is what the zone's parent, and the trust anchors, say about its keys.
type held struct {
	ds      string // published, none, wrong, stale
	digests string // types of digest, as in the file
	anchor  string // none, ds, dnskey, wrong; "" for what is usual
}

// A denialKind is how a zone proves that something does not exist.
type denialKind int

const (
	byNSEC denialKind = iota
	byNSEC3
	byOptOut // NSEC3 that skips unsigned delegations (RFC 5155 §6)
)

const day = 24 * time.Hour

// defaultSigning is what a zone gets that only asks for signing.
func defaultSigning() signing {
	return signing{
		algorithms: []uint8{dns.ECDSAP256SHA256},
		bits:       defaultRSABits,
		kskFlags:   dns.ZONE | dns.SEP,
		zskFlags:   dns.ZONE,
		inception:  -day,
		expiration: 30 * day,
		held:       held{ds: "published", digests: "2"},
	}
}

// A signLine is one line of the sign section. Without hosts it is about the
// zone; with hosts it changes what is different in their copies.
type signLine struct {
	section
	number int // of the line
	origin string
	words  []string
	hosts  []string
}

// readSign takes "ZONE [WORD…] [@ HOST…]".
func (s *Scenario) readSign(sec section) error {
	return sec.eachLine(func(number int, words []string) error {
		words, hosts, err := splitHosts(words)
		if err != nil {
			return err
		}
		if len(words) == 0 {
			return fmt.Errorf("want ZONE [WORD…] [@ HOST…]")
		}
		origin, err := absolute(words[0])
		if err != nil {
			return err
		}
		line := signLine{sec, number, origin, words[1:], hosts}
		to := defaultSigning()
		if err := line.apply(&to); err != nil {
			return err
		}
		s.signs = append(s.signs, line)
		return nil
	})
}

// splitHosts takes the hosts after "@" off a line.
func splitHosts(words []string) (before, hosts []string, err error) {
	at := slices.Index(words, "@")
	if at < 0 {
		return words, nil, nil
	}
	for _, w := range words[at+1:] {
		h, err := absolute(w)
		if err != nil {
			return nil, nil, err
		}
		hosts = append(hosts, h)
	}
	if len(hosts) == 0 {
		return nil, nil, fmt.Errorf("no host after @")
	}
	return words[:at], hosts, nil
}

// about reports whether the line is about the copies of a host; "" means the
// zone as a whole.
func (l *signLine) about(origin, host string) bool {
	return l.origin == origin && (len(l.hosts) == 0 || slices.Contains(l.hosts, host))
}

// apply changes a signing as the line says.
func (l *signLine) apply(to *signing) error {
	before := to.held
	for _, w := range l.words {
		if err := to.word(w); err != nil {
			return err
		}
	}
	switch {
	case to.iterations > 0 && to.denial == byNSEC, to.salt != "" && to.denial == byNSEC:
		return fmt.Errorf("iterations and salt are for nsec3 and optout")
	case to.bits < minSHA512Bits && slices.Contains(to.algorithms, dns.RSASHA512):
		return fmt.Errorf("RSASHA512 takes %d bits or more", minSHA512Bits) // RFC 5702 §2.2
	case len(l.hosts) > 0 && to.held != before:
		return fmt.Errorf("ds, digest and anchor are not a host's but the zone's: leave out @")
	}
	return nil
}

// word takes one word of a line.
func (s *signing) word(w string) error {
	if key, value, ok := strings.Cut(w, "="); ok {
		return s.set(key, value)
	}
	switch w {
	case "unsigned":
		s.unsigned = true
	case "nsec":
		s.denial = byNSEC
	case "nsec3":
		s.denial = byNSEC3
	case "optout":
		s.denial = byOptOut
	// Two days are more than any validator forgives by default.
	case "expired":
		s.inception, s.expiration = -32*day, -2*day
	case "future":
		s.inception, s.expiration = 2*day, 32*day
	default:
		return fmt.Errorf("unknown word %q", w)
	}
	return nil
}

// set takes one key=value.
func (s *signing) set(key, value string) (err error) {
	switch key {
	case "iterations":
		s.iterations, err = parseUint16(value)
	case "salt":
		s.salt, err = parseSalt(value)
	case "algorithm":
		s.algorithms, err = parseAlgorithms(value)
	case "bits":
		s.bits, err = parseBits(value)
	case "keys":
		err = oneOf(value, "split", "single")
		s.single = value == "single"
	case "ksk-flags":
		s.kskFlags, err = parseUint16(value)
	case "zsk-flags":
		s.zskFlags, err = parseUint16(value)
	case "inception":
		s.inception, err = parseOffset(value)
	case "expiration":
		s.expiration, err = parseOffset(value)
	case "ds":
		err = oneOf(value, "published", "none", "wrong", "stale")
		s.held.ds = value
	case "digest":
		_, err = parseNumbers(value)
		s.held.digests = value
	case "anchor":
		err = oneOf(value, "none", "ds", "dnskey", "wrong")
		s.held.anchor = value
	default:
		return fmt.Errorf("unknown word %q", key)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func oneOf(value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return fmt.Errorf("%q is not one of %s", value, strings.Join(known, ", "))
}

func parseUint16(value string) (uint16, error) {
	n, err := strconv.ParseUint(value, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number up to 65535", value)
	}
	return uint16(n), nil
}

func parseSalt(value string) (string, error) {
	octets, err := hex.DecodeString(value)
	if err != nil || len(octets) > 255 {
		return "", fmt.Errorf("%q is not up to 255 octets in hexadecimal", value)
	}
	return strings.ToUpper(value), nil
}

// parseAlgorithms takes numbers or mnemonics of algorithms, with commas.
func parseAlgorithms(value string) ([]uint8, error) {
	var all []uint8
	for word := range strings.SplitSeq(value, ",") {
		a, known := dns.StringToAlgorithm[strings.ToUpper(word)]
		if !known {
			n, err := strconv.ParseUint(word, 10, 8)
			if err != nil {
				return nil, fmt.Errorf("%q is not an algorithm", word)
			}
			a = uint8(n)
		}
		all = append(all, a)
	}
	return all, nil
}

// parseNumbers takes numbers of one octet, with commas.
func parseNumbers(value string) ([]uint8, error) {
	var all []uint8
	for word := range strings.SplitSeq(value, ",") {
		n, err := strconv.ParseUint(word, 10, 8)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number up to 255", word)
		}
		all = append(all, uint8(n))
	}
	return all, nil
}

func parseBits(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < minRSABits || n > maxRSABits {
		return 0, fmt.Errorf("%q is not a size from %d to %d", value, minRSABits, maxRSABits)
	}
	return n, nil
}

// maxOffset, in days, keeps the times of signatures within what RRSIG can say
// (RFC 4034 §3.1.5).
const maxOffset = 10000

// parseOffset takes a time from the beginning of the world: "+30d", "-1h30m".
func parseOffset(value string) (time.Duration, error) {
	days, isDays := strings.CutSuffix(value, "d")
	if n, err := strconv.Atoi(days); isDays && err == nil && n >= -maxOffset && n <= maxOffset {
		return time.Duration(n) * day, nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d.Abs() > maxOffset*day {
		return 0, fmt.Errorf(`%q is not a time such as "-1d" or "+90s"`, value)
	}
	return d, nil
}
