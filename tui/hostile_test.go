package tui

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/survey"
)

// FuzzScreen draws every view of a survey that is full of what somebody else
// wrote: no octet of it may steer the terminal.
func FuzzScreen(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[2J\x1b]52;c;eA==\x07", "a\nb\tc\r", "\u202etxt.exe\u200b", "\xff\xfe\x00", "{{.}} <b>", strings.Repeat("x", 300), "\u009b31m", "全角", "e\u0301"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, evil string, ascii bool) {
		m := evilModel(evil, ascii)
		for view := range m.browsers {
			m = m.show(view)
			for range min(len(m.current().shown.rows), 8) + 1 {
				screenIsClean(t, m.View(), ascii)
				m = m.with(m.current().move(1))
			}
			m.note, m.query = evil, evil
			screenIsClean(t, m.View(), ascii)
		}
	})
}

func screenIsClean(t *testing.T, view string, ascii bool) {
	t.Helper()
	for _, r := range view {
		switch {
		case r == '\n':
		case ascii && r > '~', !report.Seen(r):
			t.Fatalf("%q reaches the screen:\n%q", r, view)
		}
	}
}

// evilModel has the text in every field that comes from outside.
func evilModel(evil string, ascii bool) Model {
	ca, _ := known.Find("letsencrypt")
	now := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	addr := netip.MustParseAddr("192.0.2.1")
	q := survey.Question{Name: "_acme-challenge.example.com", Type: "TXT"}
	x := survey.Exchange{Server: evil, Addr: netip.AddrPortFrom(addr, 53), Name: evil, Type: "TXT", Transport: "udp", Rcode: evil, Flags: evil, At: now}
	sv := &survey.Survey{
		Started:     now,
		Identifiers: []survey.Identifier{{Name: "example.com", Challenge: q.Name, CAA: []string{"example.com", "com"}}},
		Starts:      map[survey.Question]string{q: "example.com"},
		Zones: []*survey.Zone{{
			Name: "example.com", Parent: "com", ParentNS: []string{evil}, ChildNS: []string{evil}, DS: []string{evil},
			Servers:  []*survey.Server{{Name: evil, Addr: addr}},
			Problems: []survey.NameServerProblem{{Server: evil, Reason: evil}},
			Trust:    &survey.Security{Status: "bogus", Reason: evil, Text: evil},
		}},
		Lookups: []*survey.Lookup{{Zone: "example.com", Question: q, Answers: []*survey.Answer{{
			Question: q, Server: evil, Addr: addr, Status: survey.Answered, Rcode: "NOERROR", Owner: q.Name,
			Records: []survey.Record{{Owner: q.Name, TXT: evil, Text: evil}}, Exchanges: []survey.Exchange{x},
		}}}},
		Resolvers: []survey.ResolverAnswer{{Question: q, Resolver: evil, EDE: evil, Rcode: evil, Status: survey.Lame, Records: []survey.Record{{Text: evil}}, Exchange: x}},
	}
	o := check.Order{CA: ca, Challenge: "dns-01", Now: now, Values: map[string][]string{"": {evil}}}
	r := report.Report{Order: o, Survey: sv, Result: check.Judge(sv, o)}
	for i := range r.Result.Identifiers {
		id := &r.Result.Identifiers[i]
		id.Predicted = append(id.Predicted, check.Problem{Stage: "validation", Type: evil, Detail: evil})
		id.Challenge.Values = append(id.Challenge.Values, evil)
		id.CAA.Reason = evil
	}
	m := New(context.Background(), Config{
		Names: []string{"example.com"}, Order: o, Opened: &r, ASCII: ascii,
		Told: []survey.Event{survey.CutFound{Zone: evil}, survey.HopFollowed{From: evil, To: evil}, survey.Received{Exchange: x, Message: message(evil)}},
		Now:  func() time.Time { return now }, Renderer: Renderer(&bytes.Buffer{}, false),
		Demo: &Demo{Name: evil, Title: evil, Story: evil},
	})
	m, _ = m.update(sizeMsg(120, 40))
	return m.flipped(flip{at: now, text: evil})
}

// A message is a reply as text.
type message string

func (m message) String() string { return fmt.Sprintf(";; %s\n%s", string(m), string(m)) }

// FuzzEdit reads records as a user writes them.
func FuzzEdit(f *testing.F) {
	for _, s := range []string{"", `0 issue "letsencrypt.org"`, `example.com CAA 0 issue ";"`, "example.com CAA", `\# 3 000105`, "+example.com. 300 IN CAA 128 tbs x", "issue"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, r, err := parseEdit(text, "example.com")
		if err == nil && (name == "" || r.Text == "") {
			t.Errorf("%q: name %q, record %q", text, name, r.Text)
		}
	})
}
