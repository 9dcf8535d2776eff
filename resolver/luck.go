package resolver

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"sync"
)

// luck is what one run leaves to chance: the letter case of its questions, the
// names of its probes, the server that it begins with. Everything follows from
// the seed and from what is asked, never from the order in which goroutines
// come to ask it, so that the same run can be made again.
type luck struct {
	seed [2]uint64

	mu    sync.Mutex
	drawn map[string]uint64 // how often, by what for
}

func newLuck(src *rand.Rand) *luck {
	return &luck{seed: [2]uint64{src.Uint64(), src.Uint64()}, drawn: map[string]uint64{}}
}

// of returns a generator for one question, another one each time that the same
// question is put.
func (l *luck) of(what ...any) *rand.Rand {
	var room [128]byte
	key := appendAll(room[:0], what)
	l.mu.Lock()
	n := l.drawn[string(key)]
	l.drawn[string(key)]++
	l.mu.Unlock()
	h := fnv.New64a()
	_, _ = h.Write(key) // never fails
	return rand.New(rand.NewPCG(l.seed[0]^h.Sum64(), l.seed[1]+n))
}

// appendAll appends what fmt.Append does, without its detours for what each
// question is made of.
func appendAll(b []byte, what []any) []byte {
	text := true // what stands before is a string
	for _, v := range what {
		before := text
		if text = isText(v); !text && !before {
			b = append(b, ' ')
		}
		switch v := v.(type) {
		case string:
			b = append(b, v...)
		case Transport:
			b = append(b, v...)
		case netip.Addr:
			b = v.AppendTo(b)
		case netip.AddrPort:
			b = v.AppendTo(b)
		case uint16:
			b = strconv.AppendUint(b, uint64(v), 10)
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		case form:
			b = append(b, '{')
			b = strconv.AppendBool(b, v.plain)
			b = append(b, ' ')
			b = strconv.AppendBool(b, v.lower)
			b = append(b, '}')
		default:
			b = fmt.Append(b, v)
		}
	}
	return b
}

func isText(v any) bool {
	switch v.(type) {
	case string, Transport:
		return true
	}
	return false
}

// ProbeLabel returns a random label that nobody has published, to be asked for
// in the place that is given.
func (c *Client) ProbeLabel(place string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	v := c.rng.of("probe", place).Uint64()
	b := []byte(ProbePrefix)
	for range 10 {
		b = append(b, letters[v&31])
		v >>= 5
	}
	return string(b)
}

// ProbePrefix is what the labels of [Client.ProbeLabel] begin with.
const ProbePrefix = "dns01-"
