package recording

import (
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// Version is that of the file. A reader refuses others.
const Version = 1

// A Recording is one run: what it was to find out, and all that it asked.
type Recording struct {
	Header
	Looks []Look // one, but for a wait
}

// A Header says what a run was asked for and where it began: what it takes to
// make it again.
type Header struct {
	Tool     string // name and version
	Command  string
	Started  time.Time
	Lab      string // scenario of a made-up world, or ""
	Redacted bool

	Names  []string // identifiers; of a lookup, the one name
	Type   string   // of a lookup
	Values []Value
	Flags  []string // "--ca=letsencrypt"

	Roots     []resolver.Root
	Anchors   []dns.RR
	SignedAt  time.Time // zero: as of Started
	Allow     []netip.Prefix
	Resolvers []Resolver
	Facts     []Fact // of a redacted recording
}

// A Value is a TXT value that is expected for an identifier, or for all of them
// together under "", with what it is made of where that is known: neither is a
// secret, since a CA hands out the one and may be shown the other.
type Value struct{ Name, TXT, Token, Thumbprint string }

// A Resolver is a cache that was asked. Those that go by a URL need no address.
type Resolver struct {
	Name      string
	Addr      netip.AddrPort
	Transport resolver.Transport
	Local     bool
	Around    bool // it may be asked in the place of all servers
}

// A Look is one round of a run.
type Look struct {
	At        time.Duration // since the start; zero in a lab
	Seed      uint64
	Took      time.Duration // zero in a lab, or when not known
	Part      bool          // it left something out that another look has
	Sights    []Sight       // what was seen from elsewhere
	Exchanges []Exchange    // in the order in which they began; in a lab by question
}

// A Way is how a query travelled: a transport, or one of these.
type Way string

// Overheard is a way besides the transports: UDP with an ear for replies from
// elsewhere. Queries that follow others on their TCP connection are "tcp+1",
// "tcp+2" and so on; the first of a connection kept open is "tcp+0".
const Overheard Way = "udp-any"

// An Exchange is one query and what became of it.
type Exchange struct {
	Server   netip.AddrPort // zero: see Resolver
	Resolver string         // a URL, "" for a server that goes by its address
	Way      Way
	Sent     time.Duration // since the look began; zero in a lab
	Timeout  time.Duration // how long a reply was waited for; zero: to the end
	Query    []byte        // with the ID 0
	Took     time.Duration
	Reply    []byte           // with the ID 0; nil with Failure
	Failure  resolver.Failure // "" with Reply
	From     netip.AddrPort   // who answered, when Overheard
	Strays   int
}

// A Fact is a conclusion of validation, kept because it cannot be drawn again:
// names were replaced, and signatures cover the old ones.
type Fact struct{ Text string }

// Exchanges counts those of all looks.
func (r *Recording) Exchanges() int {
	n := 0
	for _, l := range r.Looks {
		n += len(l.Exchanges)
	}
	return n
}
