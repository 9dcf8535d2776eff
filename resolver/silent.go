package resolver

import (
	"net/netip"
	"sync"
	"time"
)

// Silent remembers addresses that answered nothing at all when one client
// sounded them out, for others that ask soon after: they sound them out first
// and save the questions. Many orders at one provider would else put all their
// questions to its dead server, more than it may be asked, and wait for each
// other. The zero value works, nil remembers nothing, and it is safe for
// concurrent use.
type Silent struct {
	mu   sync.Mutex
	seen map[netip.Addr]time.Time // when one was found silent last
}

// How long an address counts as silent, and how many are kept in mind.
const (
	silentFor  = 5 * time.Minute
	mostSilent = 10_000
)

// note takes in what sounding an address has found.
func (s *Silent) note(a netip.Addr, dead bool) {
	if s == nil {
		return
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !dead {
		delete(s.seen, a)
		return
	}
	if s.seen == nil {
		s.seen = map[netip.Addr]time.Time{}
	}
	if len(s.seen) >= mostSilent {
		s.forget(now)
	}
	s.seen[a] = now
}

// forget makes room: of what is over, or of everything. The mutex is held.
func (s *Silent) forget(now time.Time) {
	for a, at := range s.seen {
		if now.Sub(at) >= silentFor {
			delete(s.seen, a)
		}
	}
	if len(s.seen) >= mostSilent {
		clear(s.seen)
	}
}

// lately reports whether an address was found silent and not heard since.
func (s *Silent) lately(a netip.Addr) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.seen[a]
	return ok && time.Since(at) < silentFor
}
