package resolver

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// scripted is a server as a function: nil is silence.
type scripted struct {
	mu    sync.Mutex
	asked []string
	reply func(q Query, n int) *dns.Msg
}

func (s *scripted) Exchange(ctx context.Context, q Query) (Reply, error) {
	ctx, cancel := q.Context(ctx)
	defer cancel()
	s.mu.Lock()
	s.asked = append(s.asked, describe(q))
	n := len(s.asked)
	s.mu.Unlock()
	m := s.reply(q, n)
	if m == nil {
		<-ctx.Done()
		return Reply{}, Ended(ctx)
	}
	return Reply{Msg: m, Size: m.Len(), RTT: time.Millisecond}, nil
}

func describe(q Query) string {
	words := []string{string(q.Transport), TypeName(q.Msg.Question[0].Qtype)}
	if q.Msg.IsEdns0() == nil {
		words = append(words, "plain")
	}
	if n := q.Msg.Question[0].Name; n == strings.ToLower(n) {
		words = append(words, "lower")
	}
	return strings.Join(words, " ")
}

func answerTo(q Query, change func(*dns.Msg)) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(q.Msg)
	m.Question = []dns.Question{q.Msg.Question[0]}
	m.SetEdns0(1232, true)
	change(m)
	return m
}

func fine(m *dns.Msg) { m.Authoritative = true }

func TestAskFallsBackAsAResolverDoes(t *testing.T) {
	plain := func(q Query) bool { return q.Msg.IsEdns0() == nil }
	tests := map[string]struct {
		reply func(q Query, n int) *dns.Msg
		asked []string
		check func(*Answer) bool
	}{
		"good at once": {
			func(q Query, n int) *dns.Msg { return answerTo(q, fine) },
			[]string{"udp TXT"},
			func(a *Answer) bool { return a.Msg.Authoritative && !a.Plain && !a.CaseLost },
		},
		"one lost packet": {
			func(q Query, n int) *dns.Msg {
				if n == 1 {
					return nil
				}
				return answerTo(q, fine)
			},
			[]string{"udp TXT", "tcp SOA", "udp SOA", "udp TXT"},
			func(a *Answer) bool { return a.Msg != nil },
		},
		"dead": {
			func(q Query, n int) *dns.Msg { return nil },
			[]string{"udp TXT", "tcp SOA", "udp SOA", "udp SOA plain"},
			func(a *Answer) bool { return a.Failure == Timeout && !a.TCPOnly },
		},
		"only TCP answers": {
			func(q Query, n int) *dns.Msg {
				if q.Transport == UDP {
					return nil
				}
				return answerTo(q, fine)
			},
			[]string{"udp TXT", "tcp SOA", "udp SOA", "udp SOA plain"},
			func(a *Answer) bool { return a.Failure == Timeout && a.TCPOnly },
		},
		"FORMERR to EDNS": {
			func(q Query, n int) *dns.Msg {
				return answerTo(q, func(m *dns.Msg) {
					if !plain(q) {
						m.Rcode, m.Extra = dns.RcodeFormatError, nil
					}
				})
			},
			[]string{"udp TXT", "udp TXT plain"},
			func(a *Answer) bool { return a.Plain && a.Msg.Rcode == dns.RcodeSuccess },
		},
		"NOTIMP for the type": {
			func(q Query, n int) *dns.Msg {
				return answerTo(q, func(m *dns.Msg) { m.Rcode = dns.RcodeNotImplemented })
			},
			[]string{"udp TXT", "udp TXT plain"},
			func(a *Answer) bool { return !a.Plain && a.Msg.Rcode == dns.RcodeNotImplemented },
		},
		"truncated": {
			func(q Query, n int) *dns.Msg {
				return answerTo(q, func(m *dns.Msg) { m.Truncated = q.Transport == UDP })
			},
			[]string{"udp TXT", "tcp TXT"},
			func(a *Answer) bool { return a.NeedsTCP && a.TCPFailure == "" && a.Transport == TCP },
		},
		"truncated, TCP silent": {
			func(q Query, n int) *dns.Msg {
				if q.Transport == TCP {
					return nil
				}
				return answerTo(q, func(m *dns.Msg) { m.Truncated = true })
			},
			[]string{"udp TXT", "tcp TXT"},
			func(a *Answer) bool { return a.NeedsTCP && a.TCPFailure == Timeout },
		},
		"case lost": {
			func(q Query, n int) *dns.Msg {
				return answerTo(q, func(m *dns.Msg) { m.Question[0].Name = strings.ToLower(m.Question[0].Name) })
			},
			[]string{"udp TXT", "udp TXT lower"},
			func(a *Answer) bool { return a.CaseLost && a.Msg != nil },
		},
		"SERVFAIL once": {
			func(q Query, n int) *dns.Msg {
				return answerTo(q, func(m *dns.Msg) {
					if n == 1 {
						m.Rcode = dns.RcodeServerFailure
					}
				})
			},
			[]string{"udp TXT", "udp TXT"},
			func(a *Answer) bool { return a.Msg.Rcode == dns.RcodeSuccess },
		},
		"SERVFAIL, and the second reply is lost": {
			func(q Query, n int) *dns.Msg {
				if n > 1 {
					return nil
				}
				return answerTo(q, func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure })
			},
			[]string{"udp TXT", "udp TXT"},
			func(a *Answer) bool { return a.Failure == "" && a.Msg.Rcode == dns.RcodeServerFailure },
		},
		"answer without a question": {
			func(q Query, n int) *dns.Msg { return answerTo(q, func(m *dns.Msg) { m.Question = nil }) },
			[]string{"udp TXT"},
			func(a *Answer) bool { return a.Failure == Malformed },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &scripted{reply: tt.reply}
				a := New(Config{Exchanger: s}).Ask(t.Context(), addrOfText("192.0.2.1"), "_acme-challenge.example.com", dns.TypeTXT)
				synctest.Wait()
				if len(s.asked) > 2 && s.asked[1] > s.asked[2] { // TCP and UDP go out together
					s.asked[1], s.asked[2] = s.asked[2], s.asked[1]
				}
				if d := cmp.Diff(tt.asked, s.asked); d != "" {
					t.Error(d)
				}
				if !tt.check(a) {
					t.Errorf("answer %+v", a)
				}
				if len(a.Exchanges) != len(s.asked) {
					t.Errorf("%d exchanges as evidence of %d", len(a.Exchanges), len(s.asked))
				}
			})
		})
	}
}

// However many questions there are for a dead address, it is asked each once,
// and sounded once.
func TestDeadAddressIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{reply: func(Query, int) *dns.Msg { return nil }}
		c := New(Config{Exchanger: s})
		var wg sync.WaitGroup
		for _, qtype := range []uint16{dns.TypeTXT, dns.TypeCAA, dns.TypeSOA, dns.TypeNS} {
			for range 3 { // the same question from three sides is one question
				wg.Go(func() { c.Ask(t.Context(), addrOfText("192.0.2.1"), "example.com", qtype) })
			}
		}
		wg.Wait()
		if a := c.Ask(t.Context(), addrOfText("192.0.2.1"), "later.example.com", dns.TypeTXT); a.Failure != Timeout {
			t.Errorf("a later question: %+v", a)
		}
		if len(s.asked) != 7 {
			t.Errorf("asked %d times: %v", len(s.asked), s.asked)
		}
	})
}

// A server that drops one type is not dead: other types are still asked.
func TestDroppedTypeIsNotDeath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{reply: func(q Query, n int) *dns.Msg {
			if q.Msg.Question[0].Qtype == dns.TypeCAA {
				return nil
			}
			return answerTo(q, fine)
		}}
		c := New(Config{Exchanger: s})
		if a := c.Ask(t.Context(), addrOfText("192.0.2.1"), "example.com", dns.TypeCAA); a.Failure != Timeout {
			t.Errorf("CAA: %+v", a)
		}
		if a := c.Ask(t.Context(), addrOfText("192.0.2.1"), "example.com", dns.TypeTXT); a.Msg == nil {
			t.Errorf("TXT: %+v", a)
		}
	})
}

func TestBudgetEndsAsking(t *testing.T) {
	s := &scripted{reply: func(q Query, n int) *dns.Msg { return answerTo(q, fine) }}
	c := New(Config{Exchanger: s, MaxQueries: 1, MaxPerServer: 10})
	c.Ask(t.Context(), addrOfText("192.0.2.1"), "a.example", dns.TypeTXT)
	if a := c.Ask(t.Context(), addrOfText("192.0.2.1"), "b.example", dns.TypeTXT); a.Failure != Limit {
		t.Errorf("over the budget: %+v", a)
	}
	if len(s.asked) != 1 {
		t.Errorf("%d queries sent", len(s.asked))
	}
}

// What was not asked over TCP, or could not be kept, is not the server's fault.
func TestBudgetIsNotTheServersFault(t *testing.T) {
	truncated := func(q Query, n int) *dns.Msg {
		m := answerTo(q, fine)
		m.Truncated = q.Transport == UDP
		return m
	}
	for name, config := range map[string]Config{"of queries": {MaxQueries: 1}, "of memory": {MaxHeld: 2 * perRecord}} {
		s := &scripted{reply: truncated}
		config.Exchanger = s
		a := New(config).Ask(t.Context(), addrOfText("192.0.2.1"), "a.example", dns.TypeTXT)
		if a.Failure != Limit || a.TCPFailure != "" || a.Msg != nil {
			t.Errorf("over the budget %s: %+v", name, a)
		}
	}
}

// One address has a budget of its own, which leaves the others theirs. Probes
// are from the same.
func TestBudgetOfOneAddress(t *testing.T) {
	s := &scripted{reply: func(q Query, n int) *dns.Msg { return answerTo(q, fine) }}
	c := New(Config{Exchanger: s, MaxQueries: 10, MaxPerServer: 2})
	one, other := addrOfText("192.0.2.1"), addrOfText("192.0.2.2")
	for _, name := range []string{"a.example", "b.example"} {
		if a := c.Ask(t.Context(), one, name, dns.TypeTXT); a.Msg == nil {
			t.Errorf("within the budget: %+v", a)
		}
	}
	if a := c.Ask(t.Context(), one, "c.example", dns.TypeTXT); a.Failure != Limit {
		t.Errorf("over the budget: %+v", a)
	}
	if o, sent := c.ProbeOnce(t.Context(), one, UDP, Probe{Name: "d.example", Type: dns.TypeSOA}); sent {
		t.Errorf("a probe over the budget: %+v", o)
	}
	if a := c.Ask(t.Context(), other, "c.example", dns.TypeTXT); a.Msg == nil {
		t.Errorf("another address: %+v", a)
	}
	if len(s.asked) != 3 {
		t.Errorf("%d queries sent", len(s.asked))
	}
}

// No address sees more than 16 questions in flight, nor more than 100 a
// second after a burst of 100.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var now, most int
		var at []time.Duration
		start := time.Now()
		x := Pace(exchangerFunc(func(ctx context.Context, q Query) (Reply, error) {
			mu.Lock()
			now++
			most = max(most, now)
			at = append(at, time.Since(start))
			mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			mu.Lock()
			now--
			mu.Unlock()
			return Reply{}, nil
		}), DefaultPacing)
		var wg sync.WaitGroup
		for range 300 {
			wg.Go(func() { x.Exchange(t.Context(), query(addrPort("192.0.2.1:53"), UDP, 0)) })
		}
		wg.Wait()
		if most != 16 {
			t.Errorf("%d in flight, want 16", most)
		}
		if took := at[299]; took < 1900*time.Millisecond || took > 2100*time.Millisecond {
			t.Errorf("the 300th query went out after %v, want 2 s", took)
		}
	})
}
