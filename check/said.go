package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"dns01/resolver/survey"
)

// host names a server by its name and the address meant.
func host(name string, addr netip.Addr) string {
	switch {
	case name == "":
		return addr.String()
	case !addr.IsValid():
		return name // no server: zone text
	}
	return fmt.Sprintf("%s (%s)", name, addr)
}

// hosts names the servers that gave the answers, each once.
func hosts(answers []*survey.Answer) []string {
	var hs []string
	for _, a := range answers {
		if h := host(a.Server, a.Addr); !slices.Contains(hs, h) {
			hs = append(hs, h)
		}
	}
	return hs
}

// said tells what one answer came to, as the predicate of a sentence.
func said(a *survey.Answer) string {
	if bogus(a) {
		return "gives an answer that does not validate"
	}
	switch a.Status {
	case survey.Lame:
		return saidLame(a.Lame) + disputed(a)
	case survey.Timeout:
		return saidNothing(a)
	case survey.Unreachable:
		if a.OverTCP {
			return "refuses UDP and answers over TCP"
		}
		return "cannot be reached"
	case survey.Malformed:
		return "answers with a malformed message"
	case survey.Truncated:
		if truncatedTwice(a) {
			return "truncates its answers over UDP and over TCP"
		}
		return "truncates its UDP answer and TCP " + saidTCP(a.TCP)
	case survey.NXDomain:
		return "answers NXDOMAIN"
	case survey.NoData:
		return "has no " + a.Type + " record"
	case survey.Aliased, survey.Referral, survey.Answered:
		return "answers"
	}
	return "was not asked"
}

// saidNothing tells of an answer that never came.
func saidNothing(a *survey.Answer) string {
	switch {
	case a.EDNS == "dropped":
		return "answers plain queries, and none that carry EDNS"
	case a.EDNS == "small":
		return "answers questions that offer 512 octets for the answer, and none that offer 1232"
	case a.Elsewhere.IsValid():
		return "answers from another address than was asked"
	case a.Mismatched:
		return "answers with replies that carry another ID or question"
	case a.Late > 0:
		return fmt.Sprintf("answers only after %.1f s", a.Late.Seconds())
	case a.OverTCP:
		return "answers over TCP and not over UDP"
	}
	return "does not answer"
}

// saidLame puts survey.Answer.Lame in words.
func saidLame(how string) string {
	switch how {
	case "upward-referral":
		return "refers back up the tree"
	case "no-authority", "":
		return "answers without authority"
	case looped:
		return "answers SERVFAIL with a loop of aliases"
	case "other-zone":
		return "answers for another zone"
	}
	return "answers " + strings.ToUpper(how)
}

// disputed tells of releases of the CA's resolver that would take the answer.
func disputed(a *survey.Answer) string {
	if len(a.Disputed) == 0 {
		return ""
	}
	return fmt.Sprintf(" (Unbound %s takes that for no record)", series(a.Disputed))
}

// saidTCP puts survey.Answer.TCP in words.
func saidTCP(how string) string {
	switch how {
	case "timeout":
		return "does not answer"
	case "unreachable":
		return "is refused"
	case "closed":
		return "is closed before an answer"
	}
	return "fails (" + Escape(how) + ")"
}

// saidEach tells what several answers came to: servers that did the same in
// one go.
func saidEach(answers []*survey.Answer) string { return saidBy(answers, who) }

// saidByName is saidEach without addresses: of a registry's servers any two or
// three are asked, which is no matter.
func saidByName(answers []*survey.Answer) string {
	return saidBy(answers, func(as []*survey.Answer) string { return series(serverNames(as)) })
}

func saidBy(answers []*survey.Answer, who func([]*survey.Answer) string) string {
	var order []string
	by := map[string][]*survey.Answer{}
	for _, a := range answers {
		s := said(a)
		if by[s] == nil {
			order = append(order, s)
		}
		by[s] = append(by[s], a)
	}
	var parts []string
	for _, s := range order {
		parts = append(parts, who(by[s])+" "+agreeing(serverNames(by[s]), s))
	}
	return series(parts)
}

// agreeing makes the verb of a predicate agree with its subjects.
func agreeing(subjects []string, predicate string) string {
	if len(subjects) == 1 {
		return predicate
	}
	v, rest, _ := strings.Cut(predicate, " ")
	plural := map[string]string{"does": "do", "has": "have", "was": "were", "answers": "answer",
		"gives": "give", "refuses": "refuse", "refers": "refer", "truncates": "truncate", "denies": "deny", "sends": "send"}
	if p, ok := plural[v]; ok {
		v = p
	}
	return strings.TrimSpace(v + " " + strings.Replace(rest, "its ", "their ", 1))
}

// serverNames are the names of the servers that answered, each once.
func serverNames(answers []*survey.Answer) []string {
	var ns []string
	for _, a := range answers {
		if !slices.Contains(ns, a.Server) {
			ns = append(ns, a.Server)
		}
	}
	return ns
}

// who names the servers that gave the answers, with their addresses.
func who(answers []*survey.Answer) string {
	const most = 6
	var parts []string
	for _, n := range serverNames(answers) {
		var addrs []string
		for _, a := range answers {
			if a.Server == n && !slices.Contains(addrs, a.Addr.String()) {
				addrs = append(addrs, a.Addr.String())
			}
		}
		if n != "" {
			parts = append(parts, fmt.Sprintf("%s (%s)", n, strings.Join(addrs, ", ")))
			continue
		}
		parts = append(parts, addrs...)
	}
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most:most], fmt.Sprintf("%d more", more))
	}
	return series(parts)
}
