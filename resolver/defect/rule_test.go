package defect

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A goroutine that a run starts in another way takes the whole program with it
// when it breaks down.
func TestRunsStartTheirGoroutinesHere(t *testing.T) {
	for _, folder := range []string{"", "survey", "dnssec", "recording", "vantage", "vantage/openmpic", "vantage/globalping", "vantage/web"} {
		files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(folder), "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				goroutines(t, file)
			}
		}
	}
}

func goroutines(t *testing.T, file string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if !catches(n) {
				t.Errorf("%s: a goroutine without defer defect.Catch", fset.Position(n.Pos()))
			}
		case *ast.CallExpr:
			s, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "Go" {
				return true
			}
			if x, ok := s.X.(*ast.Ident); !ok || x.Name != "defect" {
				t.Errorf("%s: a goroutine that defect.Go should start", fset.Position(n.Pos()))
			}
		}
		return true
	})
}

// catches reports whether the function of a go statement defers defect.Catch.
func catches(g *ast.GoStmt) bool {
	f, ok := g.Call.Fun.(*ast.FuncLit)
	if !ok {
		return false
	}
	for _, s := range f.Body.List {
		d, ok := s.(*ast.DeferStmt)
		if !ok {
			continue
		}
		if s, ok := d.Call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Catch" {
			return true
		}
	}
	return false
}
