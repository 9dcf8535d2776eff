package openmpic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
	"dns01/resolver/vantage/web"
)

const digest = "_uIUep1hY_cT5bot_hjsmL0rIPR5xmCR0yID3q1SlK8"

// order is a survey of names with their climbs, and nothing seen.
func order(names ...string) *survey.Survey {
	s := &survey.Survey{Starts: map[survey.Question]string{}}
	for _, n := range names {
		base := strings.TrimPrefix(n, "*.")
		id := survey.Identifier{Name: n, Challenge: "_acme-challenge." + base}
		for at := base; at != ""; _, at, _ = strings.Cut(at, ".") {
			id.CAA = append(id.CAA, at)
		}
		s.Identifiers = append(s.Identifiers, id)
	}
	return s
}

// A coordinator is a fake that notes what it is asked.
type coordinator struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
	head  []http.Header
}

// coordinate starts a fake that answers a check with what reply says.
func coordinate(t *testing.T, reply func(w http.ResponseWriter, r request)) *coordinator {
	c := &coordinator{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var req request
		if err != nil || json.Unmarshal(body, &req) != nil || r.Method != http.MethodPost || r.URL.Path != "/mpic" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		c.mu.Lock()
		c.asked = append(c.asked, string(body))
		c.head = append(c.head, r.Header.Clone())
		c.mu.Unlock()
		reply(w, req)
	}))
	t.Cleanup(c.Close)
	return c
}

func engine(t *testing.T, url, header string) *Engine {
	t.Helper()
	e, err := New(url, header, web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// recorded is a file of testdata, which has the shapes that coordinators give.
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seen is a sight in short: "us-west-2 (ARIN): example.com CAA answered [0 issue …]".
func seen(s vantage.Sight) (lines []string) {
	for _, p := range s.Perspectives {
		for _, a := range p.Answers {
			line := fmt.Sprintf("%s (%s): %s %s %s", p.Name, p.RIR, a.Name, a.Type, a.Status)
			for _, r := range a.Records {
				line += " [" + r.Text + "]"
				if r.Bad != "" {
					line += " " + r.Bad
				}
			}
			lines = append(lines, line)
		}
	}
	for _, m := range s.Missing {
		lines = append(lines, m.Perspective+" missing: "+m.Reason)
	}
	for _, v := range s.Verdicts {
		lines = append(lines, fmt.Sprintf("%s: %v, %d of %d", v.Question, v.Passes, v.Quorum, v.Perspectives))
	}
	return lines
}

// What goes out has to be what the published interface takes, and nothing
// more: names, issuers, the digest.
func TestRequests(t *testing.T) {
	exists := order("example.com")
	q := survey.Question{Name: "_acme-challenge.example.com", Type: "TXT"}
	exists.Starts[q] = "example.com"
	exists.Lookups = []*survey.Lookup{{Zone: "example.com", Question: q, Answers: []*survey.Answer{{Question: q, Status: survey.Answered}}}}
	account := order("example.com")
	account.Identifiers[0].Challenge = "_ujmmovf2vn55tgye._acme-challenge.example.com"
	const caa = `{"check_type":"caa","domain_or_ip_target":%q,"caa_check_parameters":{"certificate_type":"tls-server","caa_domains":["letsencrypt.org"]}}`
	for _, tt := range []struct {
		name   string
		target vantage.Target
		want   []string
	}{
		{"a wildcard and its base", vantage.Target{Survey: order("example.com", "*.example.com"), Values: map[string][]string{"": {digest}}}, []string{
			fmt.Sprintf(caa, "example.com"),
			`{"check_type":"dcv","domain_or_ip_target":"example.com","dcv_check_parameters":{"validation_method":"acme-dns-01","key_authorization_hash":"` + digest + `"}}`,
		}},
		{"a wildcard alone", vantage.Target{Survey: order("*.example.com")}, []string{fmt.Sprintf(caa, "*.example.com")}},
		{"a preflight of a name that has values", vantage.Target{Survey: exists}, []string{
			fmt.Sprintf(caa, "example.com"),
			`{"check_type":"dcv","domain_or_ip_target":"example.com","dcv_check_parameters":{"validation_method":"dns-change","dns_record_type":"TXT","dns_name_prefix":"_acme-challenge","challenge_value":""}}`,
		}},
		{"a challenge of another type", vantage.Target{Survey: account, Values: map[string][]string{"example.com": {digest}}}, []string{
			fmt.Sprintf(caa, "example.com"),
			`{"check_type":"dcv","domain_or_ip_target":"example.com","dcv_check_parameters":{"validation_method":"dns-change","dns_record_type":"TXT","dns_name_prefix":"_ujmmovf2vn55tgye._acme-challenge","challenge_value":""}}`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := coordinate(t, func(w http.ResponseWriter, r request) { w.Write(recorded(t, "caa-absent.json")) })
			tt.target.Issuers = []string{"letsencrypt.org"}
			if _, err := engine(t, c.URL+"/mpic", "x-api-key: 1234").Look(t.Context(), tt.target); err != nil {
				t.Fatal(err)
			}
			slices.Sort(c.asked)
			if diff := cmp.Diff(tt.want, c.asked); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, h := range c.head {
				if h.Get("X-Api-Key") != "1234" || h.Get("User-Agent") != "dns01" {
					t.Errorf("header %v", h)
				}
			}
		})
	}
}

// Each shape that a coordinator gives has to become what was seen there.
func TestAnswers(t *testing.T) {
	for _, tt := range []struct {
		file string
		want []string
	}{
		{"caa-absent.json", []string{
			"eu-west-2 (RIPE NCC): www.example.com CAA nodata", "eu-west-2 (RIPE NCC): example.com CAA nodata", "eu-west-2 (RIPE NCC): com CAA nodata",
			"us-east-2 (ARIN): www.example.com CAA nodata", "us-east-2 (ARIN): example.com CAA nodata", "us-east-2 (ARIN): com CAA nodata",
			"CAA of www.example.com: true, 1 of 2",
		}},
		{"caa-nested.json", []string{
			"ap-northeast-1 (APNIC): www.example.com CAA timeout",
			"eu-central-2 (RIPE NCC): www.example.com CAA nodata", `eu-central-2 (RIPE NCC): example.com CAA answered [0 issue "letsencrypt.org; validationmethods=dns-01"] [128 tbs "x"]`,
			"me-south-1 (RIPE NCC): www.example.com CAA nodata", "me-south-1 (RIPE NCC): example.com CAA lame",
			"us-west-2 (ARIN): www.example.com CAA nodata", `us-west-2 (ARIN): example.com CAA answered [not a record] RDATA does not parse`,
			"sa-east-1 missing: CAA of www.example.com: communication with the remote perspective failed",
			"af-south-1 missing: CAA of www.example.com: it saw CAA records, and does not say which",
			"CAA of www.example.com: false, 5 of 6",
		}},
		{"caa-flat.json", []string{
			"eu-west-2 (RIPE NCC): www.example.com CAA nodata", `eu-west-2 (RIPE NCC): example.com CAA answered [0 issue "letsencrypt.org"]`,
			"here.and.there (): www.example.com CAA nodata", `here.and.there (): example.com CAA answered [0 issue "letsencrypt.org"]`,
			"us-east-2 (ARIN): www.example.com CAA nodata", `us-east-2 (ARIN): example.com CAA answered [0 issue ";"]`,
		}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			c := coordinate(t, func(w http.ResponseWriter, r request) { w.Write(recorded(t, tt.file)) })
			s, err := engine(t, c.URL, "").Look(t.Context(), vantage.Target{Survey: order("www.example.com")})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, seen(s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !slices.Contains(s.Limits, unlooked) {
				t.Error("nobody says that the challenge was not asked for")
			}
		})
	}
}

func TestChallenges(t *testing.T) {
	c := coordinate(t, func(w http.ResponseWriter, r request) {
		if r.CheckType == "caa" {
			w.Write(recorded(t, "caa-absent.json"))
			return
		}
		w.Write(recorded(t, "dcv.json"))
	})
	s, err := engine(t, c.URL, "").Look(t.Context(), vantage.Target{Survey: order("example.com"), Values: map[string][]string{"": {digest}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range seen(s) {
		if strings.Contains(line, "TXT") {
			got = append(got, line)
		}
	}
	want := []string{
		"ap-south-1 (APNIC): _acme-challenge.example.com TXT timeout",
		"ap-southeast-2 (APNIC): _acme-challenge.example.com TXT lame",
		"eu-west-2 (RIPE NCC): _acme-challenge.example.com TXT nxdomain",
		"mx-central-1 (LACNIC): _acme-challenge.example.com TXT nodata",
		`us-east-2 (ARIN): _acme-challenge.example.com TXT answered ["` + digest + `"] ["a\\b \"c\" \195\164"]`,
		"il-central-1 missing: TXT of _acme-challenge.example.com: it passes, and does not say what it saw",
		"TXT of _acme-challenge.example.com: false, 4 of 5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if slices.Contains(s.Limits, unlooked) {
		t.Error("the challenge was asked for, and a limit says that it was not")
	}
}

// Whatever a stranger answers, the user learns what to do about it.
func TestWrongAnswers(t *testing.T) {
	status := func(code int) func(http.ResponseWriter) { return func(w http.ResponseWriter) { w.WriteHeader(code) } }
	for _, tt := range []struct {
		name   string
		header string
		reply  func(w http.ResponseWriter)
		want   string
	}{
		{"no key", "", status(403), "it answers 403 Forbidden: it wants a key; give its header in DNS01_OPEN_MPIC_HEADER"},
		{"a wrong key", "x-api-key: s3cret", status(401), "it answers 401 Unauthorized: it does not take the key; see to DNS01_OPEN_MPIC_HEADER"},
		{"no coordinator", "", status(404), "it answers 404 Not Found: there is no coordinator at /mpic; give the URL that comes before that"},
		{"too often", "", func(w http.ResponseWriter) { w.Header().Set("Retry-After", "7"); w.WriteHeader(429) }, "it answers 429 Too Many Requests: it is asked too often; try again in 7 s"},
		{"another version", "", status(422), "it answers 422 Unprocessable Entity: it does not understand the request; it may be of another version than 3.5"},
		{"it says why not", "", func(w http.ResponseWriter) {
			w.WriteHeader(400)
			io.WriteString(w, `{"error":"mpic_request:validation_failed","validation_issues":[]}`)
		}, "it answers 400 Bad Request (mpic_request:validation_failed): it does not understand the request; it may be of another version than 3.5"},
		{"a gateway says why not", "", func(w http.ResponseWriter) {
			w.WriteHeader(403)
			io.WriteString(w, `{"message":"Forbidden."}`)
		}, "it answers 403 Forbidden (Forbidden): it wants a key; give its header in DNS01_OPEN_MPIC_HEADER"},
		{"it fails", "", status(502), "it answers 502 Bad Gateway: the coordinator itself fails; try later, or see its log"},
		{"a page", "", func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html>")
		}, "it answers with text/html that is not what is expected here; see whether the address is right"},
		{"other JSON", "", func(w http.ResponseWriter) { io.WriteString(w, `{"message":"hello"}`) }, "it answers with JSON that is no result of Open MPIC; see whether the address is right"},
		{"JSON of other types", "", func(w http.ResponseWriter) { io.WriteString(w, `{"perspectives":7}`) }, "it answers with text/plain that is not what is expected here; see whether the address is right"},
		{"endless", "", func(w http.ResponseWriter) {
			io.WriteString(w, `{"x":"`)
			for range web.MaxBody/4096 + 1 {
				w.Write(make([]byte, 4096))
			}
		}, "it answers with more than 4 MiB, which no answer to this takes; see whether the address is right"},
		{"somewhere else", "", func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(307)
		}, "asking it failed: it redirects to https://elsewhere.example; give that address if you trust it"},
		{"nulls", "", func(w http.ResponseWriter) {
			io.WriteString(w, `{"is_valid":false,"perspectives":[null,{"perspective_code":""},{"perspective_code":"x","check_response":null}]}`)
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := coordinate(t, func(w http.ResponseWriter, _ request) { tt.reply(w) })
			s, err := engine(t, c.URL, tt.header).Look(t.Context(), vantage.Target{Survey: order("example.com")})
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.want || len(s.Perspectives) > 0 {
				t.Errorf("%q, %d perspectives; want %q", got, len(s.Perspectives), tt.want)
			}
			if strings.Contains(got, "s3cret") {
				t.Error("the key is shown")
			}
		})
	}
}

// A coordinator that answers octet by octet is left with the end of the time
// there is.
func TestSlowDrip(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dripping, left := make(chan bool), make(chan bool)
	c := coordinate(t, func(w http.ResponseWriter, r request) {
		if r.CheckType == "caa" {
			w.Write(recorded(t, "caa-absent.json"))
			return
		}
		io.WriteString(w, " ")
		w.(http.Flusher).Flush()
		close(dripping)
		<-left // an answer that ends with the time there is may still be read
	})
	go func() { <-dripping; cancel() }()
	s, err := engine(t, c.URL, "").Look(ctx, vantage.Target{Survey: order("example.com"), Values: map[string][]string{"": {digest}}})
	close(left)
	const late = "no answer came in the time there was; give more with --deadline"
	want := survey.Missing{Perspective: "every perspective", Reason: "TXT of _acme-challenge.example.com: " + late}
	alone := err != nil && err.Error() == late && len(s.Perspectives) == 0 // nothing had come by then
	if !alone && (err != nil || !slices.Contains(s.Missing, want)) {
		t.Errorf("%v, missing %v", err, s.Missing)
	}
}

// Many names are asked for side by side, and not all at once.
func TestMany(t *testing.T) {
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("www%d.example.com", i))
	}
	var mu sync.Mutex
	now, most := 0, 0
	full := make(chan struct{})
	c := coordinate(t, func(w http.ResponseWriter, r request) {
		mu.Lock()
		now++
		if most = max(most, now); now == inFlight {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		mu.Unlock()
		select {
		case <-full:
		case <-time.After(10 * time.Second): // then fewer than there may be are asked at once
		}
		mu.Lock()
		now--
		mu.Unlock()
		w.Write(recorded(t, "caa-absent.json"))
	})
	s, err := engine(t, c.URL, "").Look(t.Context(), vantage.Target{Survey: order(names...)})
	if err != nil {
		t.Fatal(err)
	}
	if most != inFlight || len(c.asked) != 50 || len(s.Perspectives) != 2 {
		t.Errorf("%d at once, want %d; %d requests; %d perspectives", most, inFlight, len(c.asked), len(s.Perspectives))
	}
}

func TestNew(t *testing.T) {
	for _, tt := range []struct{ url, header, want string }{
		{"", "", "needs the coordinator's URL; write open-mpic=https://HOST"},
		{"mpic.example.net", "", "has no https URL; write https://HOST"},
		{"http://mpic.example.net", "", "would send names and keys to http://mpic.example.net in the clear; write https://"},
		{"https://u:p@mpic.example.net", "", "has a password in its URL, which would be shown; give it in a header instead"},
		{"https://mpic.example.net/?key=1", "", "has a URL that goes on after its path; leave out what stands behind it"},
		{"https://u:s3cret@mpic.example.net/%zz", "", "has no https URL; write https://HOST"},
		{"ftp://mpic.example.net", "", "has no https URL; write https://HOST"},
		{"https://mpic.example.net", "s3cret", `has a header that is none; DNS01_OPEN_MPIC_HEADER is "NAME: VALUE", such as "x-api-key: SECRET"`},
		{"https://mpic.example.net", "a: b\r\nc: d", `has a header that is none; DNS01_OPEN_MPIC_HEADER is "NAME: VALUE", such as "x-api-key: SECRET"`},
		{"http://127.0.0.1:8000", "Authorization: Bearer x", ""},
		{"https://mpic.example.net/v1", "", ""},
	} {
		_, err := New(tt.url, tt.header, web.Options{})
		if err == nil {
			err = errors.New("")
		}
		if err.Error() != tt.want {
			t.Errorf("%s: %q, want %q", tt.url, err, tt.want)
		}
	}
}

// FuzzResponse: whatever a coordinator answers, every record of it is known to
// be data, and every answer is to a question that was asked.
func FuzzResponse(f *testing.F) {
	for _, name := range []string{"caa-absent.json", "caa-nested.json", "caa-flat.json", "dcv.json"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	checks, _ := checksFor(vantage.Target{Survey: order("www.example.com"), Values: map[string][]string{"": {digest}}})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r response
		if json.Unmarshal(b, &r) != nil {
			return
		}
		for _, c := range checks {
			for _, p := range collect([]check{c}, []response{r}, []error{nil}).Perspectives {
				for _, a := range p.Answers {
					if a.Name != c.challenge && !slices.Contains(c.climb, a.Name) || a.Status == "" {
						t.Errorf("%+v", a)
					}
					for _, rec := range a.Records {
						if strings.ContainsFunc(rec.Text, func(r rune) bool { return r < ' ' || r > '~' }) {
							t.Errorf("%q can steer a terminal", rec.Text)
						}
					}
				}
			}
		}
	})
}

// A coordinator that names other perspectives for each check, whether they saw
// something or not, must not fill the report with them.
func TestPerspectivesHaveAnEnd(t *testing.T) {
	checks, _ := checksFor(vantage.Target{Survey: order("www.example.com"), Values: map[string][]string{"": {digest}}})
	dcv := checks[len(checks)-1]
	for _, test := range []struct {
		told                  *checkResponse
		perspectives, missing int
	}{
		{&checkResponse{Completed: true, Passed: true, Details: details{Records: []string{"x"}}}, maxPerspectives, 1},
		{&checkResponse{Errors: []fault{{"mpic_error:coordinator:x", "odd"}}}, 0, maxMissing},
	} {
		var many []check
		var answers []response
		for i := range 20 {
			var r response
			for n := range 2 * maxPerspectives {
				r.Perspectives = append(r.Perspectives, &oneResponse{Code: fmt.Sprintf("place-%d-%d", i, n), Check: test.told})
			}
			many, answers = append(many, dcv), append(answers, r)
		}
		s := collect(many, answers, make([]error, len(many)))
		if len(s.Perspectives) != test.perspectives || len(s.Missing) != test.missing {
			t.Errorf("%d perspectives, %d missing", len(s.Perspectives), len(s.Missing))
		}
	}
}
