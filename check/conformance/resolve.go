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

// Resolve is what a validating resolver answers (RFC 1034 §5.3.3). It starts
// over at the target of each alias, and gives up where no server of a zone is
// of use, where aliases loop, and after too many of them.
func (w *World) Resolve(q Question) Reply {
	r := Reply{Type: q.Type, Aliased: q.Name}
	for {
		switch f := w.Fates[Question{r.Aliased, q.Type}]; {
		case f.Fault == "", f.Fault == "truncate": // TCP helps
		case f.Fault == Bogus:
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
		n := w.Nodes[r.Aliased]
		if n == nil || n.CNAME == "" || !w.reachable(r.Aliased) {
			return w.terminal(r)
		}
		if len(r.CNAMEs) == maxRestarts || slices.Contains(r.CNAMEs, n.CNAME) || n.CNAME == q.Name {
			return Reply{Rcode: servFail}
		}
		r.CNAMEs = append(r.CNAMEs, n.CNAME)
		r.Aliased = n.CNAME
	}
}

// terminal is the answer at a name without alias.
func (w *World) terminal(r Reply) Reply {
	n := w.Nodes[r.Aliased]
	switch {
	case !w.reachable(r.Aliased), !w.exists(r.Aliased):
		r.Rcode = nxDomain
	case n == nil:
	case r.Type == "TXT":
		r.RDATA = n.TXT
	case r.Type == "CAA":
		r.RDATA = n.CAA
	}
	return r
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
