package resolver

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// A host is what is known of one server address.
type host struct {
	mu      sync.Mutex
	alive   bool
	fresh   bool          // it is alive for what was sent to it, not out of a memory
	slowest time.Duration // of its replies over UDP
	replies int
	lost    int           // replies over UDP that were given up early
	dead    bool          // it was sounded and stayed silent
	unheard bool          // it was sounded when nobody was heard
	known   bool          // it was silent to others before it was sounded
	pending chan struct{} // closed once it has been sounded; nil before that begins
	silence
}

// expect notes, before an address is sounded out, whether it was silent lately.
func (h *host) expect(silent bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known = silent
}

// newlyDead reports whether an address was sounded out and found silent, and no
// other client knew that before.
func (h *host) newlyDead() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dead && !h.known
}

// A silence is what sounding a dead address has found all the same.
type silence struct {
	tcpOnly   bool           // TCP answers
	plainOnly bool           // it answers what carries no EDNS
	smallOnly bool           // it answers what offers 512 octets
	elsewhere netip.AddrPort // replies come from there
}

func (c *Client) host(a netip.Addr) *host {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.hosts[a]
	if !ok {
		h = &host{}
		c.hosts[a] = h
	}
	return h
}

func (h *host) answered(rtt time.Duration, kept bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alive, h.fresh = true, h.fresh || !kept
	h.replies++
	h.slowest = max(h.slowest, rtt)
}

// lose notes a reply that was given up early.
func (h *host) lose() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost++
}

// limits reports whether more is lost than a bad line loses: as where a server
// limits the rate of its answers. The mutex is held.
func (h *host) limits() bool { return h.lost > 2 && 2*h.lost > h.replies }

// hurry is how patiently a query waits at an address that has replied to others
// in the meantime: a reply that takes four times as long as the slowest of those
// is as good as lost, and is asked for again (Unbound too adds four times the
// variance to the mean, RFC 6298 §2). Each time after that it waits twice as
// long (§5.5), and to the end where asking soon may be what is punished.
func (h *host) hurry(try int) func(time.Duration) time.Duration {
	const least, again = 250 * time.Millisecond, 100 * time.Millisecond
	return func(waited time.Duration) time.Duration {
		h.mu.Lock()
		defer h.mu.Unlock()
		switch enough := max(least, 4*h.slowest+again) << try; {
		case try > 0 && h.limits():
			return time.Minute // the query's own time is up before
		case waited < enough:
			return enough - waited
		case h.slowest == 0:
			return again
		}
		return 0
	}
}

// patience is how long to wait at an address that may have needed longer than
// others get.
func (h *host) patience(least time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(least, h.slowest+h.slowest/2)
}

func (h *host) isAlive() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.alive
}

func (h *host) isDead() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dead
}

// How a question goes on at an address.
type again int

const (
	send   again = iota // ask
	forAll              // sound the address out, for every question that waits
	giveUp
)

// again says whether a question may be asked, for the try-th time. The first
// time, always, unless the address was silent to others lately. After silence,
// twice more at an address that has answered something. At one that has not, the
// first question to come this far sounds it out, and the others wait for what
// that finds: a dead server is asked a handful of times, however many questions
// there are.
func (h *host) again(ctx context.Context, try int, silent bool) again {
	if try == 0 && !silent {
		return send
	}
	h.mu.Lock()
	switch {
	case h.fresh:
		h.mu.Unlock()
		return send
	case h.dead:
		h.mu.Unlock()
		return giveUp
	case h.pending == nil:
		h.pending = make(chan struct{})
		h.mu.Unlock()
		return forAll
	}
	wait := h.pending
	h.mu.Unlock()
	select {
	case <-wait:
	case <-ctx.Done():
		return giveUp
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fresh {
		return send
	}
	return giveUp
}

// explain adds to an answer that never came what is known of the silence.
func (h *host) explain(a *Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.unheard && !h.fresh && (a.Failure == Timeout || a.Failure == Mismatched) {
		a.Failure = LineDead
	}
	if h.dead && a.Failure != "" {
		a.TCPOnly, a.PlainOnly, a.SmallOnly, a.Elsewhere = h.tcpOnly, h.plainOnly, h.smallOnly, h.elsewhere
	}
}

// unsound says that sounding the address has found nothing: nobody is heard.
func (h *host) unsound() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unheard = true
	close(h.pending)
}

// sounded says what sounding the address has found.
func (h *host) sounded(alive bool, s silence) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fresh = h.fresh || alive
	h.alive, h.dead, h.silence = h.fresh, !h.fresh, s
	close(h.pending)
}
