package resolver

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxCaseRounds is how often each server is asked again in lower case, and
// maxCaseAsks how many questions that may be in all. Unbound wants up to
// maxCaseReplies, and asks a server maxCaseTries times (outbound-msg-retry).
const (
	maxCaseRounds  = 3
	maxCaseAsks    = 12
	maxCaseReplies = 16
	maxCaseTries   = 5
)

// agreeInLowerCase returns what keeps an answer from being taken whose server
// did not keep the letter case of the question. A resolver then has no proof
// that the reply is to its question; it asks all servers again in lower case,
// and believes them only when they all say the same (Unbound's caps-for-id
// fallback). With silent ones among them it may never get enough replies.
func (c *Client) agreeInLowerCase(ctx context.Context, servers []ServerAddr, a *Answer) ([]Observation, Problem) {
	if !a.CaseLost {
		return nil, ProblemNone
	}
	var asked []Observation
	use := c.Order(servers)
	silent := map[netip.Addr]bool{}
	first := replySignature(a.Msg)
	for i := range min(maxCaseRounds*len(use), maxCaseAsks) {
		q := &asking{c: c, ask: ask{use[i%len(use)].Addr, a.Name, a.Type}, answer: &Answer{}}
		o := q.send(ctx, a.Transport, form{lower: true, plain: a.Plain}, c.cfg.Timeout)
		asked = append(asked, q.answer.Exchanges...)
		if o.Err == nil && replySignature(o.Reply.Msg) != first {
			return asked, ProblemCase
		}
		before, again := silent[q.server]
		failure := FailureOf(o.Err)
		silent[q.server] = (before || !again) && (failure == Timeout || failure == Unreachable)
	}
	live := len(use)
	for _, s := range silent {
		if s {
			live--
		}
	}
	if ctx.Err() == nil && maxCaseTries*live < min(maxCaseRounds*len(use), maxCaseReplies) {
		return asked, ProblemTimeout
	}
	return asked, ProblemNone
}

// replySignature is what two replies have to share to count as the same:
// rcode, AA, and the records of answer and authority without their TTLs; NS
// records beside an authoritative answer do not count.
func replySignature(m *dns.Msg) string {
	var lines []string
	for i, section := range [][]dns.RR{m.Answer, m.Ns} {
		for _, rr := range section {
			if i == 1 && m.Authoritative && rr.Header().Rrtype == dns.TypeNS {
				continue
			}
			h := rr.Header()
			lines = append(lines, strings.ToLower(h.Name)+" "+dns.Type(h.Rrtype).String()+" "+strings.TrimPrefix(rr.String(), h.String()))
		}
	}
	slices.Sort(lines)
	head := dns.RcodeToString[m.Rcode]
	if m.Authoritative {
		head += " aa"
	}
	return head + "\n" + strings.Join(lines, "\n")
}
