package explain

import (
	"strings"

	"dns01/check"
)

// nameOf makes a name out of a word of the text: without quotation marks and
// final dot, in lower case, as A-labels. It is "" for what cannot be a name.
// Underscores pass, and so do single labels: an order may have been refused
// for them.
func nameOf(word string) string {
	word = strings.Trim(word, "\"'`“”.,:;!?()[]{}<>=")
	word = strings.TrimPrefix(word, "dns:")
	if word == "" || len(word) > 512 || strings.Contains(word, "://") {
		return ""
	}
	name, err := check.NormalizeName(word)
	if err != nil || len(name) > 253 || !wellFormed(strings.TrimPrefix(name, "*.")) {
		return ""
	}
	return name
}

// wellFormed reports whether a name could stand in the DNS as a host does,
// underscores and labels that are an asterisk allowed.
func wellFormed(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "*" {
			continue
		}
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
				continue
			}
			return false
		}
	}
	return true
}

// hostName is nameOf for words that need not be names: one with a dot, and
// with a top level domain of letters.
func hostName(word string) string {
	name := nameOf(word)
	i := strings.LastIndexByte(name, '.')
	if i < 0 || len(name)-i < 3 || name[i+1] >= '0' && name[i+1] <= '9' || strings.Contains(name[i:], "_") {
		return ""
	}
	return name
}

// challengeLabels are what stands before the name of an identifier.
var challengeLabels = []string{"_acme-challenge.", "_validation-persist."}

// identifierOf is the identifier that a challenge name is for, without "*.";
// other is set when it is none. The label of dns-account-01 stands in front.
func identifierOf(challenge string) (identifier string, ok bool) {
	for _, l := range challengeLabels {
		if i := strings.Index(challenge, l); i >= 0 && (i == 0 || challenge[0] == '_' || strings.HasPrefix(challenge, "*.")) {
			return challenge[i+len(l):], challenge[i+len(l):] != ""
		}
	}
	return "", false
}

// base is an identifier without "*.".
func base(identifier string) string { return strings.TrimPrefix(identifier, "*.") }
