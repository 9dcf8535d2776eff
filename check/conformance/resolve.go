package conformance

import (
	"slices"
	"strings"
)

// A Reply is what the CA's resolver answers.
type Reply struct {
	Silent  bool // no answer in the CA's time
	Rcode   int
	EDE     *Fate    // extended error
	CNAMEs  []string // targets of the aliases followed, in order
	Type    string   // of the RDATA
	RDATA   [][]byte
	Aliased string // owner of the RDATA: the last of CNAMEs, or the name asked
}

// The rcodes of a resolver (RFC 1035 §4.1.1).
const (
	noError  = 0
	servFail = 2
	nxDomain = 3
)

// maxRestarts is how many aliases Unbound follows (max-query-restarts).
const maxRestarts = 11

// maxMessage is the most octets of a message (RFC 1035 §4.2.2).
const maxMessage = 65535

// Resolve is what a validating resolver answers (RFC 1034 §5.3.3). It starts
// over at the target of each alias, and gives up where no server of a zone is
// of use, where aliases loop, and after too many of them.
func (w *World) Resolve(q Question) Reply {
	r := Reply{Type: q.Type, Aliased: q.Name}
	for {
		switch f := w.fate(Question{r.Aliased, q.Type}); {
		case f.Fault == "", f.Fault == "truncate": // TCP helps
		case f.Fault == Bogus && w.fits(r.Aliased, q.Type):
			f.Text = f.text(q)
			return Reply{Rcode: servFail, EDE: &f}
		case f.silent():
			return Reply{Silent: true}
		case f.Fault == "nxdomain":
			r.Rcode = nxDomain
			return r
		default:
			return Reply{Rcode: servFail}
		}
		target := w.alias(r.Aliased)
		if target == "" {
			return w.terminal(r)
		}
		if len(r.CNAMEs) == maxRestarts || slices.Contains(r.CNAMEs, target) || target == q.Name {
			return Reply{Rcode: servFail}
		}
		r.CNAMEs = append(r.CNAMEs, target)
		r.Aliased = target
	}
}

// fate is that of a question whose servers are asked at all.
func (w *World) fate(q Question) Fate {
	if !w.reachable(q.Name) {
		return Fate{}
	}
	return w.Fates[q]
}

// alias is where a name leads by a CNAME, its own or made from a DNAME
// (RFC 6672 §2.2); "" for nowhere.
func (w *World) alias(name string) string {
	if !w.reachable(name) {
		return ""
	}
	if from := w.renamed(name); from != "" {
		return strings.TrimSuffix(name, from) + w.Nodes[from].DNAME
	}
	if n := w.at(name); n != nil {
		return n.CNAME
	}
	return ""
}

// renamed is the owner of the DNAME above a name, "" for none. The highest one
// counts, since nothing stands below it (RFC 6672 §2.4).
func (w *World) renamed(name string) string {
	zone, _ := w.zone(name)
	found := ""
	for above := name; above != zone.Apex; {
		above = up(above)
		if n := w.Nodes[above]; n != nil && n.DNAME != "" {
			found = above
		}
	}
	return found
}

// at is the data that answers for a name: its own, or that of the wildcard at
// its closest encloser (RFC 4592 §3.3.1).
func (w *World) at(name string) *Node {
	if w.exists(name) {
		return w.Nodes[name]
	}
	zone, _ := w.zone(name)
	for encloser := name; encloser != zone.Apex; {
		encloser = up(encloser)
		if encloser == zone.Apex || w.exists(encloser) {
			return w.Nodes["*."+encloser]
		}
	}
	return nil
}

// terminal is the answer at a name without alias.
func (w *World) terminal(r Reply) Reply {
	if !w.reachable(r.Aliased) {
		r.Rcode = nxDomain
		return r
	}
	switch n := w.at(r.Aliased); {
	case n == nil && !w.exists(r.Aliased):
		r.Rcode = nxDomain
	case !w.fits(r.Aliased, r.Type):
		return Reply{Rcode: servFail} // truncated over TCP too
	case n != nil:
		r.RDATA = n.rdata(r.Type)
	}
	return r
}

// rdata is that of the records of a type.
func (n *Node) rdata(qtype string) [][]byte {
	if qtype == "CAA" {
		return n.CAA
	}
	return n.TXT
}

// fits reports whether the records at a name fit a message.
func (w *World) fits(name, qtype string) bool {
	n := w.at(name)
	if n == nil {
		return true
	}
	size := 0
	for _, rdata := range n.rdata(qtype) {
		size += 12 + len(rdata) // with its owner as a pointer
	}
	return size <= maxMessage
}

// reachable reports whether every zone above a name is delegated.
func (w *World) reachable(name string) bool {
	_, ok := w.zone(name)
	return ok && !slices.ContainsFunc(w.Zones, func(z Zone) bool { return !z.Delegated && within(name, z.Apex) })
}

// exists reports whether a name has data or stands above one that has
// (RFC 8020 §2, RFC 4592 §2.2.2). What lies in a zone that is not delegated is
// not there.
func (w *World) exists(name string) bool {
	below := func(n string) bool { return within(n, name) && w.reachable(n) }
	for n := range w.Nodes {
		if below(n) {
			return true
		}
	}
	return slices.ContainsFunc(w.Zones, func(z Zone) bool {
		return below(z.Apex) || z.Delegated && slices.ContainsFunc(servers(z.Apex), below)
	}) || strings.Count(name, ".") == 0
}
