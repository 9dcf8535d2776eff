package report

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Lookup is one question and what the CA's resolver would answer. Names are
// in lower case without the final dot; records are in zone-file form, whose
// names have it.
type Lookup struct {
	Name, Type string
	Rcode      string   // "NOERROR", "SERVFAIL", …
	Answers    []string // the aliases, then the records at their end; no signatures
	Authority  []string // the SOA record beside a negative answer

	Validated     bool   // against trust anchors
	Authenticated bool   // and found secure: the AD bit
	Validation    string // "secure", "insecure", "bogus", "indeterminate"
	Because       string // why it is not secure, in one word: "signature-expired", …
	BecauseOf     string // the records concerned, "example.com DNSKEY", or ""
	Trust         []TrustStep
	EDE           *EDE   // nil: none
	Failed        string // why there is no usable answer, in the resolver's words
	Gap           string // not "": a sentence that says why it could not be looked up from here

	Queries int
	Took    time.Duration
	Trace   []LookupStep // every exchange, in the order of sending
}

// An EDE is an extended DNS error (RFC 8914).
type EDE struct {
	Code       int
	Name, Text string
}

// A TrustStep is a zone of the chain of trust, with the tags of its keys and
// those that its DS records, or the trust anchors, name.
type TrustStep struct {
	Zone, Status, Reason string
	DS, Keys             []uint16
}

// A LookupStep is one exchange and what was concluded from it.
type LookupStep struct {
	Zone       string // whose server was asked; "" when not known
	Name, Type string
	Server     netip.Addr
	Host       string // its name, or ""
	Transport  string // "udp", "tcp"
	EDNS       bool   // offered
	Rcode      string // "" when nothing came
	Bytes      int
	CaseLost   bool // the question came back in other letter case
	// Outcome is "answered", "nodata", "nxdomain", "alias" or "referral" for
	// replies that can be used, "lame", "truncated", or the way it failed:
	// "timeout", "unreachable", … Detail is where it leads, or why lame.
	Outcome, Detail string
	Taken           bool // the resolver went on with this reply
	Bogus           bool // validation threw it away
	OnWay           bool // decided what became of the question itself at this server
	Took            time.Duration
}

// LookupText writes l as dig would: records in zone-file form and the rest as
// comments, so that all of it is still a zone file. With trace it shows every
// exchange and the chain of trust, without it only the way to the answer. The
// error is the writer's.
func LookupText(w io.Writer, l Lookup, trace bool, o TextOptions) error {
	p := newPage(w, o)
	writeStatus(p, l)
	p.blank()
	p.verbatim(0, fmt.Sprintf(";%s IN %s", dotted(l.Name), l.Type))
	writeRecords(p, "ANSWER", l.Answers)
	writeRecords(p, "AUTHORITY", l.Authority)
	if trace {
		writeTrace(p, l.Trace)
		writeTrust(p, l)
	} else {
		writeWay(p, l.Trace)
	}
	if _, err := io.WriteString(w, p.String()); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// comments writes on p what f writes on a page of comments.
func comments(p *page, f func(*page)) {
	inner := &page{TextOptions: p.TextOptions, style: p.style}
	inner.Width -= len(";; ")
	f(inner)
	for line := range strings.Lines(inner.String()) {
		p.b.WriteString(strings.TrimRight(";; "+strings.TrimRight(line, "\n"), " ") + "\n")
	}
}

func writeStatus(p *page, l Lookup) {
	comments(p, func(p *page) {
		if l.Gap != "" {
			p.hanging(p.style.yellow.Render("could not look:"), 0, 2, l.Gap)
			return
		}
		style := p.style.green
		switch l.Rcode {
		case "NOERROR":
		case "NXDOMAIN":
			style = p.style.yellow
		default:
			style = p.style.red
		}
		authenticated := "no"
		if l.Authenticated {
			authenticated = "yes"
		}
		p.hanging(style.Render("status: "+l.Rcode+","), 0, 2,
			fmt.Sprintf("authenticated: %s, queries: %d, %s", authenticated, l.Queries, elapsed(l.Took)))
		if l.EDE != nil {
			p.para(0, 2, strings.TrimSuffix(fmt.Sprintf("EDE: %d (%s): %s", l.EDE.Code, l.EDE.Name, l.EDE.Text), ": "))
		}
		if l.Failed != "" {
			p.para(0, 2, "no usable answer: "+l.Failed)
			return
		}
		p.para(0, 2, "validation: "+validation(l))
	})
}

func validation(l Lookup) string {
	if !l.Validated {
		return "none, without a trust anchor"
	}
	of := ""
	if l.BecauseOf != "" && l.Because != "" {
		of = " of " + l.BecauseOf
	}
	return joined(", ", l.Validation, l.Because+of)
}

// joined joins what is not empty.
func joined(sep string, parts ...string) string {
	var some []string
	for _, s := range parts {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, sep)
}

func writeRecords(p *page, section string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.blank()
	comments(p, func(p *page) { p.para(0, 0, section) })
	for _, line := range lines {
		p.verbatim(0, line)
	}
}

// writeWay has a line for each server that was asked the question itself.
func writeWay(p *page, steps []LookupStep) {
	steps = slices.DeleteFunc(slices.Clone(steps), func(s LookupStep) bool { return !s.OnWay })
	if len(steps) == 0 {
		return
	}
	width := 0
	for _, s := range steps {
		width = max(width, len(p.clean(bare(s.Zone))))
	}
	p.blank()
	comments(p, func(p *page) {
		p.para(0, 0, "path")
		width = min(width, p.Width/3)
		rest := 6
		if p.Width >= 60 {
			rest = width + 6 // under the server
		}
		for i, s := range steps {
			zone := bare(s.Zone)
			if i > 0 && s.Zone == steps[i-1].Zone {
				zone = ""
			}
			p.hanging("  "+p.clean(zone), width+4, rest, serverOfStep(s)+": "+conclusion(s))
		}
	})
}

// writeTrace has one paragraph an exchange.
func writeTrace(p *page, steps []LookupStep) {
	if len(steps) == 0 {
		return
	}
	p.blank()
	comments(p, func(p *page) {
		p.para(0, 0, "trace")
		for i, s := range steps {
			edns := ""
			if !s.EDNS {
				edns = "without EDNS"
			}
			asked := joined(" ", strconv.Itoa(i+1)+".", s.Name, s.Type, "of", serverOfStep(s), s.Transport, edns)
			came := ""
			if s.Rcode != "" {
				came = fmt.Sprintf("%s, %d octets, ", s.Rcode, s.Bytes)
			}
			p.para(2, 6, fmt.Sprintf("%s: %s%s; %s", asked, came, elapsed(s.Took), conclusion(s)))
		}
	})
}

func writeTrust(p *page, l Lookup) {
	if len(l.Trust) == 0 {
		return
	}
	t := table{columns: []column{{title: "zone"}, {title: "status"}, {title: "DS", drop: 1}, {title: "keys", drop: 2}}}
	for _, s := range l.Trust {
		t.rows = append(t.rows, []string{s.Zone, joined(", ", s.Status, s.Reason), tags(s.DS), tags(s.Keys)})
	}
	p.blank()
	comments(p, func(p *page) {
		p.para(0, 0, "chain of trust")
		writeTable(p, t)
	})
}

func tags(keys []uint16) string {
	return strings.Join(each(keys, func(k uint16) string { return strconv.Itoa(int(k)) }), " ")
}

func serverOfStep(s LookupStep) string {
	if s.Host == "" {
		return s.Server.String()
	}
	return fmt.Sprintf("%s (%s)", bare(s.Host), s.Server)
}

// conclusion is what a resolver makes of an exchange, in words.
func conclusion(s LookupStep) string {
	words := outcomeWords(s)
	switch {
	case s.Bogus:
		words += ", thrown away: bogus"
	case s.CaseLost:
		words += ", letter case lost"
	}
	return words
}

func outcomeWords(s LookupStep) string {
	switch s.Outcome {
	case "answered":
		return joined(", ", "answer", weak(s))
	case "nodata":
		return joined(", ", "no such records", weak(s))
	case "nxdomain":
		return joined(", ", "no such name", weak(s))
	case "alias":
		return "alias to " + bare(s.Detail)
	case "referral":
		return "referral to " + bare(s.Detail)
	case "lame":
		return "thrown away: lame, " + s.Detail
	case "truncated":
		return "truncated"
	case "timeout":
		return "no reply"
	case "no-route":
		return "not sent: no route"
	case "canceled":
		return "not waited for"
	case "limit":
		return "not sent: too many queries"
	}
	return "no reply: " + s.Outcome
}

// weak says why a resolver tries the other servers before it takes a reply.
func weak(s LookupStep) string {
	switch s.Detail {
	case "empty":
		return "in an empty message"
	case "recursive":
		return "from a cache"
	}
	return ""
}

// dotted is a name in zone-file form.
func dotted(name string) string {
	if name == "." {
		return name
	}
	return name + "."
}
