package tui

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/survey"
)

func sizeMsg(w, h int) tea.Msg { return tea.WindowSizeMsg{Width: w, Height: h} }

// crowded is a model of 100 identifiers, each with a verdict, findings and
// servers, while a run goes on.
func crowded() Model {
	ca, _ := known.Find("letsencrypt")
	start := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)
	cfg := Config{
		Order:    check.Order{CA: ca, Challenge: "dns-01", Now: start},
		Look:     func(context.Context, []string, check.Order, func(survey.Event)) report.Report { return report.Report{} },
		Now:      func() time.Time { return start },
		Renderer: Renderer(&bytes.Buffer{}, true),
	}
	sv := &survey.Survey{Started: start, Starts: map[survey.Question]string{}}
	for i := range 100 {
		addCrowd(sv, fmt.Sprintf("host-%d.example.com", i))
	}
	for _, id := range sv.Identifiers {
		cfg.Names = append(cfg.Names, id.Name)
	}
	r := report.Report{Order: cfg.Order, Survey: sv, Result: check.Judge(sv, cfg.Order)}
	cfg.Opened = &r
	m := New(context.Background(), cfg)
	m, _ = m.update(sizeMsg(200, 60))
	m, _ = m.start(m.names())
	m.eng.runs.Done() // its command is never run
	for i := range 3000 {
		m = m.count([]survey.Event{receivedOf(i)})
	}
	return m
}

// addCrowd adds an identifier whose second server does not know the value.
func addCrowd(sv *survey.Survey, name string) {
	q := survey.Question{Name: "_acme-challenge." + name, Type: "TXT"}
	sv.Identifiers = append(sv.Identifiers, survey.Identifier{Name: name, Challenge: q.Name, CAA: []string{name, "example.com", "com"}})
	sv.Starts[q] = name
	z := &survey.Zone{Name: name, Parent: "com"}
	l := &survey.Lookup{Zone: name, Question: q}
	for i := range 4 {
		a := netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})
		z.Servers = append(z.Servers, &survey.Server{Name: fmt.Sprintf("ns%d.example.com", i), Addr: a, InParent: true})
		ans := &survey.Answer{Question: q, Server: "ns.example.com", Addr: a, Status: survey.NXDomain, Rcode: "NXDOMAIN", Authoritative: true, Transport: "udp", Owner: q.Name}
		if i == 0 {
			ans.Status, ans.Rcode, ans.Records = survey.Answered, "NOERROR", []survey.Record{{Owner: q.Name, TXT: "value", Text: `"value"`}}
		}
		l.Answers = append(l.Answers, ans)
	}
	sv.Zones, sv.Lookups = append(sv.Zones, z), append(sv.Lookups, l)
}

func receivedOf(i int) survey.Received {
	return survey.Received{Exchange: survey.Exchange{
		Addr: netip.MustParseAddrPort("192.0.2.1:53"), Transport: "udp", Rcode: "NOERROR",
		Name: fmt.Sprintf("_acme-challenge.host-%d.example.com", i%100), Type: "TXT", RTT: time.Millisecond,
		At: time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Millisecond),
	}}
}

// A key and the screen after it, in each view, with 100 identifiers and the
// events of a run coming in: 50 ms is what a hand does not notice.
func BenchmarkKeyAndScreen(b *testing.B) {
	m := crowded()
	for view := range m.browsers {
		b.Run(m.browsers[view].pane.title(), func(b *testing.B) {
			m := m.show(view)
			var slowest time.Duration
			for i := 0; b.Loop(); i++ {
				begun := time.Now()
				m, _ = m.update(happened{m.run, []survey.Event{receivedOf(i)}})
				m, _ = m.update(keyNamed([]string{"down", "]", "up", "J"}[i%4]))
				_ = m.View()
				slowest = max(slowest, time.Since(begun))
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
		})
	}
}

// The events of a large run must not slow its screen down: the work for one is
// bounded, whatever came before.
func TestCrowdedScreenDraws(t *testing.T) {
	m := crowded()
	for view := range m.browsers {
		m = m.show(view)
		if m.View() == "" {
			t.Errorf("view %d is empty", view+1)
		}
	}
}
