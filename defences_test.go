package dns01_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// A defence is one of SECURITY.md, with how to take it away: what stands in a
// file, what to put there instead, and the test that has to fail then. They are
// the files of testdata/defences.
type defence struct {
	name, story   string
	folder, test  string // "./resolver", "TestVictims"
	file          string
	before, after []string
}

func defences(t *testing.T) []defence {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "defences", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d defences, %v", len(files), err)
	}
	var ds []defence
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := defence{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), story: strings.TrimSpace(string(a.Comment))}
		for _, part := range a.Files {
			switch text := string(part.Data); part.Name {
			case "test":
				d.folder, d.test, _ = strings.Cut(strings.TrimSpace(text), " ")
			case "file":
				d.file = strings.TrimSpace(text)
			case "old":
				d.before = append(d.before, text)
			case "new":
				d.after = append(d.after, text)
			default:
				t.Fatalf("%s: nobody knows a part %q", file, part.Name)
			}
		}
		if d.story == "" || d.test == "" || d.file == "" || len(d.before) == 0 || len(d.before) != len(d.after) {
			t.Fatalf("%s is not whole: a story, test, file, and old and new in turn", file)
		}
		ds = append(ds, d)
	}
	return ds
}

// without is the file without the defence.
func (d defence) without() ([]byte, error) {
	text, err := os.ReadFile(d.file)
	if err != nil {
		return nil, err
	}
	for i, old := range d.before {
		if bytes.Count(text, []byte(old)) != 1 {
			return nil, errors.New(d.file + " does not hold this once; say in the defence how it is taken away now:\n" + old)
		}
		text = bytes.Replace(text, []byte(old), []byte(d.after[i]), 1)
	}
	return text, nil
}

// fails runs the defence's test without it, and says what came of that.
func (d defence) fails(ctx context.Context, dir string) (verdict, output string) {
	text, err := d.without()
	if err != nil {
		return "stale", err.Error()
	}
	mutant, overlay := filepath.Join(dir, filepath.Base(d.file)), filepath.Join(dir, "overlay.json")
	where, err := filepath.Abs(d.file)
	if err != nil {
		return "stale", err.Error()
	}
	doc, err := json.Marshal(map[string]map[string]string{"Replace": {where: mutant}})
	if err := errors.Join(err, os.WriteFile(mutant, text, 0o600), os.WriteFile(overlay, doc, 0o600)); err != nil {
		return "stale", err.Error()
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout=120s", "-overlay", overlay, "-run", "^"+d.test+"$", d.folder)
	out, err := cmd.CombinedOutput()
	ended := bytes.Contains(out, []byte("test timed out")) || bytes.Contains(out, []byte("panic: ")) // within the test
	switch failed := ended || bytes.Contains(out, []byte("--- FAIL: "+d.test)); {
	case err == nil:
		return "SURVIVES", string(out)
	case !failed:
		return "stale", string(out) // it does not compile, or the test is not run
	}
	return "fails", ""
}

// Every defence can be taken away as it says, and its test stands in
// SECURITY.md. Whether that fails then is a matter of minutes: scripts/mutate
// runs it.
func TestDefencesAreWhereTheyWere(t *testing.T) {
	promised := promises(t)
	for _, d := range defences(t) {
		if _, err := d.without(); err != nil {
			t.Errorf("%s: %v", d.name, err)
		}
		if name := strings.TrimPrefix(d.folder, "./") + "." + d.test; !slices.Contains(promised, name) {
			t.Errorf("%s: SECURITY.md does not name %s", d.name, name)
		}
	}
}

// A test that passes without the defence that it is for shows nothing.
func TestDefencesAreTested(t *testing.T) {
	which := os.Getenv("DNS01_MUTATE") // "" for none, "." for all, or a part of a name
	if which == "" {
		t.Skip("it takes minutes: scripts/mutate runs it")
	}
	for _, d := range defences(t) {
		if which != "." && !strings.Contains(d.name, which) {
			continue
		}
		begun := time.Now()
		verdict, output := d.fails(t.Context(), t.TempDir())
		t.Logf("%-9s %-28s %-55s without: %s (%s)", verdict, d.name, strings.TrimPrefix(d.folder, "./")+"."+d.test, d.story, time.Since(begun).Round(time.Second))
		if verdict != "fails" {
			t.Errorf("%s: %s\n%s", d.name, verdict, output)
		}
	}
}

// promised is how SECURITY.md names a test: the folder of its package, a dot,
// and its name.
var promised = regexp.MustCompile("`((?:[a-z0-9]+/)*[a-z0-9]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")

// promises are the tests that the tables of SECURITY.md name. Every row of one
// has to name a test.
func promises(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	within := false
	for line := range strings.Lines(string(text)) {
		switch {
		case !strings.HasPrefix(line, "|"):
			within = false
			continue
		case strings.HasPrefix(line, "| threat |"):
			within = true
			continue
		case !within || strings.HasPrefix(line, "|---"):
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 3 {
			t.Errorf("%d cells, not threat, defence and test: %s", len(cells), line)
		}
		names := promised.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(names) == 0 {
			t.Errorf("no test: %s", line)
		}
		for _, m := range names {
			all = append(all, m[1]+"."+m[2])
		}
	}
	return all
}

// What SECURITY.md promises is shown by a test that exists.
func TestSecurityTable(t *testing.T) {
	all := promises(t)
	if len(all) < 40 {
		t.Errorf("%d tests: the table was not read", len(all))
	}
	known := map[string][]string{}
	for _, name := range all {
		at := strings.LastIndexByte(name, '.')
		folder, test := name[:at], name[at+1:]
		if _, ok := known[folder]; !ok {
			known[folder] = testsIn(t, folder)
		}
		if !slices.Contains(known[folder], test) {
			t.Errorf("%s has no test %s", folder, test)
		}
	}
}

// testsIn are the tests and fuzz targets of a folder.
func testsIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s has no tests", folder)
	}
	var names []string
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				names = append(names, fn.Name.Name)
			}
		}
	}
	return names
}
