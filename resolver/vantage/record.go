package vantage

import (
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver/survey"
)

// Answers are what the servers said at the end of a question's resolution, as
// the survey found it from here; none when it did not get so far.
func Answers(s *survey.Survey, q survey.Question) []*survey.Answer {
	if l := terminal(s, q); l != nil {
		return l.Answers
	}
	return nil
}

// maxString is how many octets a character-string holds (RFC 1035 §3.3).
const maxString = 255

// TXT makes a record of a value told by an engine: its strings joined, as raw
// octets.
func TXT(owner, value string) survey.Record {
	rr := &dns.TXT{Hdr: dns.RR_Header{Name: dns.Fqdn(owner), Rrtype: dns.TypeTXT, Class: dns.ClassINET}}
	for {
		n := min(len(value), maxString)
		rr.Txt = append(rr.Txt, escaped(value[:n]))
		if value = value[n:]; value == "" {
			return survey.RecordOf(rr)
		}
	}
}

// escaped is a character-string as the DNS library keeps it: quotes and
// backslashes behind a backslash.
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
}

// Parsed makes a record of RDATA in presentation form, told by an engine. Where
// it does not parse, the record says so.
func Parsed(owner, qtype, text string) survey.Record {
	rr := RR(owner, 0, qtype, text)
	if rr == nil {
		return survey.Record{Owner: owner, Text: visible(text), Bad: "RDATA does not parse"}
	}
	return survey.RecordOf(rr)
}

// RR is one record in presentation form, or nil when it is none. All of it may
// be a stranger's word: what dns.NewRR does with a directive such as $INCLUDE,
// which is to read a file of this host, is not done.
func RR(owner string, ttl uint32, qtype, text string) dns.RR {
	t, known := dns.StringToType[qtype]
	if _, ok := dns.IsDomainName(owner); !ok || !known {
		return nil
	}
	line := ". 0 IN " + qtype + " " + strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
	p := dns.NewZoneParser(strings.NewReader(line), ".", "")
	p.SetIncludeAllowed(false)
	rr, ok := p.Next()
	if !ok || p.Err() != nil || rr.Header().Rrtype != t {
		return nil
	}
	rr.Header().Name, rr.Header().Ttl = dns.Fqdn(owner), ttl
	return rr
}

// visible leaves printable ASCII.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
