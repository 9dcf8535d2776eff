package known

import (
	"strings"
	"sync"
)

// A Target is a place that people delegate validation to: a service that
// publishes TXT values for others, or a DNS host whose names keep only so
// many of them. It is recognised by the end of the name where the value is
// looked for, or by what the names look like.
type Target struct {
	ID   string
	Name string // what people call it
	// Suffixes end the names under which the values live.
	Suffixes []string
	// UUIDLabel is set when the first label is a UUID, whatever follows: the
	// service can be run by anybody.
	UUIDLabel bool

	Slots int // values that one name keeps at a time; 0 when not limited or not known
	// SharedBelow is how many labels above the suffix share the slots with
	// every name below them; 0 means that each name has slots of its own.
	SharedBelow int
	TTL         uint32 // seconds, of the values; 0 when not known
	// OperatorOnly is set where the operator alone can publish values: for
	// certificates that the operator orders.
	OperatorOnly bool
	// Trap is what people stumble over, a sentence.
	Trap string

	Source string
	Date   string // when the facts were current, YYYY-MM-DD
}

// Targets returns every target that is known, the surest sign first.
func Targets() []Target { return targets() }

var targets = sync.OnceValue(func() []Target {
	const acmeDNS = "https://github.com/acme-dns/acme-dns/tree/b7a0a8a"
	return []Target{
		{
			ID: "duckdns", Name: "DuckDNS", Suffixes: []string{"duckdns.org"},
			Slots: 1, SharedBelow: 1, TTL: 60,
			Trap:   "A domain keeps one TXT value, and every name below it shows the same one.",
			Source: "https://www.duckdns.org/spec.jsp", Date: "2026-11-22",
		},
		{
			ID: "cloudflare-dcv", Name: "Cloudflare's delegated DCV", Suffixes: []string{"dcv.cloudflare.com"},
			OperatorOnly: true,
			Trap:         "Cloudflare alone publishes there, for certificates that Cloudflare orders.",
			Source:       "https://developers.cloudflare.com/ssl/edge-certificates/changing-dcv-method/methods/delegated-dcv/", Date: "2026-04-16",
		},
		{
			ID: "httpsauto", Name: "the dcv2.httpsauto.com validation service", Suffixes: []string{"dcv2.httpsauto.com"},
			OperatorOnly: true,
			Trap:         "It is left behind by a former host, whose servers fail for it.",
			Source:       "https://github.com/caddy-dns/cloudflare/issues/42", Date: "2026-11-22",
		},
		{
			ID: "fastly", Name: "Fastly's validation service", Suffixes: []string{"fastly-validations.com"},
			OperatorOnly: true,
			Trap:         "Fastly alone publishes there, for certificates that Fastly orders.",
			Source:       "https://docs.fastly.com/en/guides/setting-up-tls-with-certificates-fastly-manages", Date: "2026-11-22",
		},
		{
			ID: "acm", Name: "AWS Certificate Manager's validation", Suffixes: []string{"acm-validations.aws"},
			OperatorOnly: true,
			Trap:         "It serves AWS Certificate Manager only and is no place for an ACME value.",
			Source:       "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html", Date: "2026-11-22",
		},
		{
			ID: "acme-dns-io", Name: "the public test instance of acme-dns", Suffixes: []string{"auth.acme-dns.io"},
			Slots: 2, TTL: 1,
			Trap:   "It is for tests: who runs it can obtain certificates for the name.",
			Source: acmeDNS, Date: "2024-12-15",
		},
		{
			ID: "acme-dns", Name: "acme-dns", UUIDLabel: true,
			Slots: 2, TTL: 1,
			Trap:   "A registration keeps the two newest values; the next one pushes the oldest out.",
			Source: acmeDNS, Date: "2024-12-15",
		},
	}
})

// TargetOf returns the target that a name belongs to. A name is in
// presentation form, lower case, without final dot.
func TargetOf(name string) (Target, bool) {
	for _, t := range Targets() {
		for _, s := range t.Suffixes {
			if strings.HasSuffix(name, "."+s) {
				return t, true
			}
		}
		if t.UUIDLabel && startsWithUUID(name) {
			return t, true
		}
	}
	return Target{}, false
}

// Slot is the name that shares its slots with name: itself, or the domain
// above it that has one set of values for all that is below.
func (t Target) Slot(name string) string {
	if t.SharedBelow == 0 {
		return name
	}
	for _, s := range t.Suffixes {
		own, ok := strings.CutSuffix(name, "."+s)
		if !ok {
			continue
		}
		labels := strings.Split(own, ".")
		return strings.Join(labels[max(0, len(labels)-t.SharedBelow):], ".") + "." + s
	}
	return name
}

// startsWithUUID reports whether the first of several labels is a UUID in its
// usual form (RFC 9562 §4).
func startsWithUUID(name string) bool {
	label, rest, ok := strings.Cut(name, ".")
	if !ok || rest == "" || len(label) != 36 {
		return false
	}
	for i, c := range []byte(label) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		hex := '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
		if dash != (c == '-') || !dash && !hex {
			return false
		}
	}
	return true
}
