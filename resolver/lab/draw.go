package lab

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"

	"github.com/miekg/dns"
)

// draws are what a fault leaves to chance, the same in every run: they follow
// from the question, the server and how often that has come before, not from
// the order in which different questions arrive.
type draws struct {
	seed string

	mu    sync.Mutex
	asked map[string]uint64
}

// of returns the chances of one request.
func (d *draws) of(r request) *rand.Rand {
	q := r.question()
	key := fmt.Sprint(d.seed, r.server, r.transport, dns.CanonicalName(q.Name), q.Qtype)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asked == nil {
		d.asked = map[string]uint64{}
	}
	d.asked[key]++
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	return rand.New(rand.NewPCG(h.Sum64(), d.asked[key]))
}
