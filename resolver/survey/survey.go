package survey

import (
	"net/netip"
	"time"

	"dns01/caa"
)

// A Survey is everything that was seen for an order. It is data: nothing in
// it asks or judges. Names are lower case, in presentation form, without the
// final dot; the root is ".".
type Survey struct {
	Started time.Time
	Took    time.Duration

	// Identifiers are the names surveyed, in the order given.
	Identifiers []Identifier
	// Zones holds every zone whose servers were asked, parents first.
	Zones []*Zone
	// Validated says that answers were validated against trust anchors, as
	// of ValidatedAt.
	Validated   bool
	ValidatedAt time.Time
	// Lookups holds every question asked of a zone's servers.
	Lookups []*Lookup
	// Starts says at which zone the resolution of a question begins: the
	// deepest zone found by delegation before asking. Its Lookup exists.
	Starts map[Question]string
	// Resolvers are the answers of caches: public resolvers and the local
	// one. Asked only for names that the authoritative servers agree on.
	Resolvers []ResolverAnswer

	// Vantages are the engines that were asked to look from elsewhere, and
	// Perspectives what was seen through them.
	Vantages     []Vantage
	Perspectives []*Perspective

	// Misplaced are values of [Target.Seek] that stand at another name.
	Misplaced []Place
	// Coverings are base names of identifiers that a wildcard above them
	// answers for, or would.
	Coverings []Covering

	// Via is the resolver that stood in for all servers, because direct DNS
	// does not leave this network or is answered in it: what its cache holds
	// is all that was seen. "" for none.
	Via string

	// Probing is how much of the plan was asked for.
	Probing Probing

	Queries Queries
	// Gaps are questions that could not be asked, or whose answer did not
	// come for a reason on our side. A verdict that needs one is unknown.
	Gaps []Gap
	// Network is what was learnt of the network we ask from.
	Network Network
}

// An Identifier is one name of the order and what a CA would look up for it.
type Identifier struct {
	Name      string   // as a CA has it: lower-case A-labels, with "*." if given
	Invalid   string   // not empty: why the name cannot be looked up at all
	Challenge string   // owner of the challenge TXT, wildcard label stripped
	CAA       []string // the names of the CAA climb, from the name to its TLD
	Unasked   bool     // nothing is asked for it, as the target wants
}

// LookedUp reports whether anything is to be looked up for it, from here or
// from elsewhere.
func (id Identifier) LookedUp() bool { return id.Invalid == "" && !id.Unasked }

// A Question is a name and a type, "TXT" and so on.
type Question struct{ Name, Type string }

// A Lookup is one question and what each address of one zone's servers
// answered. Resolution goes on elsewhere where an answer says so: a Referral
// to the lookup of the same question in the child zone, an alias to the start
// of the same type at the target.
type Lookup struct {
	Zone string
	Question
	Answers []*Answer
	// Again are answers to the same question asked again, in rounds a second
	// apart, where none of Answers is usable: see whether it lasts.
	Again []*Answer
	// Undecided means that the run ended before that was known, or that nobody
	// was heard at the time.
	Undecided bool
	// Cut means resolution stopped here on a limit of ours (aliases, cuts).
	Cut string
}

// A Status is what the CA's resolver makes of an answer.
type Status string

const (
	Answered Status = "answered" // records of the type, at the end of the aliases
	NoData   Status = "nodata"   // the name exists (or an alias does) without the type
	NXDomain Status = "nxdomain"
	Aliased  Status = "alias"    // a CNAME chain that has to be followed elsewhere
	Referral Status = "referral" // to a zone below

	// From here on the resolver throws the answer away and tries another server.
	Lame        Status = "lame" // REFUSED, SERVFAIL, NOTAUTH, no authority, upward: see Answer.Lame
	Timeout     Status = "timeout"
	Unreachable Status = "unreachable" // the address refuses, or a router says so
	Malformed   Status = "malformed"
	Truncated   Status = "truncated" // TC, and TCP brought nothing: see Answer.TCP

	// And these are ours, not theirs.
	NoRoute  Status = "no-route"  // this host cannot reach the address family
	NotAsked Status = "not-asked" // deadline, limit, or a family switched off
)

// Usable reports whether a resolver would take the answer.
func (s Status) Usable() bool {
	switch s {
	case Answered, NoData, NXDomain, Aliased, Referral:
		return true
	}
	return false
}

// denies reports whether an answer says that there are no such records.
func (s Status) denies() bool { return s == NoData || s == NXDomain }

// Ours reports whether the lack of an answer says nothing about the server.
func (s Status) Ours() bool { return s == NoRoute || s == NotAsked }

// An Answer is what one question to one address came to. It always exists.
type Answer struct {
	Question
	Server string     // a name server name that has this address
	Addr   netip.Addr // the address asked

	Status Status
	Lame   string // for Lame: "refused", "servfail", "notauth", "notimp", "formerr", "upward-referral", "no-authority", "other-zone", or the rcode in lower case; "alias-loop" for the SERVFAIL of a server that met a loop of its own (Aliases has it)

	Rcode         string // "NOERROR", "NXDOMAIN", … ; "" when no message came
	Authoritative bool   // AA
	Recursion     bool   // RA
	Transport     string // of the message that counts: "udp" or "tcp"
	Bytes         int    // of that message on the wire
	Spare         int    // of these, records of the additional section, which a server leaves out when space is short; OPT is none
	RTT           time.Duration
	NeedsTCP      bool           // the UDP answer was truncated
	TCP           string         // when NeedsTCP: "" if TCP brought the answer, else how it failed ("timeout", "unreachable", "closed", …)
	EDNS          string         // "" fine; "unsupported" answered only without EDNS; "absent" no OPT in the answer; "dropped" silent to EDNS though it answers plain DNS; "small" silent to an offer of 1232 octets though it answers one of 512
	OverTCP       bool           // with Timeout or Unreachable: it answers over TCP
	Late          time.Duration  // with Timeout: what the server takes that answers later than anybody waits; 0 when nothing came
	Mismatched    bool           // with Timeout: replies came, with another ID or to another question
	Elsewhere     netip.AddrPort // with Timeout: where replies came from, which nobody takes; the zero value when none was heard
	CaseLost      bool           // the question came back in other letter case
	CaseDiffers   bool           // with CaseLost: asked again in lower case, servers say this and that
	OtherSOA      string         // of a negative answer without SOA: the owner of a SOA that does not belong there

	Aliases  []Alias  // followed inside this answer, in order
	Owner    string   // name at the end of Aliases: owner of Records, or of what is denied
	Records  []Record // of the type asked, at Owner
	Shadowed []Record // of the type asked, at the name asked, though an alias stands there too: nobody takes them
	SOA      *SOA     // from the authority section of a negative answer, or the answer to SOA
	NS       []string // the answer to NS
	Beside   []string // name servers in the authority section of an answer with records: some servers add them to each
	Wildcard bool     // the owner was synthesised: a random sibling has the same records
	Disputed []string // older releases of the CA resolver software that would not use, or would use, this answer
	Signed   bool     // signatures came with the answer
	SigBytes int      // octets of the longest of them, without the fields before it; 0 when there is none
	// SignedFrom and SignedUntil bound the signature that ends first.
	SignedFrom, SignedUntil time.Time
	Security                *Security // what validation makes of it; nil when it was not judged
	Child                   string    // for Referral: the zone referred to
	ChildNS                 []string  // for Referral

	Exchanges []Exchange
}

// A Security is what a validating resolver concludes from an answer
// (RFC 4033 §5): it gives out secure, insecure and indeterminate ones, and
// throws bogus ones away.
type Security struct {
	Status string // "secure", "insecure", "bogus", "indeterminate", or Unjudged
	Reason string // why not secure: a dnssec.Reason such as "signature-expired"
	EDE    int    // extended error code (RFC 8914), -1 for none
	Text   string // its text, as the CA's resolver words it

	// The link of the chain of trust that broke, as far as it has one.
	Zone, Name, Type      string
	KeyTag                uint16
	Inception, Expiration time.Time
}

// Unjudged is the status of an answer that was to be validated when the run
// ended: what a validating resolver makes of it is not known.
const Unjudged = "unjudged"

// Unjudged reports whether validation of an answer was cut short.
func (a *Answer) Unjudged() bool { return a.Security != nil && a.Security.Status == Unjudged }

// An Alias is one CNAME, its own or one made from a DNAME.
type Alias struct {
	From, To string
	TTL      uint32
	DNAME    string // owner of the DNAME it comes from, or ""
}

// A Record is one record of the type asked.
type Record struct {
	Owner string
	TTL   uint32
	Text  string // RDATA in presentation form, escaped: safe to print

	TXT     string      // TXT: the character-strings joined, raw octets
	Strings int         // TXT: how many character-strings
	CAA     *caa.Record // CAA; nil with Bad set when RDATA does not parse
	Bad     string      // why RDATA does not parse
}

// SOA holds the timers that matter here, in seconds.
type SOA struct {
	Zone           string
	Serial         uint32
	Refresh, Retry uint32
	TTL, Minimum   uint32
	NegativeTTL    uint32 // min(TTL, Minimum), RFC 2308 §5
}

// An Exchange is one query on the wire: the evidence behind an answer.
type Exchange struct {
	Server    string // host name, or "" for a resolver
	Addr      netip.AddrPort
	Transport string
	Name      string // in the letter case sent
	Type      string
	EDNS      bool // DO and 1232 octets were offered
	NoDO      bool // with EDNS: DO was not
	Recursive bool // RD was set
	At        time.Time
	RTT       time.Duration
	Rcode     string // "" when nothing came
	Flags     string // "aa tc rd ra ad" as far as set
	Bytes     int
	Failure   string // resolver.Failure, or ""

	// Options are what makes the question of a probe odd, as dig's options.
	Options []string
}

// A Zone is a zone of the delegation path of some name of the order.
type Zone struct {
	Name   string
	Parent string // "" for the root
	// Public is set for the root, TLDs and other zones of registries (ICANN
	// public suffixes): only a few of their servers are asked.
	Public bool

	ParentNS []string // as the parent's referral lists them
	ChildNS  []string // as the zone's own servers list them, united; nil when not asked
	Servers  []*Server
	Problems []NameServerProblem

	// Above are what the servers of the registry say, each at one address, that
	// delegates the zone; nil where they were not asked.
	Above []*Answer

	// Elsewhere is what others get of the zone, where nothing of use was heard of
	// it here; nil where that was not asked.
	Elsewhere *View

	// NSAliases are NS names that turned out to be CNAMEs.
	NSAliases map[string]string

	DS    []string  // as they came with the referral, in presentation form
	Trust *Security // where the zone stands in the chain of trust; nil when not judged
}

// A Server is one address of one name server of a zone.
type Server struct {
	Name     string
	Addr     netip.Addr
	InParent bool   // its name is in the parent's NS set
	Glue     bool   // the address came as glue with the referral
	OwnData  bool   // the address is in the address records of the name
	NoOwn    bool   // the name's own address records were read and lack it
	Special  string // not "": a special range (RFC name) that is never asked

	SOA *Answer // apex SOA; nil when not asked (Public zones, Special)
	NS  *Answer // apex NS; likewise

	Probes []Probe // in the order of the plan; those that were not asked are left out
}

// A NameServerProblem is a name server name without a usable address.
type NameServerProblem struct {
	Server string
	Reason string // "nxdomain", "no-address", "failed", "cyclic", "timeout", "limit", "not-asked"
}

// A ResolverAnswer is what a cache said.
type ResolverAnswer struct {
	Question
	Resolver string // short name or address as given
	Local    bool   // the one in this host's configuration
	Addr     netip.AddrPort
	Status   Status
	Rcode    string
	EDE      string // extended error, escaped; "" for none
	EDECode  int    // with EDE: its code (RFC 8914 §5.2)
	Records  []Record
	TTL      uint32 // seconds the cache will keep this answer
	SOA      string // the zone that a negative answer is from, "" where it does not say
	RTT      time.Duration
	Exchange Exchange
}

// Queries counts what was sent, in messages.
type Queries struct {
	Total, UDP, TCP int
	CAA             int            // of Total, those of type CAA
	Probes          int            // of Total, those of the probe plan
	ByServer        map[string]int // by address
}

// A Gap is something that could not be looked at, for a reason on our side.
// Without a question it is whatever would have come next.
type Gap struct {
	Question
	Zone   string
	Addr   netip.Addr // of the server, if one was meant
	Reason string     // "deadline", "interrupted", "no-route", "limit", "switched-off", "root-silent", "root-fails", "intercepted", "not-recorded", "line-dead", "tcp-untried", "tcp-wavers", "keys-unseen", "denial-open", "forged"
}

// Network is what the run showed of the network we ask from.
type Network struct {
	// Quickest is the least time that any reply took: what the way to the
	// Internet takes at most. 0 when it is not known.
	Quickest   time.Duration
	IPv4, IPv6 string // "works" (some answer came), "none" (no route), "silent", "" (not used)
	// TCP is "" unless nothing at all came over TCP although servers of
	// several operators were asked, "blocked", or nothing that these would
	// say, "intercepted"; "untried" when they could not be asked any more, and
	// "wavers" when a server that was silent over TCP answers by now.
	TCP string
	// UDP is "" unless root servers answered over TCP alone: "blocked".
	UDP string
	// Large is "" unless large answers over UDP came from nobody, registries
	// and the root included, "lost"; "unclear" when it was not found out whether
	// those that servers lost are lost by this network.
	Large string
	// Case is "" unless everybody, registries and the root included, gives
	// questions back in another letter case: "lost".
	Case string
	// Interceptor is the exchange with a root server that somebody else
	// answered, nil when none was seen.
	Interceptor *Exchange
}

// Lookup returns the lookup of q at a zone, or nil.
func (s *Survey) Lookup(zone string, q Question) *Lookup {
	for _, l := range s.Lookups {
		if l.Zone == zone && l.Question == q {
			return l
		}
	}
	return nil
}

// Start returns the lookup at which the resolution of q begins, or nil.
func (s *Survey) Start(q Question) *Lookup {
	z, ok := s.Starts[q]
	if !ok {
		return nil
	}
	return s.Lookup(z, q)
}

// Zone returns the zone of that name, or nil.
func (s *Survey) Zone(name string) *Zone {
	for _, z := range s.Zones {
		if z.Name == name {
			return z
		}
	}
	return nil
}
