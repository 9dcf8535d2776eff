package globalping

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

const challenge = "_acme-challenge.example.com"

// zone is a survey of one name whose zone has these servers.
func zone(addrs ...string) *survey.Survey {
	q := survey.Question{Name: challenge, Type: "TXT"}
	l := &survey.Lookup{Zone: "example.com", Question: q}
	for i, a := range addrs {
		l.Answers = append(l.Answers, &survey.Answer{Question: q, Server: fmt.Sprintf("ns%d.example.com", i+1), Addr: netip.MustParseAddr(a), Status: survey.NXDomain})
	}
	return &survey.Survey{
		Identifiers: []survey.Identifier{{Name: "example.com", Challenge: challenge, CAA: []string{"example.com", "com"}}},
		Starts:      map[survey.Question]string{q: "example.com"}, Lookups: []*survey.Lookup{l},
	}
}

// A fake is Globalping as its specification says, with results by question.
type fake struct {
	*httptest.Server
	results func(r request, polled int) (status int, body string)
	limits  string

	mu      sync.Mutex
	created []request
	raw     []string
	polls   map[string]int
	waits   []time.Duration
	auth    []string
}

func newFake(t *testing.T, results func(r request, polled int) (int, string)) *fake {
	f := &fake{results: results, limits: `{"rateLimit":{"measurements":{"create":{"type":"ip","limit":250,"remaining":250,"reset":3600}}}}`, polls: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/limits", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, f.limits) })
	mux.HandleFunc("POST /v1/measurements", f.create)
	mux.HandleFunc("GET /v1/measurements/{id}", f.get)
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var q request
	if err != nil || json.Unmarshal(body, &q) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.created = append(f.created, q)
	f.raw = append(f.raw, string(body))
	f.auth = append(f.auth, r.Header.Get("Authorization"))
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(w, `{"id":"m%d","probesCount":6}`, len(f.created)-1)
}

func (f *fake) get(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := r.PathValue("id")
	var n int
	if _, err := fmt.Sscanf(id, "m%d", &n); err != nil || n >= len(f.created) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	f.polls[id]++
	status, body := f.results(f.created[n], f.polls[id])
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "4")
	}
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// engine asks the fake, notes how long it waits, and waits for nothing.
func (f *fake) engine(t *testing.T, places string, o Options) *Engine {
	t.Helper()
	o.Pause = func(ctx context.Context, d time.Duration) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waits = append(f.waits, d)
		return ctx.Err() == nil
	}
	e, err := New(f.URL, places, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// answersOf is a finished measurement whose probes all answer alike.
func answersOf(answers string) string {
	const probe = `{"continent":"EU","region":"Western Europe","country":"DE","state":null,"city":"Falkenstein","asn":24940,"longitude":12.37,"latitude":50.47,"network":"Hetzner Online","tags":[],"resolvers":["private"]}`
	return `{"id":"x","type":"dns","status":"finished","target":"x","probesCount":1,"results":[{"probe":` + probe +
		`,"result":{"status":"finished","rawOutput":"","statusCode":0,"statusCodeName":"NOERROR","resolver":"x","answers":[` + answers + `],"timings":{"total":12}}}]}`
}

func seen(s vantage.Sight) (lines []string) {
	for _, p := range s.Perspectives {
		for _, a := range p.Servers {
			line := fmt.Sprintf("%s (%s): %s/%s %s %s %s %v", p.Name, p.RIR, a.Server, a.Transport, a.Name, a.Type, a.Status, a.RTT)
			if a.Lame != "" {
				line += " " + a.Lame
			}
			for _, r := range a.Records {
				line += " [" + r.Text + "]"
			}
			if a.SOA != nil {
				line += fmt.Sprintf(" serial %d", a.SOA.Serial)
			}
			lines = append(lines, line)
		}
	}
	for _, m := range s.Missing {
		lines = append(lines, m.Perspective+" missing: "+m.Reason)
	}
	return lines
}

// What goes out has to be what the API takes, in few measurements, from the
// same probes each, to public addresses only.
func TestRequests(t *testing.T) {
	f := newFake(t, func(request, int) (int, string) { return 200, answersOf("") })
	target := vantage.Target{Survey: zone("93.184.216.34", "10.0.0.1", "2606:2800:220:1::1")}
	e := f.engine(t, "", Options{Token: "t0ken"})
	if got, want := e.Cost(target), "24 tests (4 questions to servers × 6 probes) of the 500 that may be spent"; got != want {
		t.Errorf("cost %q, want %q", got, want)
	}
	if _, err := e.Look(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	first := f.raw[0]
	want := `{"type":"dns","target":"_acme-challenge.example.com","locations":[{"magic":"north america","limit":2},{"magic":"europe","limit":2},{"magic":"asia","limit":1},{"magic":"south america","limit":1}],` +
		`"timeout":10,"measurementOptions":{"query":{"type":"TXT"},"resolver":"93.184.216.34","protocol":"UDP","port":53}}`
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("first request (-want +got):\n%s", diff)
	}
	others := slices.Sorted(slices.Values(f.raw[1:]))
	const other = `{"type":"dns","target":"example.com","locations":"m0","timeout":10,"measurementOptions":{"query":{"type":%q},"resolver":"93.184.216.34","protocol":%q,"port":53}}`
	if diff := cmp.Diff([]string{fmt.Sprintf(other, "NS", "UDP"), fmt.Sprintf(other, "SOA", "TCP"), fmt.Sprintf(other, "SOA", "UDP")}, others); diff != "" {
		t.Errorf("other requests (-want +got):\n%s", diff)
	}
	for _, a := range f.auth {
		if a != "Bearer t0ken" {
			t.Errorf("authorization %q", a)
		}
	}
}

// What probes told has to become what each server says there.
func TestAnswers(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "txt.json"))
	if err != nil {
		t.Fatal(err)
	}
	f := newFake(t, func(r request, _ int) (int, string) {
		switch r.Options.Query.Type + r.Options.Protocol {
		case "TXTUDP":
			return 200, string(file)
		case "SOAUDP":
			return 200, answersOf(`{"name":"example.com.","type":"SOA","ttl":3600,"class":"IN","value":"ns1.example.com. hostmaster.example.com. 2026112201 7200 3600 1209600 300"}`)
		case "NSUDP":
			return 200, answersOf(`{"name":"example.com.","type":"NS","ttl":3600,"class":"IN","value":"NS1.example.com."}`)
		}
		return 500, "oops"
	})
	s, err := f.engine(t, "", Options{}).Look(t.Context(), vantage.Target{Survey: zone("93.184.216.34")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`Sydney AU AS202422 (APNIC): ns1.example.com/udp _acme-challenge.example.com TXT answered 99ms ["_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"] ["bare words"]`,
		"Falkenstein DE AS24940 (RIPE NCC): ns1.example.com/udp _acme-challenge.example.com TXT nxdomain 12ms",
		"Falkenstein DE AS24940 (RIPE NCC): ns1.example.com/udp example.com SOA answered 12ms [ns1.example.com. hostmaster.example.com. 2026112201 7200 3600 1209600 300] serial 2026112201",
		"Falkenstein DE AS24940 (RIPE NCC): ns1.example.com/udp example.com NS answered 12ms [NS1.example.com.]",
		"Falkenstein DE AS24940 (2) (RIPE NCC): ns1.example.com/udp _acme-challenge.example.com TXT lame 9ms refused",
		"Dubai AE AS5384 (RIPE NCC): ns1.example.com/udp _acme-challenge.example.com TXT timeout 0s",
		"Mexico City MX AS8151 (LACNIC): ns1.example.com/udp _acme-challenge.example.com TXT alias 30ms",
		"Lagos NG AS37148 (AFRINIC): ns1.example.com/udp _acme-challenge.example.com TXT nodata 30ms",
		"Lima PE AS6147 missing: TXT of _acme-challenge.example.com at ns1.example.com: the probe failed",
		"Oslo NO AS2119 missing: TXT of _acme-challenge.example.com at ns1.example.com: the probe has gone away",
		"every probe missing: SOA of example.com at ns1.example.com over TCP: it answers 500 Internal Server Error: Globalping itself fails; try later",
	}
	if diff := cmp.Diff(want, seen(s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Results are waited for as the API asks: half a second after each reply, and
// as long as it says when that was too often.
func TestWaiting(t *testing.T) {
	f := newFake(t, func(r request, polled int) (int, string) {
		switch polled {
		case 1:
			return 200, `{"status":"in-progress","results":[]}`
		case 2:
			return 429, `{"error":{"type":"too_many_requests","message":"Too many requests. Please retry in 4 seconds."}}`
		}
		return 200, answersOf("")
	})
	e := f.engine(t, "DE", Options{})
	if _, err := e.Look(t.Context(), vantage.Target{Survey: zone("93.184.216.34")}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(f.waits)
	half, four := 500*time.Millisecond, 4*time.Second
	if diff := cmp.Diff([]time.Duration{half, half, half, half, four, four, four, four}, f.waits); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// When the time is over, what has come by then counts.
func TestPartialResults(t *testing.T) {
	done := answersOf("")
	part := strings.Replace(done, `"status":"finished","target"`, `"status":"in-progress","target"`, 1)
	part = strings.Replace(part, `"results":[`, `"results":[{"probe":{"continent":"AS","country":"JP","city":"Tokyo","asn":2497},"result":{"status":"in-progress","rawOutput":""}},`, 1)
	f := newFake(t, func(request, int) (int, string) { return 200, part })
	e := f.engine(t, "DE", Options{})
	e.o.Pause = func(context.Context, time.Duration) bool { return false }
	s, err := e.Look(t.Context(), vantage.Target{Survey: zone("93.184.216.34")})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Perspectives) != 1 || len(s.Perspectives[0].Servers) != 4 || len(s.Missing) != 4 ||
		s.Missing[0] != (survey.Missing{Perspective: "Tokyo JP AS2497", Reason: "TXT of _acme-challenge.example.com at ns1.example.com: it had not finished in the time there was"}) {
		t.Errorf("%q", seen(s))
	}
}

// Nothing is spent that was not allowed, and nothing that is not there.
func TestCost(t *testing.T) {
	many := &survey.Survey{Starts: map[survey.Question]string{}}
	for i := range 30 {
		s := zone("93.184.216.34", "93.184.216.35")
		s.Identifiers[0].Name = fmt.Sprintf("www%d.example.com", i)
		s.Identifiers[0].Challenge = "_acme-challenge." + s.Identifiers[0].Name
		q := survey.Question{Name: s.Identifiers[0].Challenge, Type: "TXT"}
		s.Lookups[0].Question = q
		many.Identifiers = append(many.Identifiers, s.Identifiers...)
		many.Lookups = append(many.Lookups, s.Lookups...)
		many.Starts[q] = "example.com"
	}
	for _, tt := range []struct {
		name, limits string
		o            Options
		want         string
	}{
		{"more than an hour gives", "", Options{}, "it would take 396 tests, and 250 may be spent; ask from fewer places (globalping=europe*2,asia), check fewer names at a time, or allow it with --vantage-budget 396"},
		{"more than the user allows", "", Options{Token: "t", Budget: 395}, "it would take 396 tests, and 395 may be spent; ask from fewer places (globalping=europe*2,asia), check fewer names at a time, or allow it with --vantage-budget 396"},
		{"more than is left", `{"rateLimit":{"measurements":{"create":{"limit":250,"remaining":17,"reset":1801}}}}`, Options{Budget: 396},
			"it would take 396 tests, and 17 of this hour's 250 are left; in 31 minutes there are more; a token in DNS01_GLOBALPING_TOKEN gives more"},
		{"more than the account has", `{"rateLimit":{"measurements":{"create":{"limit":500,"remaining":300,"reset":60}}},"credits":{"remaining":95}}`, Options{Token: "t"},
			"it would take 396 tests, and 300 of this hour's 500 are left; in 60 s there are more; credits give more"},
		{"credits make up for it", `{"rateLimit":{"measurements":{"create":{"limit":500,"remaining":300,"reset":60}}},"credits":{"remaining":96}}`, Options{Token: "t"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t, func(request, int) (int, string) { return 200, answersOf("") })
			if tt.limits != "" {
				f.limits = tt.limits
			}
			_, err := f.engine(t, "", tt.o).Look(t.Context(), vantage.Target{Survey: many})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want || (len(f.created) > 0) != (tt.want == "") {
				t.Errorf("%q after %d measurements, want %q", got, len(f.created), tt.want)
			}
		})
	}
}

// Whatever is answered, the user learns what to do about it.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reply func(w http.ResponseWriter)
		want  string
	}{
		{"a wrong token", func(w http.ResponseWriter) { w.WriteHeader(401) }, "it answers 401 Unauthorized: it does not take the token; see to DNS01_GLOBALPING_TOKEN"},
		{"no such place", func(w http.ResponseWriter) {
			w.WriteHeader(422)
			io.WriteString(w, `{"error":{"type":"no_probes_found","message":"No matching IPv4 probes available."}}`)
		}, "it answers 422 Unprocessable Entity (No matching IPv4 probes available): it has no probe at one of these places; write others, such as globalping=europe*2,JP"},
		{"spent", func(w http.ResponseWriter) { w.Header().Set("X-RateLimit-Reset", "61"); w.WriteHeader(429) },
			"it answers 429 Too Many Requests: this hour's tests are spent; there are more in 61 s"},
		{"an id that leads elsewhere", func(w http.ResponseWriter) { io.WriteString(w, `{"id":"../../admin"}`) }, "it answers with JSON that is no measurement; see whether the address is right"},
		{"a page", func(w http.ResponseWriter) { io.WriteString(w, "<html>") }, "it answers with text/html that is not what is expected here; see whether the address is right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /v1/limits", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{}") })
			mux.HandleFunc("POST /v1/measurements", func(w http.ResponseWriter, r *http.Request) { tt.reply(w) })
			s := httptest.NewServer(mux)
			defer s.Close()
			e, err := New(s.URL, "", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = e.Look(t.Context(), vantage.Target{Survey: zone("93.184.216.34")}); err == nil || err.Error() != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []place
		err  string
	}{
		{"", usual, ""},
		{"world*50", []place{{"world", 50}}, ""},
		{"Europe+eyeball-network*3, JP ,AS64500", []place{{"Europe+eyeball-network", 3}, {"JP", 1}, {"AS64500", 1}}, ""},
		{"world*51", nil, "asks from 51 probes, and 50 are the most at a time without a token; write smaller numbers"},
		{"europe*", nil, `"europe*" does not say how many probes; write a number from 1 to 200 after the place, such as europe*2`},
		{"europe,,asia", nil, `"" is no place; write continents, countries, cities or networks with commas between them, such as europe*2,JP,AS64500`},
		{"a\x1b[2J", nil, `"a\x1b[2J" is no place; write continents, countries, cities or networks with commas between them, such as europe*2,JP,AS64500`},
		{strings.Repeat("a,", 20) + "a", nil, "has 21 places, and 20 are the most"},
	} {
		e, err := New(API, tt.text, Options{})
		switch {
		case tt.err != "":
			if err == nil || err.Error() != tt.err {
				t.Errorf("%q: %v, want %s", tt.text, err, tt.err)
			}
		case err != nil:
			t.Errorf("%q: %v", tt.text, err)
		default:
			if diff := cmp.Diff(tt.want, e.places); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		}
	}
	if _, err := New(API, "", Options{Token: "a b"}); err == nil || strings.Contains(err.Error(), "a b") {
		t.Errorf("a token with a space: %v", err)
	}
}

// Without an address to ask nothing is spent.
func TestNothingToAsk(t *testing.T) {
	f := newFake(t, func(request, int) (int, string) { return 200, "{}" })
	target := vantage.Target{Survey: zone("192.168.0.1", "2606:2800:220:1::1")}
	e := f.engine(t, "", Options{})
	if _, err := e.Look(t.Context(), target); err == nil || e.Cost(target) != "" || len(f.created) > 0 {
		t.Errorf("%v, cost %q", err, e.Cost(target))
	}
}

// FuzzResult: whatever results hold, it is of the servers that were asked, and
// fit to be shown.
func FuzzResult(f *testing.F) {
	file, err := os.ReadFile(filepath.Join("testdata", "txt.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(answersOf(`{"name":"example.com.","type":"SOA","ttl":3600,"value":". . 1 2 3 4 5"}`)))
	qs := plan(vantage.Target{Survey: zone("93.184.216.34")})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m measurement
		if json.Unmarshal(b, &m) != nil {
			return
		}
		for _, q := range qs {
			for _, p := range collect([]question{q}, []measurement{m}, []error{nil}).Perspectives {
				for _, a := range p.Servers {
					if a.Question != q.Question || a.Addr != q.server.Addr || a.Status == "" {
						t.Errorf("%+v", a)
					}
					for _, r := range a.Records {
						if strings.ContainsFunc(r.Text, func(r rune) bool { return r < ' ' || r > '~' }) {
							t.Errorf("%q can steer a terminal", r.Text)
						}
					}
				}
			}
		}
	})
}

// Results that name other probes for each question, whether they got something
// or not, must not fill the report with them.
func TestProbesHaveAnEnd(t *testing.T) {
	q := plan(vantage.Target{Survey: zone("203.0.114.1")})[0]
	for _, test := range []struct {
		status                string
		perspectives, missing int
	}{{"finished", maxProbes, 1}, {"offline", 0, maxMissing}} {
		var qs []question
		var answers []measurement
		for i := range 4 {
			var m measurement
			for n := range maxResults {
				var r result
				r.Probe.City, r.Probe.ASN, r.Result.Status, r.Result.Rcode = "Sydney", i*maxResults+n, test.status, new(int)
				m.Results = append(m.Results, r)
			}
			qs, answers = append(qs, q), append(answers, m)
		}
		s := collect(qs, answers, make([]error, len(qs)))
		if len(s.Perspectives) != test.perspectives || len(s.Missing) != test.missing {
			t.Errorf("%s: %d perspectives, %d missing", test.status, len(s.Perspectives), len(s.Missing))
		}
	}
}
