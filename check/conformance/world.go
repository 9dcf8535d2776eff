package conformance

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A World is one identifier of one account and all that the DNS says about it.
// Names are lower case without the final dot.
type World struct {
	Seed       uint64
	Identifier string // with "*." for a wildcard
	Account    int64  // number of the ACME account
	// KeyAuthorization is what the challenge has to prove (RFC 8555 §8.1).
	KeyAuthorization string
	// Zones are the apexes, parents first; each has two servers, and the root
	// is not among them. One that is not Delegated does not exist to the world.
	Zones []Zone
	Nodes map[string]*Node
	Fates map[Question]Fate
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

// silent reports whether no answer ever comes.
func (f Fate) silent() bool { return f.Fault == "drop" || f.Fault == "truncate tcp-silent" }

// text is the text of the extended error as an answer to q.
func (f Fate) text(q Question) string {
	return strings.ReplaceAll(f.Text, asked, fmt.Sprintf("<%s. %s IN>", q.Name, q.Type))
}

// Bogus is the fate of an answer that does not validate. The lab does not play
// it: how a resolver words the reason is not the CA's, so it is given.
const Bogus = "bogus"

// Value is the TXT value that solves the challenge (RFC 8555 §8.4).
func (w *World) Value() string {
	sum := sha256.Sum256([]byte(w.KeyAuthorization))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Base is the identifier without a wildcard label.
func (w *World) Base() string { return strings.TrimPrefix(w.Identifier, "*.") }

// Challenge is the name of the TXT record.
func (w *World) Challenge() string { return "_acme-challenge." + w.Base() }

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

// servers are the names of a zone's two servers.
func servers(apex string) []string { return []string{"ns1." + apex, "ns2." + apex} }

// Scenario is the world as a scenario of dns01's lab, with everything that the
// lab does not play in its story.
func (w *World) Scenario() string {
	var b strings.Builder
	fmt.Fprintf(&b, "World %d\nThe account is number %d, the key authorization %s.\n", w.Seed, w.Account, w.KeyAuthorization)
	for _, q := range w.questions() {
		if f := w.Fates[q]; f.Fault == Bogus {
			fmt.Fprintf(&b, "%s %s does not validate: extended error %d %q.\n", q.Name, q.Type, f.EDE, f.Text)
		}
	}
	fmt.Fprintf(&b, "\n-- target --\n%s --value %s --account %s%d --resolvers none\n", w.Identifier, w.Value(), AccountPrefixes[0], w.Account)
	b.WriteString("-- servers --\n")
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

// zoneText writes a zone. RDATA stands as octets (RFC 3597 §5), so that both
// sides get the same.
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
		if n.CNAME == "" && len(n.TXT)+len(n.CAA) == 0 {
			fmt.Fprintf(b, "%s. A 192.0.2.254\n", name)
		}
		for _, rdata := range n.TXT {
			fmt.Fprintf(b, "%s. TXT \\# %d %x ; %+q\n", name, len(rdata), rdata, rdata)
		}
		for _, rdata := range n.CAA {
			fmt.Fprintf(b, "%s. CAA \\# %d %x ; %+q\n", name, len(rdata), rdata, rdata)
		}
	}
	if !z.Delegated {
		fmt.Fprintf(b, "-- delegation %s --\n", z.Apex)
	}
}

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
