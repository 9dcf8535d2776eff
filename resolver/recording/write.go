package recording

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Write writes a recording. The error is the writer's.
func (r *Recording) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "dns01 recording %d\n", Version)
	fmt.Fprintf(b, "; What a run asked the DNS, and what came back. \"dns01 replay FILE\" judges it again.\n")
	if r.Redacted {
		fmt.Fprintf(b, "; Names and addresses are not the real ones.\n")
	}
	r.Header.write(b)
	for i, l := range r.Looks {
		l.write(b, i+1)
	}
	fmt.Fprintf(b, "\nend: %d exchanges\n", r.Exchanges())
	return b.Flush()
}

// line writes one line. Nothing in it can end the line, or steer a terminal.
func line(w io.Writer, key, format string, args ...any) {
	fmt.Fprintf(w, "%s: %s\n", key, plain(fmt.Sprintf(format, args...)))
}

// plain leaves printable ASCII.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'µ':
			return 'u' // of microseconds
		case r < ' ' || r > unicode.MaxASCII-1:
			return '?'
		}
		return r
	}, s)
}

func (h *Header) write(w io.Writer) {
	line(w, "tool", "%s", h.Tool)
	line(w, "command", "%s", h.Command)
	line(w, "started", "%s", h.Started.UTC().Format(time.RFC3339Nano))
	if h.Lab != "" {
		line(w, "lab", "%s", h.Lab)
	}
	if h.Redacted {
		line(w, "redacted", "yes")
	}
	for _, n := range h.Names {
		line(w, "name", "%s", n)
	}
	if h.Type != "" {
		line(w, "type", "%s", h.Type)
	}
	for _, v := range h.Values {
		from := ""
		if v.Token+v.Thumbprint != "" {
			from = fmt.Sprintf(" %+q %+q", v.Token, v.Thumbprint)
		}
		line(w, "value", "%+q %+q%s", v.Name, v.TXT, from)
	}
	for _, f := range h.Flags {
		line(w, "flag", "%+q", f)
	}
	h.writeStart(w)
}

// writeStart writes where the run began.
func (h *Header) writeStart(w io.Writer) {
	for _, r := range h.Roots {
		line(w, "root", "%s", strings.Join(append([]string{r.Name}, words(r.Addrs)...), " "))
	}
	for _, rr := range h.Anchors {
		line(w, "anchor", "%s", strings.ReplaceAll(rr.String(), "\t", " "))
	}
	if !h.SignedAt.IsZero() {
		line(w, "signatures", "%s", h.SignedAt.UTC().Format(time.RFC3339Nano))
	}
	for _, p := range h.Allow {
		line(w, "allow", "%s", p)
	}
	for _, r := range h.Resolvers {
		addr, local := "-", ""
		if r.Addr.IsValid() {
			addr = r.Addr.String()
		}
		if r.Local {
			local = " local"
		}
		if r.Around {
			local += " around"
		}
		line(w, "resolver", "%+q %s %s%s", r.Name, addr, r.Transport, local)
	}
	for _, f := range h.Facts {
		line(w, "fact", "%s", f.Text)
	}
}

func words(addrs []netip.Addr) []string {
	var ws []string
	for _, a := range addrs {
		ws = append(ws, a.String())
	}
	return ws
}

func (l *Look) write(w io.Writer, number int) {
	part := ""
	if l.Part {
		part = " part"
	}
	fmt.Fprintln(w)
	line(w, "look", "%d +%s %016x%s", number, l.At, l.Seed, part)
	if l.Took > 0 {
		line(w, "took", "%s", l.Took)
	}
	for i := range l.Sights {
		l.Sights[i].write(w)
	}
	for i := range l.Exchanges {
		l.Exchanges[i].write(w)
	}
}

func (x *Exchange) write(w io.Writer) {
	server := x.Server.String()
	if x.Resolver != "" {
		server = fmt.Sprintf("%+q", x.Resolver)
	}
	fmt.Fprintln(w)
	line(w, "exchange", "%s %s", server, x.Way)
	comment(w, x.Query, "? ")
	line(w, "sent", "+%s %s", x.Sent, x.Timeout)
	encoded(w, "query", x.Query)
	if x.Failure != "" {
		line(w, "failed", "%s %s", x.Took, x.Failure)
		return
	}
	got := x.Took.String()
	if x.From.IsValid() {
		got += " from=" + x.From.String()
	}
	if x.Strays > 0 {
		got += fmt.Sprintf(" strays=%d", x.Strays)
	}
	comment(w, x.Reply, "! ")
	line(w, "got", "%s", got)
	encoded(w, "reply", x.Reply)
}

// encoded writes octets in base64, as many lines as it takes.
func encoded(w io.Writer, key string, octets []byte) {
	const width = 100
	s := base64.StdEncoding.EncodeToString(octets)
	fmt.Fprintf(w, "%s:", key)
	for len(s) > width {
		fmt.Fprintf(w, " %s\n", s[:width])
		s = s[width:]
	}
	fmt.Fprintf(w, " %s\n", s)
}

// most is how many records of a message are shown in words.
const most = 24

// comment tells what a message says, for people: the question, or the header
// and the records.
func comment(w io.Writer, wire []byte, sign string) {
	m, err := resolver.Unpack(wire)
	if err != nil {
		fmt.Fprintf(w, "; %sa message that cannot be read\n", sign)
		return
	}
	for _, q := range m.Question {
		fmt.Fprintf(w, "; %s%s %s%s\n", sign, plain(q.Name), dns.Type(q.Qtype), headerWords(m, len(wire)))
	}
	if len(m.Question) == 0 {
		fmt.Fprintf(w, "; %s%s\n", sign, headerWords(m, len(wire)))
	}
	n := 0
	for i, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if rr.Header().Rrtype == dns.TypeOPT {
				continue
			}
			if n++; n <= most {
				fmt.Fprintf(w, ";   %s %s\n", []string{"answer", "authority", "additional"}[i], inWords(rr))
			}
		}
	}
	if n > most {
		fmt.Fprintf(w, ";   and %d records more\n", n-most)
	}
}

// headerWords are the rcode of a reply, the flags, and what EDNS says.
func headerWords(m *dns.Msg, size int) string {
	var s []string
	if m.Response {
		s = append(s, rcodeName(m.Rcode))
	}
	for _, f := range []struct {
		name string
		on   bool
	}{
		{"aa", m.Authoritative}, {"tc", m.Truncated}, {"rd", m.RecursionDesired}, {"ra", m.RecursionAvailable},
		{"ad", m.AuthenticatedData}, {"cd", m.CheckingDisabled},
	} {
		if f.on {
			s = append(s, f.name)
		}
	}
	if opt := m.IsEdns0(); opt != nil {
		edns := fmt.Sprintf("edns=%d bufsize=%d", opt.Version(), opt.UDPSize())
		if opt.Do() {
			edns += " do"
		}
		s = append(s, edns)
	}
	return fmt.Sprintf(": %s, %d octets", strings.Join(s, " "), size)
}

func rcodeName(rcode int) string {
	if s, ok := dns.RcodeToString[rcode]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", rcode)
}

// inWords is a record on one line, cut where it grows long.
func inWords(rr dns.RR) string {
	const width = 200
	s := plain(strings.ReplaceAll(rr.String(), "\t", " "))
	if len(s) > width {
		return s[:width] + "..."
	}
	return s
}
