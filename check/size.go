package check

import (
	"fmt"

	"dns01/resolver/survey"
)

// Sizes of answers, in octets of the whole message.
const (
	udpPayload = 1232 // what the CA's resolver takes over UDP
	docCap     = 4096 // beyond this Let's Encrypt's documentation warns of refusal
	valueSize  = 56   // one more 43-character value: compressed owner, type, class, TTL, lengths
)

// sizes raises answers that are large.
func (az *authorization) sizes() {
	var big *survey.Answer
	for _, e := range az.txt.ends {
		for _, a := range e.answers {
			if a.Status.Usable() && (big == nil || a.Bytes > big.Bytes) {
				big = a
			}
		}
	}
	if big == nil || big.Bytes <= udpPayload {
		return
	}
	n := len(big.Records)
	what := fmt.Sprintf("The TXT answer for %s has %d octets in %s", big.Name, big.Bytes, count(n, "record"))
	id := "challenge-needs-tcp"
	detail := fmt.Sprintf("%s, more than %d: it has to be fetched over TCP.", what, udpPayload)
	var cause place
	if big.Bytes > docCap {
		f := finding("challenge-over-4096", az.id.Challenge, fmt.Sprintf("%s, more than %d.", what, docCap))
		f.Evidence = evidence(big)
		f.Fix = fmt.Sprintf("Remove old TXT records at %s.", big.Name)
		az.raise(f, place{})
		cause = f.place()
	}
	f := finding(id, az.id.Challenge, detail)
	f.Evidence = evidence(big)
	f.Fix = fmt.Sprintf("Remove old TXT records at %s, and keep TCP port 53 open on every server.", big.Name)
	az.raise(f, cause)
}

// room is how many more values fit a UDP answer. Without one, the answer is a
// header, the question and an OPT record.
func room(res ChallengeResult) int {
	used := res.Bytes
	if used == 0 {
		const header, question, opt = 12, 4, 11
		used = header + len(res.Name) + 2 + question + opt
	}
	return max(0, (udpPayload-used)/valueSize)
}
