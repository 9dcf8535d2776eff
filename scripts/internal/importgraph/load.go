package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A node is a package of the program.
type node struct {
	path    string   // below the module: "resolver/survey"
	doc     string   // the first sentence of its comment
	imports []string // of the program, paths as above
	others  []string // modules of others that it imports itself
}

// load lists the packages of the program that a binary is made of.
func load(binary string) ([]node, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Doc,Imports,Module,Standard", binary)
	// The graph is the same wherever it is drawn.
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	return decode(out)
}

// A listed package is what go list says of it.
type listed struct {
	ImportPath, Doc string
	Imports         []string
	Module          *struct {
		Path string
		Main bool
	}
}

func decode(out []byte) (nodes []node, err error) {
	var all []listed
	module, of := "", map[string]string{} // module of each package of others
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading go list: %w", err)
		}
		switch {
		case p.Module == nil: // the standard library
		case p.Module.Main:
			module = p.Module.Path
			all = append(all, p)
		default:
			of[p.ImportPath] = p.Module.Path
		}
	}
	for _, p := range all {
		n := node{path: strings.TrimPrefix(p.ImportPath, module+"/"), doc: p.Doc}
		for _, imp := range p.Imports {
			if ours, ok := strings.CutPrefix(imp, module+"/"); ok {
				n.imports = append(n.imports, ours)
			}
			if m := of[imp]; m != "" && !slices.Contains(n.others, m) {
				n.others = append(n.others, m)
			}
		}
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.path, b.path) })
	return nodes, nil
}
