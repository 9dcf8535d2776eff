package recording

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Limits of a file. A recording comes from somebody else, and holds no more
// than a run can make.
const (
	MaxSize      = 64 << 20 // octets
	maxLine      = 128 << 10
	maxHeader    = 10000 // lines
	maxLooks     = 10000
	maxExchanges = 100000
	maxMessage   = 65535
)

// A SyntaxError says what is wrong with a file, and in which line.
type SyntaxError struct {
	Line int
	Text string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Read reads a recording. The error is a *[SyntaxError], or the reader's.
func Read(r io.Reader) (*Recording, error) {
	p := &parser{rec: &Recording{}}
	err := p.read(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	return p.rec, nil
}

// A parser takes line after line.
type parser struct {
	rec    *Recording
	number int // of the line
	size   int

	key, value string // the line under way, which may go on
	at         int    // its number
	headers    int
	total      int
	exchange   *Exchange // under way
	ended      bool
}

func (p *parser) read(r io.Reader) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxLine)
	for s.Scan() {
		p.number++
		if p.size += len(s.Bytes()) + 1; p.size > MaxSize {
			return p.wrong("the file is larger than %d MiB, which no run makes", MaxSize>>20)
		}
		if err := p.line(strings.TrimSuffix(s.Text(), "\r")); err != nil {
			return err
		}
	}
	if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
		p.number++
		return p.wrong("the line is longer than %d octets", maxLine)
	} else if err != nil {
		return err
	}
	return p.finish()
}

func (p *parser) wrong(format string, args ...any) error {
	return &SyntaxError{max(p.number, 1), fmt.Sprintf(format, args...)}
}

// line takes one line.
func (p *parser) line(text string) error {
	switch {
	case p.number == 1:
		return p.first(text)
	case text == "" || text[0] == ';':
		return nil
	case text[0] == ' ' || text[0] == '\t':
		if p.key == "" {
			return p.wrong("the line goes on with one that is not there")
		}
		if p.value += strings.TrimSpace(text); len(p.value) > 2*maxMessage {
			return p.wrong("%s is longer than any message", p.key)
		}
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	if p.ended {
		return p.wrong("something follows the end of the recording")
	}
	key, value, ok := strings.Cut(text, ":")
	if !ok {
		return p.wrong("%.40q is neither a comment nor \"key: value\"", text)
	}
	p.key, p.value, p.at = key, strings.TrimSpace(value), p.number
	return nil
}

// first takes the first line, which tells what this is.
func (p *parser) first(text string) error {
	version, ok := strings.CutPrefix(text, "dns01 recording ")
	if !ok {
		return p.wrong("this is no recording: the first line is not \"dns01 recording %d\"", Version)
	}
	if n, err := strconv.Atoi(version); err != nil || n < 1 {
		return p.wrong("%.20q is no version of a recording", version)
	} else if n != Version {
		return p.wrong("the recording has version %d, and this dns01 reads version %d; use a newer dns01", n, Version)
	}
	return nil
}

// flush takes what the line under way says, now that it is whole.
func (p *parser) flush() error {
	if p.key == "" {
		return nil
	}
	key, value := p.key, p.value
	p.key = ""
	if err := p.take(key, value); err != nil {
		return &SyntaxError{p.at, fmt.Sprintf("%s: %v", plain(key), err)}
	}
	return nil
}

// finish wants the file to be whole.
func (p *parser) finish() error {
	if p.number == 0 {
		return p.wrong("the file is empty")
	}
	if err := p.flush(); err != nil {
		return err
	}
	if !p.ended {
		return p.wrong("the file ends before the recording does: its last line has to be \"end: N exchanges\"")
	}
	return nil
}

// take takes one key with its value.
func (p *parser) take(key, value string) error {
	switch {
	case key == "end":
		return p.end(value)
	case key == "look":
		return p.look(value)
	case len(p.rec.Looks) == 0:
		if p.headers++; p.headers > maxHeader {
			return fmt.Errorf("more than %d lines before the first look", maxHeader)
		}
		return p.rec.Header.take(key, value)
	case key == "took" && p.exchange == nil:
		return duration(value, &p.last().Took)
	case key == "exchange":
		return p.begin(value)
	}
	if ok, err := p.sight(key, value); ok {
		return err
	}
	if p.exchange == nil {
		return errors.New("it belongs to an exchange, and none has begun")
	}
	return p.exchange.take(key, value)
}

func (p *parser) last() *Look { return &p.rec.Looks[len(p.rec.Looks)-1] }

// close wants the exchange under way to be whole.
func (p *parser) close() error {
	x := p.exchange
	p.exchange = nil
	switch {
	case x == nil:
		return p.seen()
	case x.Query == nil:
		return errors.New("the exchange before has no query")
	case x.Reply == nil && x.Failure == "":
		return errors.New("the exchange before has neither a reply nor a failure")
	case x.Reply != nil && x.Failure != "":
		return errors.New("the exchange before has both a reply and a failure")
	}
	return nil
}

// end counts.
func (p *parser) end(value string) error {
	if err := p.close(); err != nil {
		return err
	}
	n, ok := strings.CutSuffix(value, " exchanges")
	if count, err := strconv.Atoi(n); !ok || err != nil || count != p.total {
		return fmt.Errorf("%.40q, but %d exchanges stand before it: the file is damaged", value, p.total)
	}
	p.ended = true
	return nil
}

// look begins a look: number, when, seed, part.
func (p *parser) look(value string) error {
	if err := p.close(); err != nil {
		return err
	}
	f := strings.Fields(value)
	if len(f) < 3 || len(f) > 4 || f[0] != strconv.Itoa(len(p.rec.Looks)+1) || !strings.HasPrefix(f[1], "+") || len(f) == 4 && f[3] != "part" {
		return fmt.Errorf("%.60q is not \"%d +TIME SEED\"", value, len(p.rec.Looks)+1)
	}
	if len(p.rec.Looks) == maxLooks {
		return fmt.Errorf("more than %d looks", maxLooks)
	}
	l := Look{Part: len(f) == 4}
	var err error
	if l.Seed, err = strconv.ParseUint(f[2], 16, 64); err != nil {
		return fmt.Errorf("%.40q is no seed", f[2])
	}
	if err := duration(f[1][1:], &l.At); err != nil {
		return err
	}
	p.rec.Looks = append(p.rec.Looks, l)
	return nil
}

// begin begins an exchange: whom, and how.
func (p *parser) begin(value string) error {
	if err := p.close(); err != nil {
		return err
	}
	if p.total++; p.total > maxExchanges {
		return fmt.Errorf("more than %d", maxExchanges)
	}
	var x Exchange
	server, rest, err := word(value)
	if err != nil {
		return err
	}
	if x.Way = Way(strings.TrimSpace(rest)); !x.Way.valid() {
		return fmt.Errorf("%.40q is no way to ask", rest)
	}
	if strings.HasPrefix(value, `"`) {
		x.Resolver = server
	} else if x.Server, err = netip.ParseAddrPort(server); err != nil {
		return fmt.Errorf("%.60q is no address with a port", server)
	}
	l := p.last()
	l.Exchanges = append(l.Exchanges, x)
	p.exchange = &l.Exchanges[len(l.Exchanges)-1]
	return nil
}

func (w Way) valid() bool {
	if n, ok := strings.CutPrefix(string(w), "tcp+"); ok {
		_, err := strconv.ParseUint(n, 10, 8)
		return err == nil
	}
	return slices.Contains([]Way{Way(resolver.UDP), Way(resolver.TCP), Way(resolver.DoT), Way(resolver.DoH), Overheard}, w)
}

// take takes a line of an exchange.
func (x *Exchange) take(key, value string) (err error) {
	switch key {
	case "sent":
		sent, timeout, _ := strings.Cut(value, " ")
		if err := duration(strings.TrimPrefix(sent, "+"), &x.Sent); err != nil {
			return err
		}
		return duration(timeout, &x.Timeout)
	case "query":
		x.Query, err = octetsOf(value)
		if err == nil && new(dns.Msg).Unpack(x.Query) != nil {
			return errors.New("it is no message")
		}
		return err
	case "reply":
		x.Reply, err = octetsOf(value)
		return err
	case "failed":
		took, failure, _ := strings.Cut(value, " ")
		if x.Failure = resolver.Failure(failure); !slices.Contains(failures, x.Failure) {
			return fmt.Errorf("%.40q is no failure", failure)
		}
		return duration(took, &x.Took)
	case "got":
		return x.got(strings.Fields(value))
	}
	return errors.New("nobody knows this key; the recording is of a newer dns01, or damaged")
}

// failures are those that a recording can have.
var failures = []resolver.Failure{
	resolver.Timeout, resolver.Unreachable, resolver.NoRoute, resolver.Malformed,
	resolver.Mismatched, resolver.Closed, resolver.Canceled, resolver.NotRecorded,
}

func (x *Exchange) got(fields []string) (err error) {
	if len(fields) == 0 {
		return errors.New("it does not say how long it took")
	}
	for _, f := range fields[1:] {
		switch key, value, _ := strings.Cut(f, "="); key {
		case "from":
			x.From, err = netip.ParseAddrPort(value)
		case "strays":
			x.Strays, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("%.40q is not known", f)
		}
		if err != nil {
			return err
		}
	}
	return duration(fields[0], &x.Took)
}

// octetsOf decodes a message.
func octetsOf(value string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(value)
	switch {
	case err != nil:
		return nil, errors.New("it is no base64: the line is damaged")
	case len(b) > maxMessage:
		return nil, errors.New("it is longer than any message")
	case len(b) < 12:
		return nil, errors.New("it is shorter than any message")
	}
	return b, nil
}

// duration reads one that is not negative, and within reason.
func duration(text string, d *time.Duration) error {
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 || v > 100*24*time.Hour {
		return fmt.Errorf("%.40q is no duration", text)
	}
	*d = v
	return nil
}

// word cuts the first word off, which may be quoted.
func word(s string) (first, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		first, rest, _ = strings.Cut(s, " ")
		return first, rest, nil
	}
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", fmt.Errorf("%.60q has no closing quote", s)
	}
	first, err = strconv.Unquote(quoted)
	return first, strings.TrimPrefix(s[len(quoted):], " "), err
}
