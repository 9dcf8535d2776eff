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

// A module is one that has packages in the program.
type module struct {
	Path, Version, Dir string
}

// linked lists the modules of the program on all targets, by path, after the
// standard library.
func linked(targets []string) ([]module, error) {
	if len(targets) == 0 {
		return nil, errors.New("no target; write GOOS/GOARCH")
	}
	goroot, err := exec.Command("go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	dir, version, _ := strings.Cut(strings.TrimSpace(string(goroot)), "\n")
	found := map[string]module{}
	for _, target := range targets {
		if err := add(found, target); err != nil {
			return nil, fmt.Errorf("%s: %w", target, err)
		}
	}
	modules := []module{{Path: "Go standard library", Version: version, Dir: dir}}
	for _, path := range slices.Sorted(func(yield func(string) bool) {
		for path := range found {
			if !yield(path) {
				return
			}
		}
	}) {
		modules = append(modules, found[path])
	}
	return modules, nil
}

// add puts the modules of one target into found.
func add(found map[string]module, target string) error {
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return errors.New("no target; write GOOS/GOARCH")
	}
	cmd := exec.Command("go", "list", "-deps", "-json=Module", "./cmd/dns01")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading go list: %w", err)
		}
		if p.Module != nil && !p.Module.Main {
			found[p.Module.Path] = module{p.Module.Path, p.Module.Version, p.Module.Dir}
		}
	}
}
