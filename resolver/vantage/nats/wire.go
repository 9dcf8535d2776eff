package nats

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Version is that of the messages. It is part of every subject, so that
// agents and callers of two versions never meet.
const Version = 1

// The subjects. Those with a token to come end in a dot.
const (
	lookSubject   = "dns01.v1.look."   // and the perspective: a [Request], answered with a [Seen]
	workSubject   = "dns01.v1.work."   // and the run, and the order's number: an [Order]
	resultSubject = "dns01.v1.result." // likewise: a [Judged]
)

// Limits of what is taken from the network.
const (
	// MaxNames is how many names one request may hold: as many as the largest
	// order of Let's Encrypt.
	MaxNames = 100
	// maxRequest is how large a request or an order may be, in octets.
	maxRequest = 256 << 10
	// maxReply is how large an answer or a result may be once it is
	// decompressed.
	maxReply = 16 << 20
	// maxName is how long a name may be (RFC 1035 §2.3.4).
	maxName = 253
)

// A Request asks one perspective what it sees.
type Request struct {
	Version int `json:"version"`
	// Names are the identifiers of the order, as a CA has them.
	Names []string `json:"names"`
	// Challenge is the type of the challenge, "" for dns-01; Account is the
	// URI of the account, which the name for dns-account-01 is made of.
	Challenge string `json:"challenge,omitempty"`
	Account   string `json:"account,omitempty"`
	// WithinMS is how long the caller waits, in milliseconds.
	WithinMS int64 `json:"within_ms"`
}

// An Order is one order of a batch, for some agent to judge.
type Order struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	Number  int    `json:"order"` // in the list, counted from 1
	Line    int    `json:"line"`  // of the list, where it begins
	ID      string `json:"id,omitempty"`

	Names     []string            `json:"names"`
	Values    map[string][]string `json:"values,omitempty"` // by identifier; "" is for all of them
	Account   string              `json:"account,omitempty"`
	Challenge string              `json:"challenge,omitempty"`
	CA        string              `json:"ca"`
	// Directory is an ACME directory document that wins over what the agent
	// knows of the CA; DirectoryFrom is where it came from.
	Directory     string `json:"directory,omitempty"`
	DirectoryFrom string `json:"directory_from,omitempty"`
	// Now is when dated facts are judged, "" for the present (RFC 3339).
	Now        string `json:"now,omitempty"`
	Probes     string `json:"probes,omitempty"`
	DeadlineMS int64  `json:"deadline_ms"`
	Full       bool   `json:"full,omitempty"` // the line holds the whole report
}

// A Judged is what became of an [Order].
type Judged struct {
	Version int    `json:"version"`
	Run     string `json:"run"`
	Number  int    `json:"order"`
	// Line is the line of the batch's results; nil when there is none.
	Line json.RawMessage `json:"line,omitempty"`
	// Failed says why there is no line: a clause without a full stop.
	Failed string `json:"failed,omitempty"`
	// Slow are the zones of the order with their slowest servers.
	Slow        []SlowZone `json:"slow,omitempty"`
	Perspective string     `json:"perspective"`
	Tool        string     `json:"tool"`
}

// A SlowZone is a zone with how long its slowest server took.
type SlowZone struct {
	Zone string `json:"zone"`
	MS   int64  `json:"ms"`
}

// A Refusal is why a request is not taken, with a code in the manner of HTTP.
type Refusal struct {
	Code int
	Text string // a sentence without its full stop
}

func (r *Refusal) Error() string { return r.Text }

func refuse(code int, format string, args ...any) *Refusal {
	return &Refusal{code, fmt.Sprintf(format, args...)}
}

// The codes of refusals.
const (
	malformed   = 400
	tooLarge    = 413
	busy        = 429
	failedInner = 500
	unable      = 503
)

// ParseRequest reads a request. The error is a [*Refusal].
func ParseRequest(data []byte) (Request, error) {
	var r Request
	if err := readJSON(data, &r); err != nil {
		return r, err
	}
	if r.WithinMS < 0 {
		return r, refuse(malformed, "within_ms is negative")
	}
	return r, checkOrder(r.Version, r.Names, r.Account)
}

// ParseOrder reads an order. The error is a [*Refusal].
func ParseOrder(data []byte) (Order, error) {
	var o Order
	if err := readJSON(data, &o); err != nil {
		return o, err
	}
	switch {
	case !token(o.Run):
		return o, refuse(malformed, "the run %q is no single word", cut(o.Run))
	case o.Number < 1 || o.Line < 0:
		return o, refuse(malformed, "order %d of line %d is in no list", o.Number, o.Line)
	case o.DeadlineMS <= 0:
		return o, refuse(malformed, "the order leaves no time")
	}
	for name := range o.Values {
		if name != "" && !slices.Contains(o.Names, name) {
			return o, refuse(malformed, "a value is for %q, which the order does not name", cut(name))
		}
	}
	return o, checkOrder(o.Version, o.Names, o.Account)
}

// readJSON reads one object and nothing behind it.
func readJSON(data []byte, into any) error {
	if len(data) > maxRequest {
		return refuse(tooLarge, "it is longer than %d octets", maxRequest)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(into); err != nil {
		return refuse(malformed, "it is no JSON of this kind: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return refuse(malformed, "something follows the JSON object")
	}
	return nil
}

// checkOrder holds what names an order to its limits.
func checkOrder(version int, names []string, account string) error {
	switch {
	case version != Version:
		return refuse(malformed, "it is of version %d, and this agent speaks version %d", version, Version)
	case len(names) == 0:
		return refuse(malformed, "it names nothing")
	case len(names) > MaxNames:
		return refuse(tooLarge, "it has %d names, and %d are the most", len(names), MaxNames)
	}
	for _, n := range names {
		if !plainName(n) {
			return refuse(malformed, "%q is no domain name in lower case", cut(n))
		}
	}
	if account == "" {
		return nil
	}
	if u, err := url.Parse(account); err != nil || u.Scheme != "https" || u.Host == "" {
		return refuse(malformed, "the account is no https URL")
	}
	return nil
}

// plainName reports whether a text is a name as a CA has it: printable, lower
// case, no final dot. Whether the DNS can look it up is for others to say.
func plainName(n string) bool {
	if n == "" || len(n) > maxName+len("*.") || strings.HasPrefix(n, ".") || strings.HasSuffix(n, ".") || strings.Contains(n, "..") {
		return false
	}
	return !strings.ContainsFunc(n, func(r rune) bool { return r <= ' ' || r >= 0x7f || r >= 'A' && r <= 'Z' })
}

// token reports whether a word may be one token of a subject.
func token(s string) bool {
	if s == "" || len(s) > 63 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// cut shortens what somebody else wrote, for a message.
func cut(s string) string {
	const most = 80
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// pack makes the octets of a reply: JSON, compressed.
func pack(v any) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(v); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// unpack reads what [pack] made.
func unpack(data []byte, into any) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return errors.New("it is not compressed as it should be")
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxReply+1))
	switch {
	case err != nil:
		return errors.New("its compression is damaged")
	case len(plain) > maxReply:
		return fmt.Errorf("it is longer than %d octets", maxReply)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("it is no JSON of this kind: %w", err)
	}
	return nil
}
