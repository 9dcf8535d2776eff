package recording

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// take takes a line of the header.
func (h *Header) take(key, value string) (err error) {
	switch key {
	case "tool":
		h.Tool = value
	case "command":
		h.Command = value
	case "started":
		h.Started, err = moment(value)
	case "lab":
		h.Lab = value
	case "redacted":
		h.Redacted = value == "yes"
	case "name":
		if !isName(value) {
			return fmt.Errorf("%.60q is no domain name", value)
		}
		h.Names = append(h.Names, value)
	case "type":
		h.Type = value
	case "value":
		return h.value(value)
	case "flag":
		var f, rest string
		if f, rest, err = word(value); err == nil && rest != "" {
			return fmt.Errorf("something follows %.40q", f)
		}
		h.Flags = append(h.Flags, f)
	default:
		return h.start(key, value)
	}
	return err
}

// isName reports whether a name can be an identifier or be looked up.
func isName(s string) bool {
	_, ok := dns.IsDomainName(s)
	return ok && s != "" && !strings.ContainsAny(s, " \t\"")
}

func (h *Header) value(text string) error {
	name, rest, err := word(text)
	if err != nil {
		return err
	}
	v := Value{Name: name}
	if v.TXT, rest, err = word(rest); err != nil {
		return err
	}
	if rest != "" {
		if v.Token, rest, err = word(rest); err != nil {
			return err
		}
		if v.Thumbprint, rest, err = word(rest); err != nil {
			return err
		}
	}
	if rest != "" {
		return errors.New("it is not a name and a value, or these and what the value is made of")
	}
	h.Values = append(h.Values, v)
	return nil
}

// start takes a line that says where the run began.
func (h *Header) start(key, value string) (err error) {
	switch key {
	case "root":
		return h.root(strings.Fields(value))
	case "anchor":
		return h.anchor(value)
	case "signatures":
		h.SignedAt, err = moment(value)
	case "allow":
		var p netip.Prefix
		if p, err = netip.ParsePrefix(value); err == nil {
			h.Allow = append(h.Allow, p)
		}
	case "resolver":
		return h.resolver(value)
	case "fact":
		h.Facts = append(h.Facts, Fact{value})
	default:
		return errors.New("nobody knows this key; the recording is of a newer dns01, or damaged")
	}
	return err
}

func (h *Header) root(fields []string) error {
	if len(fields) < 2 {
		return errors.New("it is not a name and its addresses")
	}
	r := resolver.Root{Name: fields[0]}
	for _, f := range fields[1:] {
		a, err := netip.ParseAddr(f)
		if err != nil {
			return fmt.Errorf("%.60q is no address", f)
		}
		r.Addrs = append(r.Addrs, a)
	}
	h.Roots = append(h.Roots, r)
	return nil
}

func (h *Header) anchor(text string) error {
	rrs, err := resolver.ParseAnchors(strings.NewReader(text + "\n"))
	h.Anchors = append(h.Anchors, rrs...)
	return err
}

func (h *Header) resolver(text string) (err error) {
	var r Resolver
	name, rest, err := word(text)
	if err != nil {
		return err
	}
	f := strings.Fields(rest)
	if len(f) < 2 {
		return errors.New("it is not a name, an address and a transport")
	}
	r.Name, r.Transport = name, resolver.Transport(f[1])
	for _, w := range f[2:] {
		switch {
		case w == "local" && !r.Local && !r.Around:
			r.Local = true
		case w == "around" && !r.Around:
			r.Around = true
		default:
			return fmt.Errorf("%.40q is not what a resolver can be", w)
		}
	}
	if !slices.Contains([]resolver.Transport{resolver.UDP, resolver.TCP, resolver.DoT, resolver.DoH}, r.Transport) {
		return fmt.Errorf("%.40q is no transport", f[1])
	}
	if f[0] != "-" {
		if r.Addr, err = netip.ParseAddrPort(f[0]); err != nil {
			return fmt.Errorf("%.60q is no address with a port", f[0])
		}
	}
	h.Resolvers = append(h.Resolvers, r)
	return nil
}

func moment(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, fmt.Errorf("%.40q is no time", text)
	}
	return t, nil
}
