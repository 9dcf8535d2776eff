package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dns01/resolver/lab"
)

// atAddress is a program in the world of a zone whose server has an address,
// as if that were the Internet.
func atAddress(t *testing.T, address string, env map[string]string, args ...string) (p *program, stdout, stderr *bytes.Buffer) {
	t.Helper()
	s, err := lab.Parse("x", []byte("T\n-- servers --\nns1.example.com "+address+"\n-- zone example.com @ ns1.example.com --\n@ A 192.0.2.80\n"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := labWorld(s)
	if err != nil {
		t.Fatal(err)
	}
	p, stdout, stderr = newProgram(t, args...)
	w.madeUp, w.lab = false, ""
	p.world = w
	p.env = func(v string) string { return env[v] }
	return p, stdout, stderr
}

// unwrapped is a report as one line: where it breaks depends on port numbers.
func unwrapped(b *bytes.Buffer) string { return strings.Join(strings.Fields(b.String()), " ") }

// mpic is a coordinator of Open MPIC two of whose five perspectives hear
// nothing of CAA.
func mpic(t *testing.T) (url string, keys *[]string) {
	var mu sync.Mutex
	keys = new([]string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		*keys = append(*keys, r.Header.Get("X-Api-Key"))
		mu.Unlock()
		const fails = `"check_response":{"check_completed":false,"check_passed":false,"errors":[{"error_type":"mpic_error:caa_checker:lookup","error_message":"The resolution lifetime expired after 5 seconds"}],"details":{}}}`
		const passes = `"check_response":{"check_completed":true,"check_passed":true,"errors":null,"details":{"caa_record_present":false}}}`
		io.WriteString(w, `{"is_valid":false,"mpic_completed":true,"actual_orchestration_parameters":{"perspective_count":5,"quorum_count":4},"perspectives":[`+
			`{"perspective_code":"us-east-2",`+passes+`,{"perspective_code":"us-west-2",`+passes+`,{"perspective_code":"eu-west-2",`+passes+
			`,{"perspective_code":"ap-south-1",`+fails+`,{"perspective_code":"sa-east-1",`+fails+`]}`)
	}))
	t.Cleanup(s.Close)
	return s.URL, keys
}

// What an engine saw decides, is shown and recorded; the key that it was asked
// with is nowhere.
func TestVantage(t *testing.T) {
	url, keys := mpic(t)
	file := filepath.Join(t.TempDir(), "run.txt")
	env := map[string]string{"DNS01_OPEN_MPIC_HEADER": "x-api-key: s3cret", "DNS01_VANTAGE": "open-mpic=" + url}
	p, stdout, stderr := atAddress(t, "192.0.2.1", env, "check", "example.com", "--record", file)
	if status := p.run(t.Context()); status != statusBlocked {
		t.Errorf("status %d; %s%s", status, stdout, stderr)
	}
	host := strings.TrimPrefix(url, "http://")
	for _, want := range []string{
		"For CAA, ap-south-1 and sa-east-1 of 5 perspectives fail",
		"Elsewhere, by open-mpic at " + host + ": the challenge was not looked at, 3 of 5 pass for CAA (APNIC, ARIN, LACNIC, RIPE NCC).",
		"sa-east-1 LACNIC example.com not seen FAILS",
		"The engine itself refuses CAA of example.com (of 5 perspectives 4 have to pass).",
	} {
		if !strings.Contains(unwrapped(stdout), want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if len(*keys) != 1 || (*keys)[0] != "s3cret" {
		t.Errorf("keys %q", *keys)
	}
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(stdout.String()+stderr.String()+string(recorded), "s3cret") {
		t.Error("the key is shown")
	}
	again, out, complaints := newProgram(t, "replay", file)
	if status := again.run(t.Context()); status != statusBlocked || !strings.Contains(out.String(), "For CAA, ap-south-1 and sa-east-1 of 5 perspectives fail") {
		t.Errorf("replayed: status %d; %s%s", status, out, complaints)
	}
}

// An engine that cannot be used is told of, and takes nothing from the verdict.
func TestVantageThatFails(t *testing.T) {
	for _, tt := range []struct{ vantage, want string }{
		{"open-mpic=http://127.0.0.1:1", "nothing was seen; it cannot be connected to: connect: connection refused."},
		{"open-mpic=https://10.255.255.1", "--allow-private lets that be"},
		{"globalping=DE", "nothing was seen; no server of the zone has a public IPv4 address to ask"},
	} {
		p, stdout, stderr := atAddress(t, "192.0.2.1", nil, "check", "example.com", "--vantage", tt.vantage)
		if status := p.run(t.Context()); status != statusOK || !strings.Contains(unwrapped(stdout), tt.want) {
			t.Errorf("%s: status %d; %s%s", tt.vantage, status, stdout, stderr)
		}
	}
}

// What tests Globalping will spend is told before any is, and what was allowed
// is not exceeded.
func TestVantageBudget(t *testing.T) {
	for _, tt := range []struct {
		args, want string
	}{
		{"--vantage-budget 23", "globalping: nothing was seen; it would take 24 tests, and 23 may be spent"},
		{"", "globalping: nothing was seen; it answers 418 I'm a teapot"},
	} {
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.WriteHeader(http.StatusTeapot)
		}))
		p, stdout, stderr := atAddress(t, "93.184.216.34", nil, append([]string{"check", "example.com", "--vantage", "globalping"}, strings.Fields(tt.args)...)...)
		p.globalpingAPI = s.URL
		if status := p.run(t.Context()); status != statusOK || !strings.Contains(unwrapped(stdout), tt.want) {
			t.Errorf("%s: status %d; %s%s", tt.args, status, stdout, stderr)
		}
		if !strings.Contains(stderr.String(), "dns01: asking globalping: 24 tests (4 questions to servers × 6 probes) of the ") {
			t.Errorf("%s: the cost is not told: %s", tt.args, stderr)
		}
		if asked != 0 && tt.args != "" {
			t.Errorf("%d requests beyond the budget", asked)
		}
		s.Close()
	}
}

// Wrong words are told before anything is asked.
func TestWrongVantage(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--vantage openmpic=https://mpic.example.net", `--vantage "openmpic" is no engine that is known; did you mean "open-mpic"?`},
		{"--vantage open-mpic", "--vantage open-mpic needs the coordinator's URL; write open-mpic=https://HOST"},
		{"--vantage open-mpic=https://me:s3cret@mpic.example.net", "--vantage open-mpic has a password in its URL, which would be shown; give it in a header instead"},
		{"--vantage globalping=europe*x", `--vantage globalping "europe*x" does not say how many probes; write a number from 1 to 200 after the place, such as europe*2`},
		{"--vantage globalping --vantage-budget none", `--vantage-budget is how many tests may be spent, such as 100, not "none"`},
		{"--vantage-budget 7", "--vantage-budget says what --vantage globalping may spend; give that beside it"},
	} {
		p, stdout, stderr := newProgram(t, append([]string{"check", "example.com"}, strings.Fields(tt.args)...)...)
		if status := p.run(context.Background()); status != statusUsage || stderr.String() != "dns01: "+tt.want+"\n" || stdout.Len() > 0 {
			t.Errorf("%s: status %d\n got %q\nwant %q", tt.args, status, stderr, tt.want)
		}
	}
}
