// Package jsonpage describes the JSON that dns01 check, wait, watch and batch write: it
// makes docs/json.md for people and docs/report-v1.schema.json for validators.
//
// The fields are read from the source of package report, so that neither page
// can differ from what is written; what each of them means stands in words.go,
// and a field without words is an error. Start reading at documents.go.
package jsonpage

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// A field is one key of an object.
type field struct {
	key      string
	in       string // Go name of the type that declares it
	expr     ast.Expr
	optional bool // omitempty
}

// types are the structs of the package, by name.
type types map[string]*ast.StructType

// read parses the files of a folder.
func read(dir string) (types, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	all := types{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					all[spec.Name.Name] = s
				}
			}
			return true
		})
	}
	return all, nil
}

// fields lists the keys of a type in the order in which they are written,
// those of embedded types among them.
func (ts types) fields(name string) ([]field, error) {
	s, ok := ts[name]
	if !ok {
		return nil, fmt.Errorf("there is no struct %s", name)
	}
	var all []field
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 {
			id, ok := f.Type.(*ast.Ident)
			if !ok {
				return nil, fmt.Errorf("%s embeds what is no struct of the package", name)
			}
			inner, err := ts.fields(id.Name)
			if err != nil {
				return nil, err
			}
			all = append(all, inner...)
			continue
		}
		key, optional, err := tag(f)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, f.Names[0].Name, err)
		}
		all = append(all, field{key, name, f.Type, optional})
	}
	return all, nil
}

// tag reads the key of a field.
func tag(f *ast.Field) (key string, optional bool, err error) {
	if f.Tag == nil {
		return "", false, fmt.Errorf("no json tag")
	}
	text, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return "", false, err
	}
	key, rest, _ := strings.Cut(reflect.StructTag(text).Get("json"), ",")
	if key == "" || key == "-" {
		return "", false, fmt.Errorf("no key in its json tag")
	}
	return key, rest == "omitempty", nil
}
