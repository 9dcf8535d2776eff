package watch

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dns01/check"
	"dns01/report"
)

// Handler serves what is known: metrics, health, reports, and a list of them.
// Everything is read only.
func (w *Watcher) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(w.Registry(), promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /healthz", w.serveHealth)
	mux.HandleFunc("GET /report/{name...}", w.serveReport)
	mux.HandleFunc("GET /{$}", w.serveIndex)
	return guarded(mux)
}

// guarded sets what browsers need to be told: run nothing, load nothing, keep
// nothing, and guess no types.
func guarded(h http.Handler) http.Handler {
	policy := report.HTMLPolicy()
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		head := rw.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Cache-Control", "no-store")
		h.ServeHTTP(rw, r)
	})
}

func (w *Watcher) serveHealth(rw http.ResponseWriter, _ *http.Request) {
	fine, text := w.Health()
	status := http.StatusOK
	if !fine {
		status = http.StatusServiceUnavailable
	}
	plain(rw, status, text)
}

func plain(rw http.ResponseWriter, status int, text string) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, text+"\n") // who asked may be gone
}

// serveReport shows the last report of an order.
func (w *Watcher) serveReport(rw http.ResponseWriter, r *http.Request) {
	page, ok := pageWanted(r)
	if !ok {
		plain(rw, http.StatusBadRequest, "format is json or html")
		return
	}
	w.mu.Lock()
	e := w.entries[r.PathValue("name")]
	var s *seen
	var due time.Time
	if e != nil {
		s, due = e.seen, e.due
	}
	w.mu.Unlock()
	switch {
	case e == nil:
		plain(rw, http.StatusNotFound, "there is no such order; / lists those there are")
		return
	case s == nil:
		rw.Header().Set("Retry-After", strconv.Itoa(max(1, int(due.Sub(w.c.Now())/time.Second)+1)))
		plain(rw, http.StatusServiceUnavailable, "not looked at yet; due at "+due.UTC().Format(time.RFC3339))
		return
	}
	content, kind := s.json, "application/json"
	if page {
		content, kind = s.html, "text/html; charset=utf-8"
	}
	rw.Header().Set("Content-Type", kind)
	rw.Header().Set("Vary", "Accept")
	rw.Header().Set("Last-Modified", s.began.UTC().Format(http.TimeFormat))
	_, _ = io.Copy(rw, unpacked(content)) // who asked may be gone
}

// pageWanted reports whether a page is asked for rather than JSON: by the
// parameter format, else by what is accepted.
func pageWanted(r *http.Request) (page, ok bool) {
	switch f := r.URL.Query().Get("format"); f {
	case "":
		return strings.Contains(r.Header.Get("Accept"), "text/html"), true
	case "json", "html":
		return f == "html", true
	}
	return false, false
}

// serveIndex lists orders, the worst first, or those of one verdict.
func (w *Watcher) serveIndex(rw http.ResponseWriter, r *http.Request) {
	only := r.URL.Query().Get("verdict")
	from, _ := strconv.Atoi(r.URL.Query().Get("from")) // 0 for what is no number
	x := w.index(check.Verdict(only), max(0, from))
	if only != "" {
		x.Query = "verdict=" + url.QueryEscape(only) + "&"
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = report.IndexHTML(rw, x) // who asked may be gone
}

// index is one page of the list.
func (w *Watcher) index(only check.Verdict, from int) report.Index {
	fine, text := w.Health()
	x := report.Index{Title: "dns01 watch", Lines: []string{text}}
	if !fine {
		x.Title = "dns01 watch: not healthy"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refused != "" {
		x.Lines = append(x.Lines, "The list: "+w.refused)
	}
	for _, line := range w.rejected[:min(len(w.rejected), 10)] {
		x.Lines = append(x.Lines, "No order: "+line)
	}
	some := make([]*entry, 0, len(w.order))
	x.Counts = map[check.Verdict]int{}
	for _, e := range w.order {
		x.Counts[e.shown()]++
		if only == "" || e.shown() == only {
			some = append(some, e)
		}
	}
	slices.SortStableFunc(some, func(a, b *entry) int { return cmp.Compare(gravity(b.shown()), gravity(a.shown())) })
	x.Total, x.From = len(some), min(from, len(some))
	for _, e := range some[x.From:min(x.From+report.IndexSize, len(some))] {
		x.Orders = append(x.Orders, e.row())
	}
	return x
}

func gravity(v check.Verdict) int { return slices.Index(verdicts, v) }

// row is an order in the list.
func (e *entry) row() report.IndexOrder {
	row := report.IndexOrder{Name: e.Name, Identifiers: e.Identifiers, Verdict: e.shown()}
	if e.seen == nil {
		row.Text = "due at " + e.due.UTC().Format(time.RFC3339)
		if row.Verdict != "" {
			row.Text = "Seen by the watch before this one; " + row.Text
		}
		return row
	}
	row.Text, row.Checked = e.seen.headline, e.seen.began
	if e.pending() {
		row.Text = fmt.Sprintf("The last look says %s, which others have to confirm. %s", e.seen.verdict, row.Text)
	}
	return row
}
