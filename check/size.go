package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dns01/resolver/survey"
)

// Sizes of answers, in octets of the whole message.
const (
	plainUDP   = 512   // without EDNS (RFC 1035 §4.2.1)
	udpPayload = 1232  // what the CA's resolver takes over UDP
	docCap     = 4096  // beyond this Let's Encrypt's documentation warns of refusal
	messageMax = 65535 // TCP's (RFC 1035 §4.2.2)
)

// SizeLimits are the sizes of messages at which something changes: plain UDP
// is full, TCP is needed, a CA may refuse, no message holds it.
func SizeLimits() []int { return []int{plainUDP, udpPayload, docCap, messageMax} }

// A TXTMessage is what the size of an answer with TXT records depends on, as
// an authoritative server sends it to the CA's resolver: with EDNS and DO, and
// names compressed (RFC 1035 §4.1.4).
type TXTMessage struct {
	Question string
	// MixedCase means that the question comes in letters of mixed case, as
	// the CA's resolver puts it, to a server that compresses only what is
	// equal to the letter: no other name can point into the question.
	MixedCase bool
	Aliases   []string // targets of the CNAMEs in the answer, in order
	Values    []int    // octets of each TXT value
	// Signer is the zone whose signatures stand in the answer, one for each
	// RRset; "" for none. SignatureSize is the length of one in octets,
	// without the fields before it.
	Signer        string
	SignatureSize int
	// Servers are the name servers of Zone, if the server adds them to an
	// answer that has values.
	Zone    string
	Servers []string
}

// Size is the length of the message in octets.
func (m TXTMessage) Size() int {
	const header, questionTail, opt = 12, 4, 11
	c := compressor{}
	n := header + c.name(m.Question) + questionTail + opt
	if m.MixedCase {
		c = compressor{m.Question: true}
	}
	owner := m.Question
	for _, target := range m.Aliases {
		n += c.name(owner) + recordHead + c.name(target) + m.signature()
		owner = target
	}
	for _, v := range m.Values {
		n += c.name(owner) + recordHead + txtData(v)
	}
	if len(m.Values) == 0 {
		return n
	}
	n += m.signature()
	for _, s := range m.Servers {
		n += c.name(m.Zone) + recordHead + c.name(s)
	}
	if len(m.Servers) > 0 {
		n += m.signature()
	}
	return n
}

// recordHead is type, class, TTL and the length of RDATA (RFC 1035 §4.1.3).
const recordHead = 10

// signature is the size of one RRSIG record (RFC 4034 §3.1): the owner is a
// pointer, the signer's name is never compressed.
func (m TXTMessage) signature() int {
	if m.Signer == "" {
		return 0
	}
	const pointer, fields = 2, 18
	return pointer + recordHead + fields + wireLength(m.Signer) + m.SignatureSize
}

// txtData is the RDATA of a value: strings of at most 255 octets, each behind
// its length (RFC 1035 §3.3.14).
func txtData(octets int) int { return octets + max(1, (octets+254)/255) }

// valueSize is what one more challenge value adds: 56 octets.
const valueSize = 2 + recordHead + digestLength + 1

// ValueSize is how many octets one more challenge value adds to an answer.
func ValueSize() int { return valueSize }

// RoomWithin is how many more challenge values an answer of size octets takes
// until it is larger than limit.
func RoomWithin(size, limit int) int { return max(0, (limit-size)/valueSize) }

// With returns m with n challenge values more.
func (m TXTMessage) With(n int) TXTMessage {
	m.Values = slices.Clone(m.Values)
	for range n {
		m.Values = append(m.Values, digestLength)
	}
	return m
}

// A compressor counts the octets of names in one message: the longest end
// that was there before is a pointer of two octets.
type compressor map[string]bool

func (c compressor) name(name string) int {
	n := 0
	for name != "" && name != "." {
		if c[name] {
			return n + 2
		}
		c[name] = true
		octets, rest := firstLabel(name)
		n += 1 + octets
		name = rest
	}
	return n + 1
}

// wireLength is the length of a name that is not compressed.
func wireLength(name string) int { return compressor{}.name(name) }

// firstLabel counts the octets of the first label, of which an escape makes
// one (RFC 1035 §5.1), and returns what follows it.
func firstLabel(name string) (octets int, rest string) {
	for i := 0; i < len(name); i++ {
		switch {
		case name[i] == '.':
			return octets, name[i+1:]
		case name[i] == '\\' && i+1 < len(name) && '0' <= name[i+1] && name[i+1] <= '9':
			i += 3
		case name[i] == '\\':
			i++
		}
		octets++
	}
	return octets, ""
}

// signatureSize is the length of a signature by algorithm number: fixed for
// elliptic curves, that of the usual 2048-bit key for RSA (RFC 8624 §3.1).
func signatureSize(algorithm int) int {
	switch algorithm {
	case 13, 15:
		return 64
	case 14:
		return 96
	case 16:
		return 114
	}
	return 256
}

// sizes raises answers that are large, or will be.
func (az *authorization) sizes() {
	big := az.largest()
	if big == nil {
		return
	}
	if big.Bytes <= udpPayload {
		az.willNeedTCP(big)
		return
	}
	what := fmt.Sprintf("The TXT answer for %s has %d octets in %s", big.Name, big.Bytes, count(len(big.Records), "record"))
	detail := fmt.Sprintf("%s, more than %d: it has to be fetched over TCP.", what, udpPayload)
	var cause place
	if big.Bytes > docCap {
		f := finding("challenge-over-4096", az.id.Challenge, fmt.Sprintf("%s, more than %d.", what, docCap))
		f.Evidence = evidence(big)
		f.Fix = fmt.Sprintf("Remove old TXT records at %s.", big.Name)
		az.raise(f, place{})
		cause = f.place()
	}
	f := finding("challenge-needs-tcp", az.id.Challenge, detail)
	f.Evidence = evidence(big)
	f.Fix = fmt.Sprintf("Remove old TXT records at %s, and keep TCP port 53 open on every server.", big.Name)
	az.raise(f, cause)
}

// largest is the largest usable TXT answer, nil for none.
func (az *authorization) largest() *survey.Answer {
	var big *survey.Answer
	for _, e := range az.txt.ends {
		for _, a := range e.answers {
			if a.Status.Usable() && (big == nil || a.Bytes > big.Bytes) {
				big = a
			}
		}
	}
	return big
}

// willNeedTCP notes an answer that the values of this order make too large
// for UDP.
func (az *authorization) willNeedTCP(big *survey.Answer) {
	res := az.challengeResult()
	if res.Needed == 0 || res.Forecast-az.spare() <= udpPayload {
		return
	}
	f := finding("challenge-needs-tcp", az.id.Challenge, fmt.Sprintf(
		"The TXT answer for %s has %d octets now and %d with the %s of this order, more than %d: it will have to be fetched over TCP.",
		res.Target, res.Bytes, res.Forecast, count(res.Needed, "value"), udpPayload))
	f.Evidence = evidence(big)
	f.Fix = fmt.Sprintf("Remove old TXT records at %s, and keep TCP port 53 open on every server.", res.Target)
	az.raise(f, place{})
}

// measure fills in the sizes of a result: what was seen, or else what an
// answer with the first value will have.
//
// What a server adds to an answer comes with more values too, with a
// difference where space is short: it leaves out the additional section, and
// BIND counts the answer as truncated without the name servers in the
// authority section (NSD does not).
func (az *authorization) measure(res *ChallengeResult) {
	size, base := res.Bytes, res.Bytes // now, and what values add to
	if res.Bytes == 0 {
		size = az.emptyMessage(res).Size()
		base = az.emptyMessage(res).With(1).Size() - valueSize + az.spare() // what is added comes with the first value
	}
	need := base - az.spare()
	res.Room = RoomWithin(need, udpPayload)
	res.RoomAt = map[int]int{}
	for _, limit := range SizeLimits() {
		res.RoomAt[limit] = RoomWithin(need, limit)
	}
	res.Forecast = size
	if res.Needed = az.needed(); res.Needed > 0 {
		res.Forecast = base + res.Needed*valueSize
	}
}

// spare is how much of the largest answer need not be in it, or before there
// is a value, of one that will be.
func (az *authorization) spare() int {
	if big := az.largest(); big != nil && big.Status == survey.Answered {
		return big.Spare
	}
	for _, e := range az.txt.ends {
		if a := az.adding(e.zone()); a != nil {
			return a.Spare
		}
	}
	return 0
}

// adding is the answer with a zone's SOA, of the server that adds most to what
// is asked for; nil where none adds anything. It adds the same to values.
func (j *judge) adding(zone string) *survey.Answer {
	z := j.s.Zone(zone)
	if z == nil {
		return nil
	}
	var most *survey.Answer
	for _, s := range z.Servers {
		a := s.SOA
		if a == nil || a.Status != survey.Answered || len(a.Beside) == 0 {
			continue
		}
		if most == nil || a.Bytes > most.Bytes {
			most = a
		}
	}
	return most
}

// emptyMessage is the answer before there is a value: the aliases that the
// servers at the end of the way have themselves, and the signatures of their
// zone.
func (az *authorization) emptyMessage(res *ChallengeResult) TXTMessage {
	m := TXTMessage{Question: res.Target, MixedCase: true}
	for _, e := range az.txt.ends {
		if e.owner() != res.Target || e.at == nil {
			continue
		}
		for i := len(e.chain) - 2; i >= 0 && within(e.chain[i], e.zone()); i-- {
			m.Question = e.chain[i]
			m.Aliases = slices.Clone(e.chain[i+1:])
		}
		if slices.ContainsFunc(e.answers, func(a *survey.Answer) bool { return a.Signed }) {
			m.Signer, m.SignatureSize = e.zone(), az.signatureSeen(e)
		}
		if a := az.adding(e.zone()); a != nil {
			m.Zone, m.Servers = e.zone(), a.Beside
		}
		break
	}
	return m
}

// signatureSeen is the length of the signatures of a zone: as they came with
// the denial, or else by the algorithm that its DS records name.
func (az *authorization) signatureSeen(e *end) int {
	n := 0
	for _, a := range e.answers {
		n = max(n, a.SigBytes)
	}
	if n > 0 {
		return n
	}
	return signatureSize(az.algorithm(e.zone()))
}

// algorithm is the number that a zone's DS records name, 0 when there are
// none.
func (j *judge) algorithm(zone string) int {
	z := j.s.Zone(zone)
	if z == nil || len(z.DS) == 0 {
		return 0
	}
	fields := strings.Fields(z.DS[0])
	if len(fields) < 2 {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return n
}

// needed is how many values of this order are still to be published at the
// name where this identifier's is looked for: those given that are missing,
// or in preflight one for each identifier.
func (az *authorization) needed() int {
	if az.persistent() {
		return min(1, az.missingSomewhere())
	}
	if az.want.validation() {
		missing := unite(az.want.values, az.want.others)
		for _, e := range az.txt.ends {
			missing = without(missing, e.values())
		}
		return len(missing)
	}
	n := 0
	var seen []string
	for _, id := range az.s.Identifiers {
		if _, refused := az.refused[id.Name]; refused || id.Invalid != "" || slices.Contains(seen, id.Name) || az.endsAt(id) != az.endsAt(az.id) {
			continue
		}
		seen = append(seen, id.Name)
		n++
	}
	return n
}
