package dnssec

import (
	"context"
)

// A work is one piece of validation, with what it may still spend. It belongs
// to one goroutine.
//
// Unbound validates in steps: after SignatureBatch signatures, or HashBatch
// new NSEC3 hashes, it lets other queries go first, and it gives a message up
// after sixteen such pauses. There is nobody to let go first here, but where
// it ends is the same.
type work struct {
	v     *Validator
	clock clock
	// ctx is the run's: a large key takes milliseconds a signature, and forty
	// servers have many to show. Nobody wants what is found out after its end.
	ctx context.Context

	checks  int // signatures checked, in all
	hashed  int // NSEC3 hashes computed, in all
	batch   int // signatures since the last pause
	batch3  int // hashes since the last pause
	pauses  int
	givenUp bool

	hashes map[hashKey]string
}

func (v *Validator) newWork(ctx context.Context) *work {
	return &work{
		v:      v,
		ctx:    ctx,
		clock:  clock{v.cfg.Now(), v.cfg.Skew},
		hashes: make(map[hashKey]string),
	}
}

// pause counts a pause. It reports false when there have been too many.
func (w *work) pause() bool {
	if w.pauses >= w.v.cfg.Limits.Pauses {
		w.givenUp = true
		return false
	}
	w.pauses++
	return true
}

// spendSignatures counts checks of signatures over one RRset; more RRsets are
// to follow if more is set.
func (w *work) spendSignatures(tried int, more bool) bool {
	w.batch += tried
	if w.batch <= w.v.cfg.Limits.SignatureBatch || !more {
		return true
	}
	w.batch = 0
	return w.pause()
}

// spendHash asks leave to compute one more NSEC3 hash.
func (w *work) spendHash() bool {
	if w.givenUp || w.ctx.Err() != nil {
		w.givenUp = true
		return false
	}
	if w.batch3 >= w.v.cfg.Limits.HashBatch {
		if !w.pause() {
			return false
		}
		w.batch3 = 0
	}
	w.batch3++
	w.hashed++
	return true
}
