package dnssec

import (
	"context"
	"sync"

	"github.com/miekg/dns"

	"dns01/resolver/defect"
)

type askKey struct {
	n     name
	qtype uint16
}

// An askEntry is a lookup that runs or has ended.
type askEntry struct {
	done chan struct{}
	r    Response
	cut  bool // ended by its context: worth nothing to others
}

// ask looks up a DS or DNSKEY set, once in the life of the validator.
func (v *Validator) ask(ctx context.Context, n name, qtype uint16) Response {
	for {
		e, mine := v.askEntry(askKey{n, qtype})
		if mine {
			e.r = v.fetch(ctx, n, qtype, nil)
			v.endAsk(ctx, askKey{n, qtype}, e)
			return e.r
		}
		select {
		case <-e.done:
			if !e.cut {
				return e.r
			}
		case <-ctx.Done():
			return Response{Name: n.fqdn(), Type: qtype, Failed: true}
		}
	}
}

func (v *Validator) askEntry(k askKey) (e *askEntry, mine bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.asks[k]; e != nil {
		return e, false
	}
	e = &askEntry{done: make(chan struct{})}
	v.asks[k] = e
	return e, true
}

func (v *Validator) endAsk(ctx context.Context, k askKey, e *askEntry) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.cut = e.r.Failed && ctx.Err() != nil; e.cut {
		delete(v.asks, k)
	}
	close(e.done)
}

// fetch asks past the memory, and makes sure that the reply is to the
// question.
func (v *Validator) fetch(ctx context.Context, n name, qtype uint16, avoid []string) Response {
	r := v.cfg.Fetch(ctx, n.fqdn(), qtype, avoid)
	r.Name, r.Type = n.fqdn(), qtype
	return r
}

// settle judges the reply to a question, and asks other servers while it is
// bad: Unbound avoids the server and asks again, val-max-restart times.
func (v *Validator) settle(ctx context.Context, n name, qtype uint16, judge func(Response) node) node {
	r := v.ask(ctx, n, qtype)
	got := judge(r)
	if got.state != nodeBad {
		return got
	}
	fetch := func(avoid []string) Response { return v.fetch(ctx, n, qtype, avoid) }
	v.elsewhere(ctx, r, fetch, func(next Response) (good bool) {
		got = judge(next)
		return got.state != nodeBad
	})
	return got
}

// An ahead runs lookups that are about to be needed, beside the walk that
// will need them.
type ahead struct {
	v      *Validator
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func (v *Validator) newAhead(ctx context.Context) *ahead {
	ctx, cancel := context.WithCancel(ctx)
	return &ahead{v: v, ctx: ctx, cancel: cancel}
}

func (a *ahead) start(keys ...askKey) {
	for _, k := range keys {
		defect.Go(a.ctx, &a.wg, func() { a.v.ask(a.ctx, k.n, k.qtype) })
	}
}

// stop ends what still runs, and waits for it.
func (a *ahead) stop() {
	a.cancel()
	a.wg.Wait()
}

// between lists what the way from zone down to signer needs: the DS and the
// keys of every label.
func between(zone, signer name) []askKey {
	keys := []askKey{{zone, dns.TypeDNSKEY}}
	for c := zone.count() + 1; c <= signer.count(); c++ {
		n := signer.last(c)
		keys = append(keys, askKey{n, dns.TypeDS}, askKey{n, dns.TypeDNSKEY})
	}
	return keys
}
