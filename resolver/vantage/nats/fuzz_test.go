package nats

import (
	"encoding/json"
	"slices"
	"testing"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// Whatever comes over the wire is refused with a reason or is within its
// limits; nothing panics.
func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"version":1,"names":["example.com","*.example.com"],"within_ms":1000}`))
	f.Add([]byte(`{"version":1,"names":["example.com"],"challenge":"dns-account-01","account":"https://ca.example/1"}`))
	f.Add([]byte(`{"version":2,"names":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRequest(data)
		if err != nil {
			if _, ok := err.(*Refusal); !ok || err.Error() == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if r.Version != Version || len(r.Names) == 0 || len(r.Names) > MaxNames || r.WithinMS < 0 {
			t.Fatalf("%+v", r)
		}
	})
}

func FuzzParseOrder(f *testing.F) {
	f.Add([]byte(`{"version":1,"run":"r","order":1,"line":1,"names":["example.com"],"values":{"":["x"]},"ca":"letsencrypt","deadline_ms":1}`))
	f.Add([]byte(`{"version":1,"run":"r.*","order":0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseOrder(data)
		if err != nil {
			if _, ok := err.(*Refusal); !ok || err.Error() == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if !token(o.Run) || o.Number < 1 || o.DeadlineMS <= 0 || len(o.Names) == 0 || len(o.Names) > MaxNames {
			t.Fatalf("%+v", o)
		}
	})
}

// An answer that is taken holds texts that are safe to print, and survives
// the way back.
func FuzzSeen(f *testing.F) {
	for _, s := range []Seen{
		seenOf(&survey.Perspective{Name: "eu-west", RIR: "ARIN"}),
		{Version: 1, Perspective: "x", Answers: []seenAnswer{{"a.example", "CAA", "answered", []seenRecord{{Owner: "a.example", Text: "0 issue \"x\"", CAA: &seenCAA{0, []byte("issue"), []byte("x")}}}}}},
		{Version: 1, Servers: []seenServer{{Name: "a", Type: "TXT", Server: "ns", Addr: "::1", Status: "timeout"}}},
	} {
		data, err := json.Marshal(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Seen
		if json.Unmarshal(data, &s) != nil {
			return
		}
		p, err := s.perspective()
		if err != nil {
			return
		}
		for _, a := range p.Answers {
			for _, r := range a.Records {
				if allPlain(r.Text, r.Owner) != nil {
					t.Fatalf("%+v", r)
				}
			}
		}
		if _, err := seenOf(p).perspective(); err != nil {
			t.Fatalf("what was taken is refused when it is sent on: %v", err)
		}
	})
}

// FuzzDescribed reads what agents say of themselves: one that is taken can be
// named on a screen and in a subject.
func FuzzDescribed(f *testing.F) {
	f.Add([]byte(`{"name":"dns01-agent","id":"X","metadata":{"perspective":"eu-west","rir":"RIPE NCC","tool":"dns01 v1","jobs":"16"}}`))
	f.Add([]byte(`{"id":"\u001b[2J","metadata":{"perspective":"a.>","rir":"RIPE NCC","jobs":"-1"}}`))
	f.Add([]byte(`{"metadata":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, ok := described(data)
		if !ok {
			return
		}
		if !token(d.Perspective) || !slices.Contains(vantage.Registries(), d.RIR) || d.Jobs < 1 || d.Jobs > 10_000 || allPlain(d.ID, d.Tool) != nil {
			t.Errorf("%+v", d)
		}
	})
}

// FuzzUnpack undoes what others have packed: within its limit, or with a
// reason.
func FuzzUnpack(f *testing.F) {
	for _, j := range []Judged{{}, {Version: 1, Run: "r", Number: 1, Line: []byte(`{"schema":1}`)}, {Failed: "no"}} {
		data, err := pack(j)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var j Judged
		if err := unpack(data, &j); err != nil && err.Error() == "" {
			t.Error("no reason")
		}
	})
}

// FuzzOrderOf takes the subject of an order apart.
func FuzzOrderOf(f *testing.F) {
	f.Add("dns01.v1.work.run.1")
	f.Add("dns01.v1.work..")
	f.Add("dns01.v1.work.run.1.2")
	f.Fuzz(func(t *testing.T, subject string) {
		run, n := orderOf(subject)
		if token(run) && n > 0 && subject == subjectOf(workSubject, run, n) {
			return
		}
		if again, m := orderOf(subjectOf(workSubject, run, n)); token(run) && (again != run || m != n) {
			t.Errorf("%q: %s %d", subject, run, n)
		}
	})
}
