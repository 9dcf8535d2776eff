package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A World is an order of one account, for a name, for the wildcard below it or
// for both, and all that the DNS says about it. Names are lower case without
// the final dot.
type World struct {
	Seed           uint64
	Account        int64  // number of the ACME account
	Method         string // of the challenge
	Base           string
	Registered     string // the domain that Base lies in
	Authorizations []Authorization
	// Zones are the apexes, parents first; each has two servers, and the root
	// is not among them. One that is not Delegated does not exist to the world.
	Zones []Zone
	Nodes map[string]*Node
	Fates map[Question]Fate
}

// An Authorization is one identifier of the order.
type Authorization struct {
	Identifier string // Base, or "*." before it
	// KeyAuthorization is what the challenge has to prove (RFC 8555 §8.1).
	KeyAuthorization string
}

// Value is the TXT value that solves the challenge (RFC 8555 §8.4).
func (a Authorization) Value() string {
	sum := sha256.Sum256([]byte(a.KeyAuthorization))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A Zone is an apex.
type Zone struct {
	Apex      string
	Delegated bool
}

// A Node is the data at one name. With a CNAME there is nothing else; with
// none of these it has an address, so that the name is there.
type Node struct {
	CNAME    string
	DNAME    string   // nothing stands below it
	TXT, CAA [][]byte // RDATA as on the wire, perhaps not valid
}

// A Question is a name and a type, "TXT" or "CAA".
type Question struct{ Name, Type string }

// A Fate is what happens to a question at the servers of its zone.
type Fate struct {
	Fault string // faults of the lab, separated by spaces, or Bogus
	EDE   int    // Bogus: extended error code (RFC 8914)
	Text  string // Bogus: its text; "<asked>" stands for the question
}

// asked stands for the question in the text of an extended error.
const asked = "<asked>"

// silent reports whether no answer ever comes, as far as Unbound is concerned: it
// does not look at ICMP messages.
func (f Fate) silent() bool {
	return f.Fault == "drop" || f.Fault == "unreachable" || f.Fault == "truncate tcp-silent"
}

// text is the text of the extended error as an answer to q.
func (f Fate) text(q Question) string {
	return strings.ReplaceAll(f.Text, asked, fmt.Sprintf("<%s. %s IN>", q.Name, q.Type))
}

// Bogus is the fate of an answer that does not validate. The lab does not play
// it: how a resolver words the reason is not the CA's, so it is given.
const Bogus = "bogus"

// The methods whose challenges stand in the DNS.
const (
	dns01   = "dns-01"
	account = "dns-account-01" // draft-ietf-acme-dns-account-label
	persist = "dns-persist-01" // draft-ietf-acme-dns-persist
)

// Challenge is the name of the TXT record, the same for both identifiers.
func (w *World) Challenge() string {
	switch w.Method {
	case account:
		sum := sha256.Sum256([]byte(w.AccountURI()))
		return "_" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10])) + "._acme-challenge." + w.Base
	case persist:
		return "_validation-persist." + w.Base
	}
	return "_acme-challenge." + w.Base
}

// AccountURI is that of the account.
func (w *World) AccountURI() string { return fmt.Sprintf("%s%d", AccountPrefixes[0], w.Account) }

// node returns the node of a name, made if need be.
func (w *World) node(name string) *Node {
	n := w.Nodes[name]
	if n == nil {
		n = &Node{}
		w.Nodes[name] = n
	}
	return n
}

// zone is the deepest zone that a name lies in; false for a name under a TLD
// that the world does not have.
func (w *World) zone(name string) (Zone, bool) {
	var found Zone
	for _, z := range w.Zones {
		if within(name, z.Apex) && len(z.Apex) > len(found.Apex) {
			found = z
		}
	}
	return found, found.Apex != ""
}

// within reports whether a name is at or below another.
func within(name, above string) bool {
	return name == above || strings.HasSuffix(name, "."+above)
}

// up is the name above, "" for none.
func up(name string) string {
	_, above, _ := strings.Cut(name, ".")
	return above
}

// servers are the names of a zone's two servers.
func servers(apex string) []string { return []string{"ns1." + apex, "ns2." + apex} }

// Scenario is the world as a scenario of dns01's lab, with everything that the
// lab does not play in its story.
func (w *World) Scenario() string {
	var b strings.Builder
	fmt.Fprintf(&b, "World %d\n", w.Seed)
	for _, a := range w.Authorizations {
		fmt.Fprintf(&b, "The key authorization of %s is %s.\n", a.Identifier, a.KeyAuthorization)
	}
	for _, q := range w.questions() {
		if f := w.Fates[q]; f.Fault == Bogus {
			fmt.Fprintf(&b, "%s %s does not validate: extended error %d %q.\n", q.Name, q.Type, f.EDE, f.Text)
		}
	}
	fmt.Fprintf(&b, "\n-- target --\n--challenge %s --account %s --resolvers none", w.Method, w.AccountURI())
	for _, a := range w.Authorizations {
		fmt.Fprintf(&b, "\n%s", a.Identifier)
		if w.Method != persist {
			fmt.Fprintf(&b, " --value %s=%s", a.Identifier, a.Value())
		}
	}
	b.WriteString("\n-- servers --\n")
	for i, z := range w.Zones {
		for k, s := range servers(z.Apex) {
			fmt.Fprintf(&b, "%s %s.%d\n", s, [2]string{"192.0.2", "203.0.113"}[k], i+1)
		}
	}
	for _, z := range w.Zones {
		w.zoneText(&b, z)
	}
	w.faults(&b)
	return b.String()
}

// zoneText writes a zone.
func (w *World) zoneText(b *strings.Builder, z Zone) {
	fmt.Fprintf(b, "-- zone %s @ %s --\n", z.Apex, strings.Join(servers(z.Apex), " "))
	for _, name := range slices.Sorted(maps.Keys(w.Nodes)) {
		if at, _ := w.zone(name); at.Apex != z.Apex {
			continue
		}
		n := w.Nodes[name]
		if n.CNAME != "" {
			fmt.Fprintf(b, "%s. CNAME %s.\n", name, n.CNAME)
		}
		if n.CNAME+n.DNAME == "" && len(n.TXT)+len(n.CAA) == 0 {
			fmt.Fprintf(b, "%s. A 192.0.2.254\n", name)
		}
		if n.DNAME != "" {
			fmt.Fprintf(b, "%s. DNAME %s.\n", name, n.DNAME)
		}
		for _, rdata := range n.TXT {
			fmt.Fprintf(b, "%s. TXT %s\n", name, txtText(rdata))
		}
		for _, rdata := range n.CAA {
			fmt.Fprintf(b, "%s. CAA %s\n", name, caaText(rdata))
		}
	}
	if !z.Delegated {
		fmt.Fprintf(b, "-- delegation %s --\n", z.Apex)
	}
}

// txtText is the RDATA of a TXT record in zone text.
func txtText(rdata []byte) string {
	if len(rdata) > 0 && len(rdata) == 1+int(rdata[0]) && isPlain(rdata[1:]) {
		return fmt.Sprintf(`"%s"`, rdata[1:])
	}
	return octets(rdata)
}

// caaText is the RDATA of a CAA record in zone text.
func caaText(rdata []byte) string {
	if value, ok := bytes.CutPrefix(rdata, []byte("\x00\x05issue")); ok && isPlain(value) {
		return fmt.Sprintf(`0 issue "%s"`, value)
	}
	return octets(rdata)
}

// octets is RDATA of any kind in zone text (RFC 3597 §5): both sides get the
// same, whatever it is. A comment shows how it begins.
func octets(rdata []byte) string {
	return fmt.Sprintf(`\# %d %x ; %+q`, len(rdata), rdata, rdata[:min(len(rdata), 60)])
}

// isPlain reports whether all octets stand for themselves in zone text.
func isPlain(text []byte) bool {
	return len(bytes.Trim(text, plain)) == 0
}

// plain are the octets that isPlain takes.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

// faults writes the fates that the lab plays.
func (w *World) faults(b *strings.Builder) {
	b.WriteString("-- faults --\n")
	for _, q := range w.questions() {
		f := w.Fates[q]
		z, ok := w.zone(q.Name)
		if f.Fault == Bogus || !ok {
			continue
		}
		for _, s := range servers(z.Apex) {
			for fault := range strings.FieldsSeq(f.Fault) {
				fmt.Fprintf(b, "%s type=%s name=%s %s\n", s, q.Type, q.Name, fault)
			}
		}
	}
}

// questions are those that have a fate, sorted.
func (w *World) questions() []Question {
	return slices.SortedFunc(maps.Keys(w.Fates), func(a, b Question) int {
		return strings.Compare(a.Name+" "+a.Type, b.Name+" "+b.Type)
	})
}

// Broken reports whether the world has a record whose RDATA does not parse.
func (w *World) Broken() bool {
	for _, n := range w.Nodes {
		if slices.ContainsFunc(n.TXT, brokenTXT) || slices.ContainsFunc(n.CAA, brokenCAA) {
			return true
		}
	}
	return false
}

// brokenCAA reports whether RDATA ends within the tag. To Boulder's DNS library
// it may end before that.
func brokenCAA(rdata []byte) bool {
	return len(rdata) >= 2 && int(rdata[1]) > len(rdata)-2
}

// brokenTXT reports whether RDATA ends within a character-string. None at all
// is one record of no strings to Boulder's DNS library.
func brokenTXT(rdata []byte) bool {
	for len(rdata) > 0 {
		n := int(rdata[0]) + 1
		if n > len(rdata) {
			return true
		}
		rdata = rdata[n:]
	}
	return false
}
