package recording

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/publicsuffix"

	"dns01/resolver"
)

// Redact returns the recording with other names, addresses, values and keys in
// the place of the real ones, everywhere the same for the same, so that it can
// be shown to others and is judged alike:
//
//   - A label becomes another of the same length, so that messages keep their
//     size. Those of public suffixes and of the names that keep says stay; so do
//     "*", labels with "_", www, ns1 and the like, and the servers of registries.
//   - Addresses become ones for benchmarks (198.18.0.0/15) and documentation
//     (2001:db8::/32), which the header allows; those of registries' servers and
//     public resolvers stay. Private ones stay in their range.
//   - TXT values, and what is signed, hashed or a key, keep their length and
//     form: letters become letters, digits digits.
//
// What validation concluded has to stand in Facts: signatures cover the real
// names. key decides what becomes what; without it nobody can tell the names
// back, not even by trying.
func (r *Recording) Redact(key []byte, keep func(name string) bool) *Recording {
	d := &redactor{
		key: key, keep: keep,
		labels: map[string]string{}, taken: map[string]bool{},
		addrs:      map[netip.Addr]netip.Addr{},
		registries: map[string]bool{},
	}
	d.accountStays = slices.Contains(r.Flags, "--challenge=dns-account-01")
	for _, root := range r.Roots {
		d.registry(root.Name)
		for _, a := range root.Addrs {
			d.addrs[a] = a
		}
	}
	for _, c := range r.Resolvers {
		d.meet(c.Addr.Addr())
		if !c.Local && c.Addr.IsValid() && resolver.Special(c.Addr.Addr()) == "" {
			d.addrs[c.Addr.Addr()] = c.Addr.Addr()
		}
	}
	d.learn(r)
	d.assign()
	out := &Recording{Header: d.header(r.Header)}
	for _, l := range r.Looks {
		l.Sights = mapped(l.Sights, d.sight)
		l.Exchanges = slices.Clone(l.Exchanges)
		for i := range l.Exchanges {
			d.exchange(&l.Exchanges[i])
		}
		out.Looks = append(out.Looks, l)
	}
	return out
}

// A redactor knows what becomes what.
type redactor struct {
	key        []byte
	keep       func(name string) bool
	registries map[string]bool // domains of the servers of registries
	labels     map[string]string
	taken      map[string]bool
	met        []netip.Addr // addresses that occur
	addrs      map[netip.Addr]netip.Addr
	// accountStays: the challenge name is made of it (dns-account-01).
	accountStays bool
}

// sum is as good as chance for whoever lacks the key.
func (d *redactor) sum(what string, n int) []byte {
	h := hmac.New(sha256.New, d.key)
	fmt.Fprintf(h, "%s\x00%d", what, n)
	return h.Sum(nil)
}

// registry notes that a name is that of a registry's server.
func (d *redactor) registry(server string) {
	server = strings.TrimSuffix(strings.ToLower(server), ".")
	if domain, err := publicsuffix.EffectiveTLDPlusOne(server); err == nil {
		d.registries[domain] = true
	}
}

// learn finds the servers of registries, whose names and addresses stay.
func (d *redactor) learn(r *Recording) {
	var servers []dns.RR
	for _, l := range r.Looks {
		d.meetSeen(l.Sights)
		for _, x := range l.Exchanges {
			d.meet(x.Server.Addr(), x.From.Addr())
			m, err := resolver.Unpack(x.Reply)
			if err != nil {
				continue
			}
			for _, rr := range slices.Concat(m.Answer, m.Ns) {
				if ns, ok := rr.(*dns.NS); ok && resolver.Public(bare(ns.Hdr.Name)) {
					d.registry(ns.Ns)
				}
			}
			servers = append(servers, slices.Concat(m.Answer, m.Extra)...)
		}
	}
	for _, rr := range servers {
		var ip []byte
		switch rr := rr.(type) {
		case *dns.A:
			ip = rr.A.To4()
		case *dns.AAAA:
			ip = rr.AAAA
		}
		a, ok := netip.AddrFromSlice(ip)
		if ok && d.ofRegistry(bare(rr.Header().Name)) {
			d.addrs[a] = a
		}
		d.meet(a)
	}
}

func bare(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

func (d *redactor) ofRegistry(name string) bool {
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	return err == nil && d.registries[domain]
}

// ordinary labels tell nothing.
var ordinary = regexp.MustCompile(`^(\*|www|ns[0-9]*|dns[0-9]*|_.*|acme-challenge|` + resolver.ProbePrefix + `.*|awsdns-[0-9]+)$`)

// stays reports whether the first label of a name is kept.
func (d *redactor) stays(name string) bool {
	label, _, _ := strings.Cut(name, ".")
	// A TLD stays wherever it stands: example.com.example.com is a mistake that
	// is to be seen.
	_, listed := publicsuffix.PublicSuffix(label)
	return listed || ordinary.MatchString(label) || resolver.Public(name) || d.keep(name) || d.ofRegistry(name)
}

// label returns what a label becomes, which is as long, in the letter case that
// it has. name is the label with what follows it, in lower case.
func (d *redactor) label(label []byte, name string) []byte {
	if d.stays(name) {
		return label
	}
	lower := strings.ToLower(string(label))
	to, ok := d.labels[lower]
	if !ok {
		to = d.newLabel(lower)
		d.labels[lower] = to
		d.taken[to] = true
	}
	out := []byte(to)
	for i, c := range label {
		if 'A' <= c && c <= 'Z' && 'a' <= out[i] && out[i] <= 'z' {
			out[i] -= 'a' - 'A'
		}
	}
	return out
}

// newLabel makes one that no other label has become.
func (d *redactor) newLabel(label string) string {
	for n := 0; ; n++ {
		to := make([]byte, len(label))
		for i := range to {
			b := d.sum("label "+label, n*64+i/32)[i%32]
			switch c := label[i]; {
			case !('a' <= c && c <= 'z' || '0' <= c && c <= '9') && !strings.HasPrefix(label, "xn--"):
				to[i] = c // what makes a name one that no CA takes
			case isUUID(label):
				to[i] = "0123456789abcdef"[b%16]
			default:
				to[i] = 'a' + b%26
			}
		}
		if s := string(to); n > 1000 || !d.taken[s] && !ordinary.MatchString(s) && s != label {
			return s
		}
	}
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func isUUID(label string) bool { return uuid.MatchString(label) }

// name returns what a name in presentation form becomes.
func (d *redactor) name(name string) string {
	if name == "." {
		return name
	}
	dotted := strings.HasSuffix(name, ".")
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	for i, l := range labels {
		if l != "" && !strings.Contains(l, `\`) {
			labels[i] = string(d.label([]byte(l), strings.ToLower(strings.Join(labelsFrom(name, i), "."))))
		}
	}
	out := strings.Join(labels, ".")
	if dotted {
		out += "."
	}
	return out
}

func labelsFrom(name string, i int) []string {
	return strings.Split(strings.TrimSuffix(name, "."), ".")[i:]
}

// Ranges that real addresses are moved to.
var (
	benchmarks    = netip.MustParsePrefix("198.18.0.0/15")
	documentation = netip.MustParsePrefix("2001:db8::/32")
	private       = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("fc00::/7"),
	}
)

// meet notes addresses that occur.
func (d *redactor) meet(addrs ...netip.Addr) {
	for _, a := range addrs {
		if a.IsValid() {
			d.met = append(d.met, a)
		}
	}
}

// assign decides what the addresses become: others of their family and range,
// in the same order, since what is asked of one server of several is often asked
// of the first.
func (d *redactor) assign() {
	slices.SortFunc(d.met, netip.Addr.Compare)
	by := map[netip.Prefix][]netip.Addr{}
	for _, a := range slices.Compact(d.met) {
		if p, ok := d.rangeOf(a); ok && !d.addrs[a].IsValid() {
			by[p] = append(by[p], a)
		}
	}
	for p, as := range by {
		base := p.Masked().Addr().AsSlice()
		at, step := uint32(0), uint32(1)<<min(32-p.Bits(), 30)/uint32(len(as)+1)
		if p.Addr().Is6() {
			step = 1 << 30 / uint32(len(as)+1)
		}
		for _, a := range as {
			at += 1 + binary.BigEndian.Uint32(d.sum("address "+a.String(), 0))%max(step-1, 1)
			to := slices.Clone(base)
			last := to[len(to)-4:]
			binary.BigEndian.PutUint32(last, binary.BigEndian.Uint32(last)|at)
			d.addrs[a], _ = netip.AddrFromSlice(to)
		}
	}
}

// rangeOf is the range that an address is moved within, or to; false for one
// that tells nothing.
func (d *redactor) rangeOf(a netip.Addr) (netip.Prefix, bool) {
	if a.IsLoopback() || a.IsUnspecified() || a.IsLinkLocalUnicast() || a.IsMulticast() {
		return netip.Prefix{}, false
	}
	for _, p := range private {
		if p.Contains(a) {
			return p, true
		}
	}
	if a.Is4() {
		return benchmarks, true
	}
	return documentation, true
}

// addr returns what an address becomes.
func (d *redactor) addr(a netip.Addr) netip.Addr {
	if to, ok := d.addrs[a]; ok {
		return to
	}
	if p, ok := d.rangeOf(a); ok && a.IsValid() {
		return p.Masked().Addr() // it occurs in a text alone
	}
	return a
}

// header returns what a header becomes.
func (d *redactor) header(h Header) Header {
	h.Redacted = true
	h.Names = mapped(h.Names, d.name)
	h.Values = mapped(h.Values, func(v Value) Value {
		return Value{d.name(v.Name), d.value(v.TXT), d.value(v.Token), d.value(v.Thumbprint)}
	})
	h.Flags = mapped(h.Flags, func(f string) string {
		name, value, _ := strings.Cut(f, "=")
		switch name {
		case "--account":
			return name + "=" + d.account(value)
		case "--what-if":
			return name + "=" + d.text(d.account(value))
		}
		return f
	})
	h.Anchors = mapped(h.Anchors, func(rr dns.RR) dns.RR {
		rr = dns.Copy(rr)
		rr.Header().Name = d.name(rr.Header().Name)
		return rr
	})
	h.Resolvers = mapped(h.Resolvers, func(r Resolver) Resolver {
		if r.Addr.IsValid() {
			r.Addr = netip.AddrPortFrom(d.addr(r.Addr.Addr()), r.Addr.Port())
		}
		r.Name = d.text(r.Name)
		return r
	})
	h.Facts = mapped(h.Facts, func(f Fact) Fact { return Fact{d.text(f.Text)} })
	h.Allow = append(slices.Clone(h.Allow), benchmarks, documentation)
	return h
}

func mapped[T any](in []T, f func(T) T) []T {
	var out []T
	for _, x := range in {
		out = append(out, f(x))
	}
	return out
}

// mentioned is a name or an address in a text.
var mentioned = regexp.MustCompile(`[A-Za-z0-9_*-]+(\.[A-Za-z0-9_-]+)+|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*`)

// text replaces the names and addresses in a text of ours.
func (d *redactor) text(s string) string {
	return mentioned.ReplaceAllStringFunc(s, func(w string) string {
		if a, err := netip.ParseAddr(w); err == nil {
			return d.addr(a).String()
		}
		if strings.Contains(w, ":") {
			return w
		}
		return d.name(w)
	})
}

// accountID is the end of an account URL (RFC 8555 §7.1.2): what tells one from
// another.
var accountID = regexp.MustCompile(`/[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*(["; ]|$)`)

// account replaces what is one's own in account URLs.
func (d *redactor) account(s string) string {
	if d.accountStays {
		return s
	}
	return accountID.ReplaceAllStringFunc(s, d.disguise)
}

// value returns what a TXT value becomes. Issuers and methods of a persistent
// authorization stay, with its other words.
func (d *redactor) value(s string) string {
	if strings.Contains(s, "accounturi=") {
		return d.account(s)
	}
	return d.disguise(s)
}

// disguise replaces letters by letters and digits by digits, each always by the
// same, so that what is alike but for a quote, a space or its letter case stays
// so.
func (d *redactor) disguise(s string) string {
	letters, digits := d.shuffled(26), d.shuffled(10)
	b := []byte(s)
	for i, c := range b {
		switch {
		case 'a' <= c && c <= 'z':
			b[i] = 'a' + letters[c-'a']
		case 'A' <= c && c <= 'Z':
			b[i] = 'A' + letters[c-'A']
		case '0' <= c && c <= '9':
			b[i] = '0' + digits[c-'0']
		}
	}
	return string(b)
}

// shuffled are the numbers below n in an order by the key.
func (d *redactor) shuffled(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i)
	}
	for i := n - 1; i > 0; i-- {
		j := binary.BigEndian.Uint32(d.sum("shuffle", n*64+i)) % uint32(i+1)
		p[i], p[j] = p[j], p[i]
	}
	return p
}
