package report

import (
	"strconv"
	"strings"

	"dns01/resolver/survey"
)

// Dig returns the dig command that repeats an exchange: same server, question
// in the same letter case, transport, EDNS and RD. It can be pasted into a
// shell whatever the name holds.
func Dig(x survey.Exchange) string { return strings.Join(digArgs(x), " ") }

// digArgs returns the words of the command, quoted for a shell.
func digArgs(x survey.Exchange) []string {
	args := []string{"dig", "@" + x.Addr.Addr().String()}
	if p := x.Addr.Port(); p != 53 && p != 0 {
		args = append(args, "-p", strconv.Itoa(int(p)))
	}
	args = append(args, digQuestion(x.Name, x.Type)...)
	if !x.Recursive {
		args = append(args, "+norecurse")
	}
	if x.EDNS {
		args = append(args, "+dnssec", "+bufsize=1232", "+nocookie")
	} else {
		args = append(args, "+noedns")
	}
	if x.Transport == "tcp" {
		return append(args, "+tcp")
	}
	return append(args, "+ignore") // dig alone would go on over TCP
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
