package tui

import (
	"strings"

	"dns01/resolver/survey"
)

// A filter chooses exchanges. All of its words have to fit:
//
//	server=ns2     part of the server's name or address
//	name=_acme     part of the name asked
//	type=TXT       the type asked
//	fail           no reply, or a reply that is neither NOERROR nor NXDOMAIN
//	anything else  part of any of these
type filter struct {
	text  string
	words []string
}

func parseFilter(text string) filter {
	text = strings.TrimSpace(text)
	return filter{text: text, words: strings.Fields(strings.ToLower(text))}
}

func (f filter) takes(s subject, x *survey.Received) bool {
	if len(f.words) == 0 {
		return true
	}
	server, name := strings.ToLower(serverName(s, x)), strings.ToLower(x.Name)
	for _, w := range f.words {
		key, value, _ := strings.Cut(w, "=")
		fits := true
		switch key {
		case "server":
			fits = strings.Contains(server, value)
		case "name":
			fits = strings.Contains(name, value)
		case "type":
			fits = strings.EqualFold(x.Type, value)
		case "fail":
			fits = failed(x)
		default:
			all := server + " " + name + " " + strings.ToLower(x.Type+" "+x.Rcode+" "+x.Failure+" "+x.Transport)
			fits = strings.Contains(all, w)
		}
		if !fits {
			return false
		}
	}
	return true
}

func failed(x *survey.Received) bool {
	return x.Rcode != "NOERROR" && x.Rcode != "NXDOMAIN"
}
