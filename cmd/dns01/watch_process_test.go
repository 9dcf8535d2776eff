package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// A watchProcess is the program itself, watching a made-up world.
type watchProcess struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr *bufio.Reader
	said   strings.Builder
	url    string
}

// servedAt is how the program says where it listens.
var servedAt = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)

// startWatch starts one in a folder, where its files need no long names: a blank
// in one would end it in what --on-change runs.
func startWatch(t *testing.T, dir string, args ...string) *watchProcess {
	t.Helper()
	binary, err := exec.LookPath("dns01")
	if err != nil {
		t.Skip("no program to start: ", err)
	}
	w := &watchProcess{t: t, cmd: exec.Command(binary, append([]string{"watch", "--listen", "127.0.0.1:0"}, args...)...)}
	w.cmd.Dir, w.cmd.Env = dir, ownEnvironment()
	pipe, err := w.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.stderr = bufio.NewReader(pipe)
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.cmd.Process.Kill() }) // it has ended unless the test failed
	w.url = servedAt.FindString(w.until("watching"))
	if w.url == "" {
		t.Fatalf("it does not say where it listens: %s", &w.said)
	}
	return w
}

// until reads what the program says up to a line with a word in it.
func (w *watchProcess) until(word string) string {
	w.t.Helper()
	for {
		line, err := w.stderr.ReadString('\n')
		w.said.WriteString(line)
		if strings.Contains(line, word) {
			return line
		}
		if err != nil {
			w.t.Fatalf("%v before %q in:\n%s", err, word, &w.said)
		}
	}
}

func (w *watchProcess) get(path string, head ...string) (int, http.Header, string) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, w.url+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// terminate ends the program as a service manager does.
func (w *watchProcess) terminate() {
	w.t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	w.until("the watch has ended")
	if err := w.cmd.Wait(); err != nil {
		w.t.Errorf("%v:\n%s", err, &w.said)
	}
}

// The whole program, as a service manager, Prometheus and a browser meet it.
func TestWatchProcess(t *testing.T) {
	dir := t.TempDir()
	list, script, changed := filepath.Join(dir, "orders.txt"), filepath.Join(dir, "changed"), filepath.Join(dir, "changed.json")
	write(t, list, "example.com\n")
	write(t, script, "#!/bin/sh\ncat >>\"$1\"\necho \"heard of $DNS01_CHANGE_ORDER: $DNS01_CHANGE_TO\" >&2\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	w := startWatch(t, dir, "--demo", "caa-forbids", "--interval", "1h", "--damping", "1", "--on-change", "./changed changed.json", list)
	w.until("heard of example.com: blocked")

	var head http.Header
	code, _, body := w.get("metrics")
	if code != http.StatusOK || !strings.Contains(body, `dns01_order_verdict{ca="letsencrypt",order="example.com",verdict="blocked"} 1`+"\n") {
		t.Errorf("metrics: %d %s", code, body)
	}
	t.Run("promtool", func(t *testing.T) { promtoolChecks(t, body) })
	if code, _, body = w.get("healthz"); code != http.StatusOK || !strings.HasPrefix(body, "ok: 1 order every 1h") {
		t.Errorf("health: %d %s", code, body)
	}
	if _, head, body = w.get("report/example.com"); head.Get("Content-Type") != "application/json" {
		t.Errorf("report: %v", head)
	}
	newReportSchema(t).holds(t, "report", []byte(body))
	for _, path := range []string{"", "report/example.com?format=html"} {
		_, head, body = w.get(path, "Accept", "text/html")
		if head.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(head.Get("Content-Security-Policy"), "default-src 'none';") ||
			head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(body, "BLOCKED") || strings.Contains(body, "<script") {
			t.Errorf("page %q: %v %s", path, head, body)
		}
	}
	if code, _, _ = w.get("report/example.com?format=pdf"); code != http.StatusBadRequest {
		t.Errorf("a form that there is not: %d", code)
	}
	for _, method := range []string{http.MethodPost, http.MethodDelete} {
		r, _ := http.NewRequest(method, w.url+"metrics", strings.NewReader("x"))
		if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %v %v", method, answer, err)
		}
	}
	rebound, _ := http.NewRequest(http.MethodGet, w.url, nil)
	rebound.Host = "evil.example"
	if answer, err := http.DefaultClient.Do(rebound); err != nil || answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("asked for by another name: %v %v", answer, err)
	}
	huge, _ := http.NewRequest(http.MethodGet, w.url+"healthz", nil)
	huge.Header.Set("X-Long", strings.Repeat("x", 1<<20))
	if answer, err := http.DefaultClient.Do(huge); err == nil && answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a request with a huge header: %d", answer.StatusCode)
	}

	write(t, list, "example.com\nwww.example.com\n")
	if err := w.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	w.until("the list was read again: 2 orders, 1 before")
	w.until("heard of www.example.com: blocked")
	w.terminate()

	told, err := os.ReadFile(changed)
	if err != nil {
		t.Fatal(err)
	}
	schema, lines := newReportSchema(t), bytes.Split(bytes.TrimSpace(told), []byte("\n"))
	if len(lines) != 2 {
		t.Errorf("told %d times: %s", len(lines), told)
	}
	for _, line := range lines {
		schema.holds(t, "transition", line)
	}
}

// promtoolChecks lets Prometheus' own tool look at metrics.
func promtoolChecks(t *testing.T, metrics string) {
	t.Helper()
	havePromtool(t)
	cmd := exec.Command("promtool", "check", "metrics")
	cmd.Stdin = strings.NewReader(metrics)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

func havePromtool(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("promtool"); err == nil {
		return
	}
	if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
		t.Fatal("promtool is required (DNS01_REQUIRE_SERVERS=1): install prometheus")
	}
	t.Skip("promtool is not installed")
}

// A watch that has ended leaves nothing behind.
func TestWatchLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	reader, writer := io.Pipe()
	p, _, _ := newProgram(t, "watch", "--demo", "healthy", "--listen", "127.0.0.1:0")
	p.stderr, p.hangup = writer, hangups
	ctx, cancel := context.WithCancel(t.Context())
	status := make(chan int)
	go func() { status <- p.run(ctx) }()
	said := bufio.NewReader(reader)
	line, err := said.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }() // ends with the pipe
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(servedAt.FindString(line) + "metrics")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	cancel()
	if got := <-status; got != statusOK {
		t.Errorf("status %d", got)
	}
	writer.Close()
}
