package survey

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// failed is the word for a question without a usable message, "" when one
// came.
func failed(o resolver.Observation) string {
	switch resolver.FailureOf(o.Err) {
	case "":
		return ""
	case resolver.Timeout, resolver.Mismatched:
		return "timeout"
	case resolver.Unreachable:
		return "refused"
	case resolver.Closed:
		return "closed"
	}
	return "garbage"
}

// rcodeWord is an rcode as a word of the plan.
func rcodeWord(m *dns.Msg) string { return strings.ToLower(rcode(m.Rcode)) }

// amiss is the word for a reply that is no answer to the question for a SOA
// that the server has: silence, or an error.
func amiss(o resolver.Observation) string {
	if w := failed(o); w != "" {
		return w
	}
	if m := o.Reply.Msg; m.Rcode != dns.RcodeSuccess {
		return rcodeWord(m)
	}
	return ""
}

// option returns an EDNS option of a message, or nil.
func option(m *dns.Msg, code uint16) dns.EDNS0 {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	i := slices.IndexFunc(opt.Option, func(o dns.EDNS0) bool { return o.Option() == code })
	if i < 0 {
		return nil
	}
	return opt.Option[i]
}

// versionWords judge the answer to EDNS version 1 (RFC 6891 §6.1.3). What a
// server leaves out of BADVERS besides, DO for one, is its own affair.
func versionWords(o resolver.Observation) []string {
	if w := failed(o); w != "" {
		return []string{w}
	}
	var words []string
	m := o.Reply.Msg
	opt := m.IsEdns0()
	switch {
	case m.Rcode == dns.RcodeBadVers:
	case m.Rcode != dns.RcodeSuccess:
		words = append(words, rcodeWord(m))
	default:
		words = append(words, "soa")
	}
	switch {
	case opt == nil && m.Rcode == dns.RcodeSuccess:
		words = append(words, "noopt")
	case opt != nil && opt.Version() != 0:
		words = append(words, "version")
	}
	if option(m, resolver.OptionCode) != nil {
		words = append(words, "echoed")
	}
	return words
}

// extraWords judge the answer to a question with an unknown option, an unknown
// flag and a cookie, each under its own id.
func extraWords(o resolver.Observation) (opt, flags, cookie []string) {
	m := o.Reply.Msg
	if option(m, resolver.OptionCode) != nil {
		opt = append(opt, "echoed")
	}
	if e := m.IsEdns0(); e != nil && e.Z() != 0 {
		flags = append(flags, "mbz")
	}
	got, _ := option(m, dns.EDNS0COOKIE).(*dns.EDNS0_COOKIE)
	sent, _ := option(o.Query.Msg, dns.EDNS0COOKIE).(*dns.EDNS0_COOKIE)
	if got != nil && sent != nil && !strings.HasPrefix(strings.ToLower(got.Cookie), strings.ToLower(sent.Cookie)) {
		cookie = append(cookie, "changed")
	}
	return opt, flags, cookie
}

// badCookie reports whether a server wants the cookie that it sends now
// (RFC 7873 §5.2.3): it answers those who send none.
func badCookie(o resolver.Observation) bool {
	return o.Err == nil && o.Reply.Msg.Rcode == dns.RcodeBadCookie
}

// typeWords judge the answer to a type that nobody has defined.
func typeWords(o resolver.Observation) []string {
	w := amiss(o)
	if w != "" {
		return []string{w}
	}
	if slices.ContainsFunc(o.Reply.Msg.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == unknownType }) {
		return []string{"records"}
	}
	return nil
}

// sizeWords judge the answer to a question that offers 512 octets.
func sizeWords(o resolver.Observation) []string {
	if w := failed(o); w != "" {
		return []string{w}
	}
	m := o.Reply.Msg
	var words []string
	if o.Reply.Size > dns.MinMsgSize {
		words = append(words, "toobig")
	}
	if m.IsEdns0() == nil {
		words = append(words, "noopt")
	}
	return words
}

// foreignWords judge the answer to the question for the root's name servers,
// put to a server that does not have the root.
func foreignWords(o resolver.Observation) []string {
	if w := failed(o); w != "" {
		return []string{w}
	}
	m := o.Reply.Msg
	switch {
	case m.Rcode != dns.RcodeSuccess:
		return nil
	case hasNS(m.Answer):
		return []string{"answer"}
	case hasNS(m.Ns):
		return []string{"upward"}
	}
	return nil
}

func hasNS(rrs []dns.RR) bool {
	return slices.ContainsFunc(rrs, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeNS })
}

// doWords judge the answer to a question with DO clear.
func doWords(o resolver.Observation) []string {
	if w := amiss(o); w != "" {
		return []string{w}
	}
	m := o.Reply.Msg
	opt := m.IsEdns0()
	signed := slices.ContainsFunc(m.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeRRSIG })
	switch {
	case opt == nil:
		return []string{"noopt"}
	case opt.Do() || signed:
		return []string{"do"}
	}
	return nil
}

// plainWords judge the answer to a question without EDNS.
func plainWords(o resolver.Observation) []string {
	if w := amiss(o); w != "" {
		return []string{w}
	}
	if o.Reply.Msg.IsEdns0() != nil {
		return []string{"opt"}
	}
	return nil
}

// bitWords judge the answer to a question with header bits set that mean
// nothing in it.
func bitWords(o resolver.Observation) []string {
	if w := amiss(o); w != "" {
		return []string{w}
	}
	if o.Reply.Msg.Zero {
		return []string{"mbz"}
	}
	return nil
}
