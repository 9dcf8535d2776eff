package resolver

import (
	"container/list"
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// A Memory keeps replies, so that what many names or many looks have in common
// is not asked again for each of them. It is safe for concurrent use.
type Memory struct {
	lasts func(asked dns.Question, reply *dns.Msg) bool
	keep  time.Duration // how long a reply stands; 0: until forgotten
	most  int           // weight that is kept; 0: all

	mu     sync.Mutex
	weight int                         // of all that is kept
	kept   map[memoryKey]*list.Element // of remembered
	recent *list.List                  // those used last in front
}

type memoryKey struct {
	server    netip.AddrPort
	transport Transport
	name      string // in lower case
	qtype     uint16
	edns      bool
}

type remembered struct {
	memoryKey
	Reply
	at time.Time
}

// weight is what a reply counts for: one in the ordinary case, more for one that
// needs the room of many.
func (r remembered) weight() int { return 1 + r.Size/1024 }

// NewMemory returns a memory of what lasts: of most replies of ordinary size, as
// many fewer as some are larger, for so long at most; zero sets no bound.
func NewMemory(lasts func(asked dns.Question, reply *dns.Msg) bool, keep time.Duration, most int) *Memory {
	return &Memory{lasts: lasts, keep: keep, most: most, kept: map[memoryKey]*list.Element{}, recent: list.New()}
}

// Before answers from memory, and asks x for the rest.
func (m *Memory) Before(x Exchanger) Exchanger { return recollection{m, x} }

type recollection struct {
	m *Memory
	x Exchanger
}

// Exchange implements [Exchanger].
func (r recollection) Exchange(ctx context.Context, q Query) (Reply, error) {
	if len(q.Msg.Question) != 1 {
		return r.x.Exchange(ctx, q)
	}
	asked := q.Msg.Question[0]
	key := memoryKey{q.Server, q.Transport, strings.ToLower(asked.Name), asked.Qtype, q.Msg.IsEdns0() != nil}
	if kept, ok := r.m.recall(key, asked); ok {
		return kept, nil
	}
	if kept, ok := r.m.referral(key, asked); ok {
		return kept, nil
	}
	reply, err := r.x.Exchange(ctx, q)
	if err == nil && r.m.lasts(asked, reply.Msg) {
		if cut := refers(reply.Msg); cut != "" {
			key.name, key.qtype = cut, anyType
		}
		r.m.remember(remembered{key, reply, time.Now()})
	}
	return reply, err
}

// anyType stands for the types of all questions that a referral answers.
const anyType = 0

// referral returns a referral that was kept to the zone that a name lies in:
// a server refers all names of a zone there, but for DS at the cut (RFC 4035
// §3.1.4.1).
func (m *Memory) referral(key memoryKey, asked dns.Question) (Reply, bool) {
	if asked.Qtype == dns.TypeDS {
		return Reply{}, false
	}
	key.qtype = anyType
	for end := key.name == "."; !end; {
		if r, ok := m.recall(key, asked); ok {
			return r, true
		}
		var next int
		next, end = dns.NextLabel(key.name, 0)
		key.name = key.name[next:]
	}
	return Reply{}, false
}

// Converse implements [Converser]: nothing of it is kept.
func (r recollection) Converse(ctx context.Context, qs []Query) ([]Reply, error) {
	return Conversed(ctx, r.x, qs)
}

// Overhear implements [Listener]: nothing of it is kept.
func (r recollection) Overhear(ctx context.Context, q Query) (netip.AddrPort, Reply, error) {
	return Overheard(ctx, r.x, q)
}

// recall returns a reply that was kept, to the question in the letter case in
// which it is put now.
func (m *Memory) recall(key memoryKey, asked dns.Question) (Reply, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.kept[key]
	if !ok {
		return Reply{}, false
	}
	r := e.Value.(remembered)
	if m.keep > 0 && time.Since(r.at) > m.keep {
		m.drop(e)
		return Reply{}, false
	}
	m.recent.MoveToFront(e)
	msg := *r.Msg
	msg.Question = []dns.Question{asked}
	r.Msg, r.Wire, r.Kept = &msg, nil, true
	return r.Reply, true
}

func (m *Memory) remember(r remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.kept[r.memoryKey]; ok {
		m.drop(old)
	}
	m.kept[r.memoryKey] = m.recent.PushFront(r)
	m.weight += r.weight()
	for m.most > 0 && m.weight > m.most {
		m.drop(m.recent.Back())
	}
}

// drop forgets one reply. The mutex is held.
func (m *Memory) drop(e *list.Element) {
	r := m.recent.Remove(e).(remembered)
	delete(m.kept, r.memoryKey)
	m.weight -= r.weight()
}

// Forget forgets everything.
func (m *Memory) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.kept)
	m.recent.Init()
	m.weight = 0
}

// Lasts reports whether a reply may stand for the next ones to the same
// question while somebody waits for TXT records to change: referrals, and
// replies to questions for any type but TXT and SOA. What failed is asked
// again, and a question that came back in another letter case is looked into
// each time.
func Lasts(asked dns.Question, msg *dns.Msg) bool {
	switch {
	case len(msg.Question) != 1 || msg.Question[0] != asked, msg.Truncated:
		return false
	case msg.Rcode != dns.RcodeSuccess && msg.Rcode != dns.RcodeNameError:
		return false
	case asked.Qtype == dns.TypeTXT || asked.Qtype == dns.TypeSOA:
		return refers(msg) != ""
	}
	return true
}

// Shared reports whether a reply is of use for other names than the one that
// it was asked for: what lasts, but for CAA that a name below a zone's apex
// does not have.
func Shared(asked dns.Question, msg *dns.Msg) bool {
	if !Lasts(asked, msg) || asked.Qtype != dns.TypeCAA || len(msg.Answer) > 0 || refers(msg) != "" {
		return Lasts(asked, msg)
	}
	for _, rr := range msg.Ns {
		if rr.Header().Rrtype == dns.TypeSOA {
			return strings.EqualFold(rr.Header().Name, asked.Name)
		}
	}
	return false
}

// refers returns the zone that a reply refers to, in lower case, or "" when it
// is no referral (RFC 1034 §4.3.2).
func refers(msg *dns.Msg) string {
	if msg.Authoritative || msg.Rcode != dns.RcodeSuccess || len(msg.Answer) > 0 {
		return ""
	}
	cut := ""
	for _, rr := range msg.Ns {
		switch rr.Header().Rrtype {
		case dns.TypeSOA:
			return ""
		case dns.TypeNS:
			cut = strings.ToLower(rr.Header().Name)
		}
	}
	return cut
}
