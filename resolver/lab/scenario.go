package lab

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"
)

// A Scenario is a world as its file describes it. The package comment shows
// the form of the file.
type Scenario struct {
	Name   string   // of the file, without ".txtar"
	Title  string   // what is wrong, in one line
	Story  string   // the rest of the comment
	Target []string // command-line words: names and flags
	Want   []string // what must be found, one a line, opaque here

	servers     []host
	copies      []copyText
	delegations []delegationText
	faults      []faultLine
	caches      []Cache
	places      []placeText
	held        []heldText
	network     network
	signs       []signLine
	tampers     []tamperLine

	made *made // once it has been parsed
}

// A made is what worlds of one scenario share: it does not change.
type made struct {
	*plan
	hosted  hostings
	anchors []dns.RR
}

// A host is a name server: a canonical name with the final dot, and addresses.
type host struct {
	name  string
	addrs []netip.Addr
}

// A copyText is the text of a zone as some hosts have it, from a time on.
type copyText struct {
	section
	origin string
	hosts  []string
	from   time.Duration
}

// A delegationText is what the parent of a zone says about it.
type delegationText struct {
	section
	origin string
}

// A heldText is what a cache holds when the world begins.
type heldText struct {
	section
	cache string
}

// A Cache is a recursive resolver. Local marks the one that this host is
// configured to use.
type Cache struct {
	Name  string
	Addr  netip.Addr
	Local bool
}

// Parse reads a scenario. The name is that of its file and stands in every
// error, with the line. A scenario that parses has a World.
func Parse(name string, data []byte) (*Scenario, error) {
	s := &Scenario{
		Name:    strings.TrimSuffix(name, ".txtar"),
		network: network{roundTrip: defaultRoundTrip},
	}
	if line := bareMarker(data); line > 0 {
		return nil, fmt.Errorf("scenario %s: line %d: a section without a name", s.Name, line)
	}
	archive := txtar.Parse(data)
	s.Title, s.Story = titleAndStory(string(archive.Comment))
	for _, sec := range sections(archive) {
		if err := s.read(sec); err != nil {
			return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	var err error
	if s.made, err = s.make(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	if _, err := s.World(); err != nil {
		return nil, err
	}
	return s, nil
}

func titleAndStory(comment string) (title, story string) {
	title, story, _ = strings.Cut(strings.TrimSpace(comment), "\n")
	return strings.TrimSpace(title), strings.TrimSpace(story)
}

// bareMarker returns the number of the first line that is a section title with
// no room for a name, or 0. The txtar parser does not survive one.
func bareMarker(data []byte) int {
	for i, l := range strings.Split(string(data), "\n") {
		if strings.TrimSuffix(l, "\r") == "-- --" {
			return i + 1
		}
	}
	return 0
}

// read takes in one section.
func (s *Scenario) read(sec section) error {
	kind := ""
	if len(sec.words) > 0 {
		kind = sec.words[0]
	}
	switch kind {
	case "target":
		return sec.each(func(words []string) error {
			s.Target = append(s.Target, words...)
			return nil
		})
	case "want":
		return sec.each(func(words []string) error {
			s.Want = append(s.Want, strings.Join(words, " "))
			return nil
		})
	case "servers":
		return sec.each(s.readServer)
	case "zone", "after":
		return s.readZone(sec)
	case "delegation":
		return s.readDelegation(sec)
	case "sign":
		return s.readSign(sec)
	case "tamper":
		return s.readTamper(sec)
	case "faults":
		return s.readFaults(sec)
	case "perspectives":
		return sec.each(s.readPlace)
	case "caches":
		return sec.each(s.readCache)
	case "cached":
		return s.readHeld(sec)
	case "network":
		return sec.each(s.network.read)
	}
	return sec.errorf("unknown section")
}

func (s *Scenario) readServer(words []string) error {
	h, err := parseHost(words)
	if err != nil {
		return err
	}
	for _, other := range s.servers {
		if other.name == h.name {
			return fmt.Errorf("%s is listed twice", words[0])
		}
	}
	s.servers = append(s.servers, h)
	return nil
}

func parseHost(words []string) (host, error) {
	name, err := absolute(words[0])
	if err != nil {
		return host{}, err
	}
	if name == "." || dns.CountLabel(name) < 2 {
		return host{}, fmt.Errorf("a name server's name has two labels or more, not %q", words[0])
	}
	if len(words) == 1 {
		return host{}, fmt.Errorf("%s has no address", words[0])
	}
	h := host{name: name}
	for _, w := range words[1:] {
		a, err := parseAddr(w)
		if err != nil {
			return host{}, err
		}
		h.addrs = append(h.addrs, a)
	}
	return h, nil
}

// readZone takes "zone ORIGIN @ HOST…", with "after DURATION" before it or not.
func (s *Scenario) readZone(sec section) error {
	c := copyText{section: sec}
	words := sec.words
	if words[0] == "after" {
		if len(words) < 3 || words[2] != "zone" {
			return sec.errorf(`want "after DURATION zone ORIGIN @ HOST…"`)
		}
		d, err := parseDuration(words[1])
		if err != nil {
			return sec.errorf("%v", err)
		}
		c.from, words = d, words[2:]
	}
	if len(words) < 4 || words[2] != "@" {
		return sec.errorf(`want "zone ORIGIN @ HOST…"`)
	}
	var err error
	if c.origin, err = absolute(words[1]); err != nil {
		return sec.errorf("%v", err)
	}
	for _, w := range words[3:] {
		h, err := absolute(w)
		if err != nil {
			return sec.errorf("%v", err)
		}
		c.hosts = append(c.hosts, h)
	}
	s.copies = append(s.copies, c)
	return nil
}

func (s *Scenario) readDelegation(sec section) error {
	if len(sec.words) != 2 {
		return sec.errorf(`want "delegation ORIGIN"`)
	}
	origin, err := absolute(sec.words[1])
	if err != nil {
		return sec.errorf("%v", err)
	}
	if origin == "." {
		return sec.errorf("nothing delegates the root")
	}
	s.delegations = append(s.delegations, delegationText{sec, origin})
	return nil
}

func (s *Scenario) readCache(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("want NAME ADDRESS")
	}
	addr, err := parseAddr(words[1])
	if err != nil {
		return err
	}
	s.caches = append(s.caches, Cache{Name: words[0], Addr: addr, Local: words[0] == "local"})
	return nil
}

func (s *Scenario) readHeld(sec section) error {
	if len(sec.words) != 2 {
		return sec.errorf(`want "cached NAME"`)
	}
	s.held = append(s.held, heldText{sec, sec.words[1]})
	return nil
}
