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
	asked map[uint64]uint64 // how often, by a hash of the question
}

// keepDraws is how many questions are told apart before all are forgotten: a
// world that is asked for months must not grow. No run that is to be the same
// again asks so much.
const keepDraws = 10_000

// of returns the chances of one request.
func (d *draws) of(r request) *rand.Rand {
	q := r.question()
	key := fmt.Sprint(d.seed, r.server, r.transport, dns.CanonicalName(q.Name), q.Qtype)
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	sum := h.Sum64()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asked == nil || len(d.asked) >= keepDraws {
		d.asked = map[uint64]uint64{}
	}
	d.asked[sum]++
	return rand.New(rand.NewPCG(sum, d.asked[sum]))
}

// forget lets go of the questions that came, when no more will.
func (d *draws) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = nil
}
