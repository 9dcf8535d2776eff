package watch

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"
	"time"

	"dns01/check"
	"dns01/report"
	"dns01/resolver/survey"
)

// seen is what is kept of the last look at an order: not the report itself,
// which is a hundred times as large.
type seen struct {
	verdict    check.Verdict
	ca         string
	headline   string
	began      time.Time
	took       time.Duration
	queries    survey.Queries
	retryAfter time.Duration
	findings   map[findingKey]int
	signed     signature

	json, html []byte // the report, compressed
}

type findingKey struct {
	id       string
	severity check.Severity
}

// A signature is the one that ends first of those over what was asked in zones
// that are no registry's, as far as they validate. The zero value is none.
type signature struct {
	left, life time.Duration // left when the look began
}

// digest keeps what is needed of a report.
func (w *Watcher) digest(r report.Report, began time.Time) *seen {
	s := &seen{
		verdict: r.Result.Verdict, headline: report.Headline(r), began: began,
		retryAfter: r.Result.RetryAfter, findings: map[findingKey]int{}, signed: signatureOf(r.Survey),
		took: w.c.Now().Sub(began),
	}
	if ca := r.Order.CA; ca != nil {
		s.ca = ca.ID
	}
	if r.Survey != nil {
		s.queries = r.Survey.Queries
		s.queries.ByServer = nil
	}
	for _, f := range r.Result.Findings {
		s.findings[findingKey{f.Rule.ID, f.Severity}]++
	}
	s.json = w.press.packed(func(b io.Writer) error { return report.JSON(b, r) })
	s.html = w.press.packed(func(b io.Writer) error { return report.HTML(b, []report.Report{r}) })
	return s
}

func signatureOf(s *survey.Survey) (first signature) {
	if s == nil || !s.Validated {
		return first
	}
	for _, l := range s.Lookups {
		if z := s.Zone(l.Zone); z == nil || z.Public {
			continue
		}
		for _, a := range l.Answers {
			if a.Security == nil || a.Security.Status != "secure" || !a.Signed {
				continue
			}
			left := a.SignedUntil.Sub(s.ValidatedAt)
			if first.life == 0 || left < first.left {
				first = signature{left, a.SignedUntil.Sub(a.SignedFrom)}
			}
		}
	}
	return first
}

// A press compresses what is kept. Its machinery takes a megabyte, and serves
// one look after another.
type press struct{ idle sync.Pool }

// packed compresses what write writes. Writing to memory does not fail.
func (p *press) packed(write func(io.Writer) error) []byte {
	var b bytes.Buffer
	z, ok := p.idle.Get().(*flate.Writer)
	if !ok {
		z, _ = flate.NewWriter(nil, flate.DefaultCompression) // fails for levels that there are not
	}
	z.Reset(&b)
	if write(z) != nil || z.Close() != nil {
		return nil
	}
	p.idle.Put(z)
	return bytes.Clone(b.Bytes())
}

func unpacked(b []byte) io.ReadCloser { return flate.NewReader(bytes.NewReader(b)) }
