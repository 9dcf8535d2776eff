package nats

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"dns01/caa"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// A Seen is what an agent saw, as it goes over the wire.
type Seen struct {
	Version     int          `json:"version"`
	Tool        string       `json:"tool"`
	Perspective string       `json:"perspective"`
	RIR         string       `json:"rir"`
	Answers     []seenAnswer `json:"answers"`
	Servers     []seenServer `json:"servers"`
	// Withheld are servers that the agent does not ask, a clause each:
	// "ns1.example.com at 10.0.0.1 (private-use, RFC 1918)".
	Withheld []string `json:"withheld,omitempty"`
	Queries  int      `json:"queries"`
	TookMS   int64    `json:"took_ms"`
}

// A seenAnswer is a [survey.PerspectiveAnswer].
type seenAnswer struct {
	Name    string       `json:"name"`
	Type    string       `json:"type"`
	Status  string       `json:"status"`
	Records []seenRecord `json:"records,omitempty"`
}

// A seenServer is a [survey.Answer], as far as it counts elsewhere.
type seenServer struct {
	Name          string       `json:"name"`
	Type          string       `json:"type"`
	Server        string       `json:"server"`
	Addr          string       `json:"address"`
	Status        string       `json:"status"`
	Lame          string       `json:"lame,omitempty"`
	Rcode         string       `json:"rcode,omitempty"`
	Authoritative bool         `json:"aa,omitempty"`
	Transport     string       `json:"transport,omitempty"`
	Bytes         int          `json:"bytes,omitempty"`
	RTTUS         int64        `json:"rtt_us,omitempty"`
	Owner         string       `json:"owner,omitempty"`
	Aliases       []seenAlias  `json:"aliases,omitempty"`
	Child         string       `json:"child,omitempty"`
	Serial        *uint32      `json:"serial,omitempty"`
	Records       []seenRecord `json:"records,omitempty"`
}

type seenAlias struct {
	From  string `json:"from"`
	To    string `json:"to"`
	TTL   uint32 `json:"ttl"`
	DNAME string `json:"dname,omitempty"`
}

// A seenRecord is a [survey.Record]. TXT and the parts of CAA are raw octets,
// which JSON has in Base64.
type seenRecord struct {
	Owner   string   `json:"owner"`
	TTL     uint32   `json:"ttl"`
	Text    string   `json:"text"`
	TXT     []byte   `json:"txt,omitempty"`
	Strings int      `json:"strings,omitempty"`
	CAA     *seenCAA `json:"caa,omitempty"`
	Bad     string   `json:"bad,omitempty"`
}

type seenCAA struct {
	Flags uint8  `json:"flags"`
	Tag   []byte `json:"tag"`
	Value []byte `json:"value"`
}

// seenOf makes the message of what was seen.
func seenOf(p *survey.Perspective) Seen {
	s := Seen{Version: Version, Perspective: p.Name, RIR: p.RIR}
	for _, a := range p.Answers {
		s.Answers = append(s.Answers, seenAnswer{a.Name, a.Type, string(a.Status), recordsOf(a.Records)})
	}
	for _, a := range p.Servers {
		s.Servers = append(s.Servers, serverOf(a))
	}
	return s
}

func serverOf(a *survey.Answer) seenServer {
	s := seenServer{
		Name: a.Name, Type: a.Type, Server: a.Server, Addr: a.Addr.String(),
		Status: string(a.Status), Lame: a.Lame, Rcode: a.Rcode, Authoritative: a.Authoritative,
		Transport: a.Transport, Bytes: a.Bytes, RTTUS: a.RTT.Microseconds(),
		Owner: a.Owner, Child: a.Child, Records: recordsOf(a.Records),
	}
	for _, al := range a.Aliases {
		s.Aliases = append(s.Aliases, seenAlias(al))
	}
	if a.SOA != nil {
		s.Serial = &a.SOA.Serial
	}
	return s
}

func recordsOf(rs []survey.Record) []seenRecord {
	var out []seenRecord
	for _, r := range rs {
		w := seenRecord{Owner: r.Owner, TTL: r.TTL, Text: r.Text, TXT: []byte(r.TXT), Strings: r.Strings, Bad: r.Bad}
		if r.CAA != nil {
			w.CAA = &seenCAA{r.CAA.Flags, []byte(r.CAA.Tag), []byte(r.CAA.Value)}
		}
		out = append(out, w)
	}
	return out
}

// Most of what one perspective may say.
const (
	maxAnswers = 20_000
	maxRecords = 5_000 // of one answer
)

// perspective is what was seen, once nothing in it is out of place.
func (s Seen) perspective() (*survey.Perspective, error) {
	switch {
	case s.Version != Version:
		return nil, fmt.Errorf("it is of version %d, not %d", s.Version, Version)
	case s.RIR != "" && !slices.Contains(vantage.Registries(), s.RIR):
		return nil, fmt.Errorf("it names %q, which is no registry", cut(s.RIR))
	case len(s.Answers) > maxAnswers || len(s.Servers) > maxAnswers:
		return nil, fmt.Errorf("it has more than %d answers", maxAnswers)
	}
	p := &survey.Perspective{Name: s.Perspective, RIR: s.RIR}
	for _, a := range s.Answers {
		answer, err := a.answer()
		if err != nil {
			return nil, err
		}
		p.Answers = append(p.Answers, answer)
	}
	for _, a := range s.Servers {
		answer, err := a.answer()
		if err != nil {
			return nil, err
		}
		p.Servers = append(p.Servers, answer)
	}
	return p, nil
}

// concluding are the statuses of what a resolver concludes.
var concluding = []survey.Status{survey.Answered, survey.NoData, survey.NXDomain, survey.Lame, survey.Timeout, survey.NotAsked}

// answering are those that one server's answer may have besides.
var answering = slices.Concat(concluding, []survey.Status{survey.Aliased, survey.Referral, survey.Unreachable, survey.Malformed, survey.Truncated, survey.NoRoute})

func (a seenAnswer) answer() (survey.PerspectiveAnswer, error) {
	out := survey.PerspectiveAnswer{Question: survey.Question{Name: a.Name, Type: a.Type}, Status: survey.Status(a.Status)}
	if !slices.Contains(concluding, out.Status) {
		return out, fmt.Errorf("it has %q for an outcome", cut(a.Status))
	}
	if err := allPlain(a.Name, a.Type); err != nil {
		return out, err
	}
	var err error
	out.Records, err = records(a.Records)
	return out, err
}

func (a seenServer) answer() (*survey.Answer, error) {
	addr, err := netip.ParseAddr(a.Addr)
	if err != nil {
		return nil, fmt.Errorf("it has %q for an address", cut(a.Addr))
	}
	if !slices.Contains(answering, survey.Status(a.Status)) {
		return nil, fmt.Errorf("it has %q for an outcome", cut(a.Status))
	}
	if err := allPlain(a.Name, a.Type, a.Server, a.Lame, a.Rcode, a.Transport, a.Owner, a.Child); err != nil {
		return nil, err
	}
	out := &survey.Answer{
		Question: survey.Question{Name: a.Name, Type: a.Type}, Server: a.Server, Addr: addr.Unmap(),
		Status: survey.Status(a.Status), Lame: a.Lame, Rcode: a.Rcode, Authoritative: a.Authoritative,
		Transport: a.Transport, Bytes: a.Bytes, RTT: time.Duration(a.RTTUS) * time.Microsecond,
		Owner: a.Owner, Child: a.Child,
	}
	for _, al := range a.Aliases {
		if err := allPlain(al.From, al.To, al.DNAME); err != nil {
			return nil, err
		}
		out.Aliases = append(out.Aliases, survey.Alias(al))
	}
	if a.Serial != nil {
		out.SOA = &survey.SOA{Serial: *a.Serial}
	}
	out.Records, err = records(a.Records)
	return out, err
}

func records(rs []seenRecord) ([]survey.Record, error) {
	if len(rs) > maxRecords {
		return nil, fmt.Errorf("an answer has more than %d records", maxRecords)
	}
	var out []survey.Record
	for _, w := range rs {
		if err := allPlain(w.Owner, w.Text, w.Bad); err != nil {
			return nil, err
		}
		r := survey.Record{Owner: w.Owner, TTL: w.TTL, Text: w.Text, TXT: string(w.TXT), Strings: w.Strings, Bad: w.Bad}
		if w.CAA != nil {
			r.CAA = &caa.Record{Flags: w.CAA.Flags, Tag: string(w.CAA.Tag), Value: string(w.CAA.Value)}
		}
		out = append(out, r)
	}
	return out, nil
}

// allPlain refuses texts with anything but printable ASCII: a survey's texts
// are escaped where they are made.
func allPlain(texts ...string) error {
	for _, s := range texts {
		if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
			return fmt.Errorf("a text in it has characters that no name and no escaped record has: %q", cut(s))
		}
	}
	return nil
}
