package report

import (
	"net/url"
	"strconv"
	"strings"

	"dns01/resolver/survey"
)

// Dig returns the dig command that repeats an exchange: same server, question
// in the same letter case, transport, EDNS and RD. CD, which means nothing to
// those who are authoritative, is left out. It can be pasted into a shell
// whatever the name holds.
func Dig(x survey.Exchange) string { return strings.Join(digArgs(x), " ") }

// digArgs returns the words of the command, quoted for a shell.
func digArgs(x survey.Exchange) []string {
	args := append([]string{"dig"}, digServer(x)...)
	args = append(args, digQuestion(x.Name, x.Type)...)
	if x.Recursive {
		args = append(args, "+noadflag") // or the reply may have AD for dig alone
	} else {
		args = append(args, "+norecurse")
	}
	switch {
	case !x.EDNS:
		args = append(args, "+noedns")
	case x.NoDO:
		args = append(args, "+bufsize=1232", "+nocookie")
	default:
		args = append(args, "+dnssec", "+bufsize=1232", "+nocookie")
	}
	args = append(args, x.Options...)
	switch x.Transport {
	case "tcp":
		return append(args, "+tcp")
	case "tls", "https":
		return args
	}
	return append(args, "+ignore") // dig alone would go on over TCP
}

// digServer says whom to ask, and how when that is not DNS proper: those who
// are asked over TLS or HTTPS go by a URL.
func digServer(x survey.Exchange) []string {
	host, port, usual := x.Addr.Addr().String(), int(x.Addr.Port()), 53
	var how []string
	if u, err := url.Parse(x.Server); err == nil && u.Scheme != "" {
		host = u.Hostname()
		if n, err := strconv.Atoi(u.Port()); err == nil {
			port = n
		}
		switch usual = 853; u.Scheme {
		case "https":
			usual, how = 443, []string{shellWord("+https=" + u.EscapedPath())}
		default:
			how = []string{"+tls"}
		}
	}
	args := []string{shellWord("@" + host)}
	if port != usual && port != 0 {
		args = append(args, "-p", strconv.Itoa(port))
	}
	return append(args, how...)
}

// digQuestion names the question. A name that dig would take for an option,
// and a type it would take for a name, are announced.
func digQuestion(name, typ string) []string {
	if name == "" {
		name = "."
	}
	if strings.ContainsRune("-+@", rune(name[0])) {
		return []string{"-q", shellWord(name), "-t", shellWord(typ)}
	}
	return []string{shellWord(name), shellWord(typ)}
}

// shellWord quotes s as one word for a POSIX shell, where that is needed.
func shellWord(s string) string {
	s = visible(s)
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._+:@", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
