package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A list that people have at hand must be taken as it is, and a line that is
// no order must not end the run, nor be lost.
func TestOrderReader(t *testing.T) {
	value := strings.Repeat("A", 43)
	tests := []struct {
		name, file, list string
		want             []string
	}{
		{"lines", "", "a.example\n\n# all of it\n b.example,*.b.example # two\r\nc.example", []string{
			"1/1 [a.example]", "2/4 [b.example *.b.example]", "3/5 [c.example]"}},
		{"a bad line", "", "a.example\nhttps://b.example\nc.example\n", []string{
			"1/1 [a.example]", `2/2 "https://b.example" is a URL; give the domain name alone`, "3/3 [c.example]"}},
		{"CSV with a header", "x.csv", "id,names,value\n7,\"a.example *.a.example\"," + value + "\n8,b.example,\n", []string{
			"1/2 #7 [a.example *.a.example] map[:[" + value + "]]", "2/3 #8 [b.example]"}},
		{"CSV without", "x.csv", "a.example,*.a.example\nb.example\n", []string{
			"1/1 [a.example *.a.example]", "2/2 [b.example]"}},
		{"broken CSV", "x.csv", "a.example\n\"b.example\n", []string{
			"1/1 [a.example]", "2/2 the line is no CSV: parse error on line 1, column 11: extraneous or missing \" in quoted-field"}},
		{"NDJSON told by its first line", "", `{"id":"x","names":["a.example"],"values":{"a.example":["` + value + `"]}}` + "\n" + `{"names":[]}`, []string{
			"1/1 #x [a.example] map[a.example:[" + value + "]]", "2/2 the line names nothing"}},
		{"a value for another name", "x.ndjson", `{"names":["a.example"],"values":{"b.example":["v"]}}`, []string{
			"1/1 a value is given for b.example, which the order does not name"}},
		{"an unknown key", "x.jsonl", `{"name":"a.example"}`, []string{
			`1/1 the line is no order: json: unknown field "name"; write {"id":"1","names":["example.com"]}`}},
		{"a line without end", "", "a.example " + strings.Repeat("x", maxOrderLine) + "\nb.example\n", []string{
			"1/1 the line is longer than 262144 octets", "2/2 [b.example]"}},
		{"nothing", "", "\n# nothing\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newOrderReader(strings.NewReader(tt.list), batchOptions{file: tt.file})
			var got []string
			for {
				q, err := r.next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, shownOrder(q))
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func shownOrder(q orderLine) string {
	s := fmt.Sprintf("%d/%d ", q.number, q.line)
	if q.err != nil {
		return s + q.err.Error()
	}
	if q.id != "" {
		s += "#" + q.id + " "
	}
	s += fmt.Sprint(q.names)
	if q.values != nil {
		s += fmt.Sprint(" ", q.values)
	}
	return s
}

func FuzzOrderReader(f *testing.F) {
	f.Add("a.example\n", "")
	f.Add("id,names\n1,\"a.example\"\n", "x.csv")
	f.Add(`{"names":["a.example"]}`+"\n", "x.ndjson")
	f.Fuzz(func(t *testing.T, list, file string) {
		r := newOrderReader(strings.NewReader(list), batchOptions{file: file})
		for n := 1; ; n++ {
			q, err := r.next()
			if err != nil {
				if err != io.EOF {
					t.Fatal(err)
				}
				return
			}
			if q.number != n || q.err == nil && len(q.names) == 0 {
				t.Fatalf("order %d is %+v", n, q)
			}
		}
	})
}

// batchLines runs a batch and returns the numbers of its lines.
func batchLines(t *testing.T, status int, stdin string, args ...string) []int {
	t.Helper()
	p, stdout, stderr := newProgram(t, append([]string{"batch", "--demo", "healthy"}, args...)...)
	p.stdin = strings.NewReader(stdin)
	if got := p.run(t.Context()); got != status {
		t.Fatalf("status %d, want %d; stderr: %s", got, status, stderr)
	}
	return numbers(t, stdout.Bytes())
}

func numbers(t *testing.T, lines []byte) []int {
	t.Helper()
	var ns []int
	for d := json.NewDecoder(bytes.NewReader(lines)); ; {
		var x struct{ Schema, Order int }
		err := d.Decode(&x)
		if err == io.EOF {
			return ns
		}
		if err != nil || x.Schema != 1 {
			t.Fatalf("%v in %s", err, lines)
		}
		ns = append(ns, x.Order)
	}
}

func TestBatchInOrder(t *testing.T) {
	got := batchLines(t, statusUsage, "example.com\nwww.example.com\n://\nexample.com\n", "--in-order", "-q")
	if d := cmp.Diff([]int{1, 2, 3, 4}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A list that came out empty is a mistake further up: a pipeline that passes
// on it has looked at nothing. Comments alone are no orders, and a share of a
// list may well be empty.
func TestAnEmptyListIsNoSuccess(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.jsonl")
	for _, tt := range []struct {
		list   string
		args   []string
		status int
	}{
		{"", nil, statusUsage},
		{"# none\n\n", nil, statusUsage},
		{"id,names\n", []string{"--input", "csv"}, statusUsage},
		{"", []string{"--fail-on", "never", "-q"}, statusUsage},
		{"", []string{"--output", out}, statusUsage},
		{"example.com\n", []string{"--shard", "1/2"}, statusOK},
	} {
		p, stdout, stderr := newProgram(t, append([]string{"batch", "--demo", "healthy"}, tt.args...)...)
		p.stdin = strings.NewReader(tt.list)
		got := p.run(t.Context())
		if got != tt.status || stdout.Len() > 0 || got == statusUsage && stderr.String() != "dns01: "+emptyList.Error()+"\n" {
			t.Errorf("%q %v: status %d, stdout %q, stderr %q", tt.list, tt.args, got, stdout, stderr)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file without a result is left, which the next run would refuse to write over")
	}
}

// A million orders are not asked about when head has seen its ten lines.
func TestABatchThatNobodyReadsEnds(t *testing.T) {
	p, _, stderr := newProgram(t, "batch", "--demo", "healthy", "--jobs", "4")
	p.stdin, p.stdout = endless{}, closedPipe{}
	if got := p.run(t.Context()); got != statusUnknown || !strings.HasSuffix(stderr.String(), "dns01: nobody reads the results any more; stopped after 0 orders\n") {
		t.Errorf("status %d, stderr %q", got, stderr)
	}
}

// endless is a list without end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return copy(b, "www.example.com\n"), nil }

// A job that only gathers results is done when it has them, whatever they are;
// a line that is no order is still a mistake.
func TestBatchFailsOnWhatItIsToldTo(t *testing.T) {
	for _, tt := range []struct {
		list   string
		args   []string
		status int
	}{
		{"example.com\n", nil, statusBlocked},
		{"example.com\n", []string{"--fail-on", "never"}, statusOK},
		{"example.com\n://\n", []string{"--fail-on", "never"}, statusUsage},
	} {
		p, _, stderr := newProgram(t, append([]string{"batch", "--demo", "caa-forbids", "-q"}, tt.args...)...)
		p.stdin = strings.NewReader(tt.list)
		if got := p.run(t.Context()); got != tt.status {
			t.Errorf("%q %v: status %d, want %d; %s", tt.list, tt.args, got, tt.status, stderr)
		}
	}
}

// What a killed run has left behind is gone on with: nothing twice, nothing
// lost, and no other list taken for it.
func TestBatchResumes(t *testing.T) {
	dir := t.TempDir()
	list, out := filepath.Join(dir, "list"), filepath.Join(dir, "out")
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(list, "example.com\nwww.example.com\nexample.com\n")
	batchLines(t, statusOK, "", "-q", "--in-order", "--output", out, list)
	whole, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	write(out, string(lines[1])+string(lines[2][:20]))
	batchLines(t, statusOK, "", "-q", "--in-order", "--resume", "--output", out, list)
	again, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{2, 1, 3}, numbers(t, again)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	write(list, "example.com\nother.example.com\nexample.com\n")
	batchLines(t, statusUsage, "", "--resume", "--output", out, list)
	batchLines(t, statusUsage, "", "--output", out, list) // it exists
	write(out, "something else\n")
	batchLines(t, statusUsage, "", "--resume", "--output", out, list)
}

// What a job that runs again and again looks at is the status: it is about all
// results, those of the runs before as well.
func TestAResumedBatchHasTheStatusOfTheWholeList(t *testing.T) {
	dir := t.TempDir()
	list, out := filepath.Join(dir, "list"), filepath.Join(dir, "out.jsonl")
	write(t, list, "example.com\nhttps://example.com/\nwww.example.com\n")
	batchLines(t, statusUsage, "", "-q", "--output", out, list)
	batchLines(t, statusUsage, "", "-q", "--resume", "--output", out, list)
	line := `{"schema":1,"order":1,"line":1,"id":"","identifiers":["example.com"],"verdict":"retry"}` + "\n"
	for verdict, status := range map[string]int{"retry": statusRetry, "blocked": statusBlocked, "ready": statusOK, "unknown": statusUnknown} {
		write(t, list, "example.com\nwww.example.com\n")
		write(t, out, strings.Replace(line, "retry", verdict, 1))
		batchLines(t, status, "", "-q", "--resume", "--output", out, list)
	}
}

// Where the lines have to be in order, those behind one that a run could not
// finish are left to the run that goes on.
func TestInOrderNothingIsWrittenBehindWhatWasNotFinished(t *testing.T) {
	var out bytes.Buffer
	p, _, _ := newProgram(t)
	b := &batch{judging: &judging{p: p}, o: batchOptions{inOrder: true}, out: &results{Writer: &out}, done: &doneOrders{}}
	b.o.quiet = true
	b.progress = p.newBatchProgress(b.o, 0)
	finished, room := make(chan result, 3), make(chan struct{}, 3)
	for n, begun := range []bool{false, true, false} {
		room <- struct{}{}
		finished <- result{orderLine: orderLine{number: n + 1, err: errors.New("no order")}, begun: begun}
	}
	close(finished)
	if err := b.write(finished, room, func(error) {}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{1}, numbers(t, out.Bytes())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A batch is killed at any moment, twenty times, and gone on with.
func TestBatchSurvivesKills(t *testing.T) {
	binary, err := exec.LookPath("dns01")
	if err != nil {
		t.Skip("no program to kill: ", err)
	}
	const orders = 600
	dir := t.TempDir()
	list, out := filepath.Join(dir, "list"), filepath.Join(dir, "out")
	var text strings.Builder
	for i := range orders {
		fmt.Fprintf(&text, "host%d.example.com\n", i)
	}
	if err := os.WriteFile(list, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(killAfter time.Duration) error {
		cmd := exec.Command(binary, "batch", "--demo", "healthy", "--pace", "none", "--timeout", "20s", "--jobs", "8", "--quiet", "--resume", "--output", out, list)
		var stderr bytes.Buffer
		cmd.Env, cmd.Stderr = ownEnvironment(), &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if killAfter > 0 {
			defer time.AfterFunc(killAfter, func() { _ = cmd.Process.Kill() }).Stop()
		}
		err := cmd.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		return err
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		_ = run(20*time.Millisecond + time.Duration(rng.Int64N(int64(100*time.Millisecond))))
	}
	if err := run(0); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	times := map[int]int{}
	for _, n := range numbers(t, got) {
		times[n]++
	}
	for n := 1; n <= orders; n++ {
		if times[n] != 1 {
			t.Errorf("order %d has %d results", n, times[n])
		}
	}
}

func TestBatchHelpTellsEveryFlag(t *testing.T) {
	text, err := helpTexts.ReadFile("help/batch.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range newBatchFlags().names() {
		if !strings.Contains(string(text), name) {
			t.Errorf("help batch does not tell of %s", name)
		}
	}
}

// Two runs that go on with the same file would each judge what the other does,
// and write half lines into each other's.
func TestTwoBatchesDoNotShareAFile(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.jsonl")
	p, _, _ := newProgram(t)
	first, _, err := p.openResults(batchOptions{output: out})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.openResults(batchOptions{output: out, resume: true}); err == nil || err.Error() != "--output "+out+" is being written by another batch; wait for its end, or name another file" {
		t.Errorf("the second: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	after, _, err := p.openResults(batchOptions{output: out, resume: true})
	if err != nil {
		t.Fatal("after the first:", err)
	}
	if err := after.discard(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what holds no line is still there: %v", err)
	}
}

// A file that was named by mistake stays as it is, though its one line is not
// finished.
func TestResumeCutsNothingOffForeignFiles(t *testing.T) {
	out := filepath.Join(t.TempDir(), "secret")
	write(t, out, "a key of one line")
	p, _, _ := newProgram(t)
	for file, want := range map[string]string{out: "ends with what is not a result of a batch", os.DevNull: "is no regular file"} {
		if _, _, err := p.openResults(batchOptions{output: file, resume: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if got := read(t, out); got != "a key of one line" {
		t.Errorf("it is %q now", got)
	}
}
