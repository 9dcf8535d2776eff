// Package dns01_test holds the rules that no single package can keep: which
// way imports point, who may touch the terminal, and what lies at the top of
// the tree. They are the table of docs/design.md, with the reason as the value.
package dns01_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A rule forbids the packages in from to import the packages in to. A pattern
// is an import path, or a path with "/..." for it and everything below; one
// without a dot in its first element and without "std:" before it is of this
// module.
type rule struct {
	from    []string
	except  []string // packages that from would cover, and that may
	to      []string
	because string
}

var everything = []string{"..."}

var importRules = []rule{
	{
		from:    []string{"check/..."},
		to:      []string{"resolver", "github.com/miekg/dns", "std:net", "std:os", "std:context"},
		because: "a check that can ask is a check that waits, and cannot be tested with a literal",
	},
	{
		from:    []string{"check/..."},
		to:      []string{"report/...", "tui/...", "resolver/lab/..."},
		because: "a judgement does not know how it is shown or tried",
	},
	{
		from:    []string{"resolver/survey/..."},
		to:      []string{"check/..."},
		because: "looking must not depend on what we hope to find",
	},
	{
		from:    []string{"caa/...", "check/known/..."},
		to:      everything,
		because: "they are vocabulary",
	},
	{
		from:    []string{"resolver"},
		to:      []string{"resolver/survey/...", "resolver/lab/...", "check/..."},
		because: "the door does not know the house",
	},
	{
		from:    []string{"resolver/lab/..."},
		to:      []string{"resolver/survey/...", "check/...", "report/...", "tui/...", "std:testing"},
		because: "it is a world, not a test",
	},
	{
		from:    []string{"report/..."},
		to:      []string{"tui/..."},
		because: "a document does not know the screen",
	},
	{
		from:    []string{"tui/..."},
		to:      []string{"resolver", "resolver/lab/...", "github.com/miekg/dns", "std:os"},
		because: "the screen shows what a run tells, and asks nothing itself: the run is a function passed in",
	},
	{
		from:    everything,
		except:  []string{"cmd/..."},
		to:      []string{"cmd/...", "github.com/spf13/pflag", "std:flag"},
		because: "the command line is read in one place",
	},
	{
		from:    everything,
		except:  []string{"cmd/..."},
		to:      []string{"github.com/prometheus/client_golang/..."},
		because: "what is measured of a run is in its report; only a program that stays has counters",
	},
	{
		from:    everything,
		except:  []string{"tui/..."},
		to:      []string{"github.com/charmbracelet/bubbletea", "github.com/charmbracelet/bubbles/..."},
		because: "it keeps the screen in one place",
	},
	{
		from:    everything,
		except:  []string{"tui/...", "report/..."},
		to:      []string{"github.com/charmbracelet/lipgloss/..."},
		because: "it keeps the screen in one place",
	},
	{
		from:    everything,
		to:      []string{"std:testing", "std:C"},
		because: "tests stay out of the binary, and so does cgo",
	},
	{
		from:    everything,
		except:  []string{"resolver/...", "cmd/..."},
		to:      []string{"std:net", "std:net/http", "std:crypto/tls"},
		because: "everything that can touch the network lives under resolver/",
	},
}

// A selectorRule forbids the use of package.Name in the packages of from.
type selectorRule struct {
	from    []string
	except  []string
	names   []string // "os.Exit": the import path, a dot, the name
	because string
}

var selectorRules = []selectorRule{
	{
		from:    everything,
		except:  []string{"cmd/..."},
		names:   []string{"os.Exit", "os.Stdout", "os.Stderr", "os.Stdin", "os.Args", "log.Fatal", "log.Fatalf"},
		because: "streams come in as io.Writer, and only the program ends the program",
	},
	{
		from:    everything,
		names:   []string{"github.com/miekg/dns.NewRR", "github.com/miekg/dns.ReadRR"},
		because: "they obey $INCLUDE, and read whatever file of this host a stranger's text names",
	},
	{
		from:    []string{"check/...", "caa/..."},
		names:   []string{"time.Now", "time.Since", "time.Until"},
		because: "a judgement is as of the order's time, so that a recording can be judged again",
	},
}

// topLevel is every folder that the top of the tree may hold, besides those
// that start with a dot.
var topLevel = []string{"caa", "check", "cmd", "deploy", "docs", "report", "resolver", "scripts", "testdata", "tui"}

//go:generate go run ./scripts/internal/importgraph docs/architecture.md

const module = "dns01"

// A listed package is what `go list -json` says of it.
type listed struct {
	ImportPath     string
	Dir            string
	Imports        []string
	GoFiles        []string
	IgnoredGoFiles []string // left out on this system only
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		for _, r := range importRules {
			if !matchesAny(r.from, p.ImportPath) || matchesAny(r.except, p.ImportPath) {
				continue
			}
			for _, imp := range p.Imports {
				if imp != p.ImportPath && matchesAny(r.to, imp) {
					t.Errorf("%s imports %s: never, because %s", p.ImportPath, imp, r.because)
				}
			}
		}
	}
}

func TestSelectors(t *testing.T) {
	for _, p := range packages(t) {
		for _, r := range selectorRules {
			if !matchesAny(r.from, p.ImportPath) || matchesAny(r.except, p.ImportPath) {
				continue
			}
			for _, u := range uses(t, p) {
				if slices.Contains(r.names, u.name) {
					t.Errorf("%s: %s uses %s: never, because %s", u.at, p.ImportPath, u.name, r.because)
				}
			}
		}
	}
}

// A fake internet that used the walk or the validator of the code under test
// would share its mistakes, so the lab may use of package resolver only what
// exchange.go declares, the contract, and the type that says where a root is.
func TestLabUsesOnlyTheContract(t *testing.T) {
	contract := append(declared(t, filepath.Join("resolver", "exchange.go")), "Root")
	for _, p := range packages(t) {
		if !matches("resolver/lab/...", p.ImportPath) {
			continue
		}
		for _, u := range uses(t, p) {
			name, ok := strings.CutPrefix(u.name, module+"/resolver.")
			if ok && !slices.Contains(contract, name) {
				t.Errorf("%s: %s uses resolver.%s, which is not of the contract in resolver/exchange.go: a fake that reuses the code under test shares its bugs", u.at, p.ImportPath, name)
			}
		}
	}
}

func TestNoInit(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range parse(t, p) {
			for _, d := range f.file.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: func init: importing a package must not do anything", f.fset.Position(fn.Pos()))
				}
			}
		}
	}
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || slices.Contains(topLevel, e.Name()) {
			continue
		}
		t.Errorf("%s/: a new package goes under one of %s (docs/design.md)", e.Name(), strings.Join(topLevel, ", "))
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern, path string
		want          bool
	}{
		{"...", "dns01/caa", true},
		{"...", "fmt", false},
		{"check", "dns01/check", true},
		{"check", "dns01/check/known", false},
		{"check/...", "dns01/check", true},
		{"check/...", "dns01/check/known", true},
		{"check/...", "dns01/checks", false},
		{"std:net", "net", true},
		{"std:net", "net/netip", false},
		{"std:net", "dns01/net", false},
		{"github.com/charmbracelet/bubbles/...", "github.com/charmbracelet/bubbles/key", true},
		{"github.com/miekg/dns", "github.com/miekg/dns", true},
	}
	for _, tt := range tests {
		if got := matches(tt.pattern, tt.path); got != tt.want {
			t.Errorf("matches(%q, %q) = %v, want %v", tt.pattern, tt.path, got, tt.want)
		}
	}
}

func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

// matches reports whether an import path is one that the pattern means.
func matches(pattern, path string) bool {
	if std, ok := strings.CutPrefix(pattern, "std:"); ok {
		return path == std
	}
	if first, _, _ := strings.Cut(pattern, "/"); first == "..." || !strings.Contains(first, ".") {
		pattern = module + "/" + pattern
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

// packages lists the packages of the module without their tests. The wildcard
// leaves out every folder called testdata, ours with the embedded scenarios too.
func packages(t *testing.T) []listed {
	t.Helper()
	args := []string{"list", "-json=ImportPath,Dir,Imports,GoFiles,IgnoredGoFiles", "./..."}
	if embeds, _ := filepath.Glob("testdata/*.go"); len(embeds) > 0 {
		args = append(args, "./testdata")
	}
	cmd := exec.Command("go", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var ps []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		ps = append(ps, p)
	}
}

type parsed struct {
	fset *token.FileSet
	file *ast.File
}

// parse reads the files of p that are no tests, those for other systems too.
func parse(t *testing.T, p listed) []parsed {
	t.Helper()
	var fs []parsed
	for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name.Name == "main" && !strings.Contains(p.ImportPath, "/cmd/") {
			continue // a generator, run by hand, no part of the program
		}
		fs = append(fs, parsed{fset, f})
	}
	return fs
}

// A use is one mention of an imported package's name, as "import/path.Name".
type use struct {
	name string
	at   token.Position
}

func uses(t *testing.T, p listed) []use {
	t.Helper()
	var us []use
	for _, f := range parse(t, p) {
		paths := importedAs(f.file)
		ast.Inspect(f.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && paths[x.Name] != "" {
				us = append(us, use{fmt.Sprintf("%s.%s", paths[x.Name], sel.Sel.Name), f.fset.Position(sel.Pos())})
			}
			return true
		})
	}
	return us
}

// importedAs maps the names that a file knows packages by to their paths. A
// package without a name of its own goes by the last element of its path.
func importedAs(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}

// declared returns the exported names that a file declares at its top level.
func declared(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names = append(names, d.Name.Name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}
