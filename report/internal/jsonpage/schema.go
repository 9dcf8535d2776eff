package jsonpage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"strings"
)

// A node is a JSON Schema (draft 2020-12), as far as it is needed here. Maps
// are written with sorted keys, so the file is the same each time.
type node map[string]any

// Schema describes every document, from the source in a folder. Objects stay
// open: a reader has to pass over fields that it does not know.
func Schema(dir string) ([]byte, error) {
	ts, err := read(dir)
	if err != nil {
		return nil, err
	}
	defs := node{}
	var any []node
	for _, d := range documents {
		if err := ts.define(defs, d.typ); err != nil {
			return nil, err
		}
		any = append(any, node{"$ref": "#/$defs/" + def(d.typ)})
	}
	doc := node{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"$id":         "urn:dns01:report-v1",
		"title":       "dns01 report, schema 1",
		"description": "Generated from package report. Within schema 1 fields are added, never removed, renamed or given another type.",
		"anyOf":       any,
		"$defs":       defs,
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err = enc.Encode(doc)
	return b.Bytes(), err
}

// def names a Go type in the schema.
func def(typ string) string {
	for _, d := range documents {
		if d.typ == typ {
			return d.def
		}
	}
	name := strings.TrimPrefix(typ, "json")
	return strings.ToLower(name[:1]) + name[1:]
}

// define adds a type and those that it is made of.
func (ts types) define(defs node, typ string) error {
	if defs[def(typ)] != nil {
		return nil
	}
	fields, err := ts.fields(typ)
	if err != nil {
		return err
	}
	properties, required := node{}, []string{}
	defs[def(typ)] = node{"type": "object", "properties": properties}
	for _, f := range fields {
		n, err := ts.node(defs, f.expr, f.optional)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", typ, f.key, err)
		}
		if n["description"], err = wordsOf(f); err != nil {
			return err
		}
		fixed(n, typ, f)
		properties[f.key] = n
		if !f.optional {
			required = append(required, f.key)
		}
	}
	defs[def(typ)].(node)["required"] = required
	return nil
}

// fixed adds what Go's types do not tell: constants that documents can be told
// apart by, and times.
func fixed(n node, typ string, f field) {
	switch {
	case f.key == "schema":
		n["const"] = 1
	case f.key == "event":
		n["const"] = def(typ)
	case f.key == "at" || f.key == "started_at":
		n["format"] = "date-time"
	}
}

// node is the schema of a Go type. A pointer that is always there is null when
// the value is not known; one with omitempty is left out.
func (ts types) node(defs node, expr ast.Expr, optional bool) (node, error) {
	switch e := expr.(type) {
	case *ast.StarExpr:
		n, err := ts.node(defs, e.X, false)
		if err == nil && !optional {
			return orNull(n), nil
		}
		return n, err
	case *ast.ArrayType:
		items, err := ts.node(defs, e.Elt, false)
		return node{"type": "array", "items": items}, err
	case *ast.MapType:
		values, err := ts.node(defs, e.Value, false)
		return node{"type": "object", "additionalProperties": values}, err
	case *ast.Ident:
		if ts[e.Name] != nil {
			return node{"$ref": "#/$defs/" + def(e.Name)}, ts.define(defs, e.Name)
		}
	}
	name := nameOf(expr)
	if values, ok := enums[name]; ok {
		return node{"type": "string", "enum": values}, nil
	}
	if t := jsonType(name); t != "" {
		return node{"type": t}, nil
	}
	return nil, fmt.Errorf("type %s is not known to the page", name)
}

func orNull(n node) node {
	if t, ok := n["type"].(string); ok {
		n["type"] = []string{t, "null"}
		return n
	}
	return node{"anyOf": []node{n, {"type": "null"}}}
}

// nameOf is a type's name as Go has it: "string", "check.Verdict".
func nameOf(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	}
	return fmt.Sprintf("%T", expr)
}

// jsonType is what a basic type is in JSON, or "".
func jsonType(name string) string {
	switch name {
	case "string":
		return "string"
	case "bool":
		return "boolean"
	case "float64":
		return "number"
	case "int", "int64", "uint8", "uint16", "uint32", "uint64":
		return "integer"
	}
	return ""
}
