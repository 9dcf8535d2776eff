package lab

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// A parcel is what arrives at a socket: octets, or the error that reading ends
// with.
type parcel struct {
	at   time.Time
	from netip.AddrPort
	data []byte
	err  error
}

// An inbox is what has arrived at a socket, and is about to.
type inbox struct {
	mu       sync.Mutex
	parcels  []parcel // those that arrive first in front
	deadline time.Time
	closed   bool
	changed  chan struct{} // closed when any of these has changed
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{})} }

// change does something to the inbox and wakes who reads.
func (b *inbox) change(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
	close(b.changed)
	b.changed = make(chan struct{})
}

// put lets a parcel arrive when its time has come.
func (b *inbox) put(p parcel) {
	b.change(func() {
		i := len(b.parcels)
		for i > 0 && b.parcels[i-1].at.After(p.at) {
			i--
		}
		b.parcels = slices.Insert(b.parcels, i, p)
	})
}

func (b *inbox) SetDeadline(t time.Time) error {
	b.change(func() { b.deadline = t })
	return nil
}

func (b *inbox) SetReadDeadline(t time.Time) error  { return b.SetDeadline(t) }
func (b *inbox) SetWriteDeadline(t time.Time) error { return nil }

func (b *inbox) Close() error {
	b.change(func() { b.closed = true })
	return nil
}

// take waits for the first parcel and copies it. Of a stream the rest is left
// for the next time; of a datagram it is lost.
func (b *inbox) take(into []byte, stream bool) (int, parcel, error) {
	for {
		n, p, wait, changed, err := b.try(into, stream)
		if wait < 0 {
			return n, p, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-changed:
			timer.Stop()
		}
	}
}

// forever is a wait that ends with a change only.
const forever = 1000 * time.Hour

// try takes what is there. A wait that is not negative says that nothing is,
// and how long that lasts unless something changes.
func (b *inbox) try(into []byte, stream bool) (n int, p parcel, wait time.Duration, changed <-chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	switch {
	case b.closed:
		return 0, p, -1, nil, net.ErrClosed
	case !b.deadline.IsZero() && !b.deadline.After(now):
		return 0, p, -1, nil, os.ErrDeadlineExceeded
	}
	wait = forever
	if len(b.parcels) > 0 {
		first := &b.parcels[0]
		if wait = first.at.Sub(now); wait <= 0 {
			p, n = *first, copy(into, first.data)
			if first.data = first.data[n:]; p.err == nil && (!stream || len(first.data) == 0) {
				b.parcels = b.parcels[1:]
			}
			return n, p, -1, nil, p.err
		}
	}
	if !b.deadline.IsZero() {
		wait = min(wait, b.deadline.Sub(now))
	}
	return 0, p, wait, b.changed, nil
}
