package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licences, by their SPDX names, under which code may be linked
// into a program under Apache-2.0 that is given away as one file: they ask for
// their text to be passed on, and no more.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// mostUnknown is how much of a licence's file may be something else, such as
// the names of its authors.
const mostUnknown = 25.0

// legal are the files at the top of a module that have to be passed on.
var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// grant are files that give something more, and take nothing.
var grant = regexp.MustCompile(`(?i)^patents`)

// declared are modules without a file of their licence, by path and version,
// and where it is told instead.
var declared = map[string]notice{
	"github.com/mattn/go-localereader v0.0.1": {
		file: "README.md", licences: []string{"MIT"},
		text: "Yasuhiro Matsumoto (a.k.a. mattn). License: MIT, as its README.md says; there is no other file of it.",
	},
}

// A notice is a file to pass on, with the licences that it holds.
type notice struct {
	file     string
	text     string
	licences []string
}

// write writes the notices of all modules.
func write(w io.Writer, modules []module) error {
	_, err := fmt.Fprint(w, "dns01 is one file with these in it. Their licences ask for what follows to be passed on.\n")
	for _, m := range modules {
		notices, names, nerr := licences(m)
		if nerr != nil {
			return nerr
		}
		if err == nil {
			_, err = fmt.Fprintf(w, "\n%s\n%s %s (%s)\n", strings.Repeat("=", 80), m.Path, m.Version, strings.Join(names, ", "))
		}
		for _, n := range notices {
			if err == nil {
				_, err = fmt.Fprintf(w, "\n---- %s\n\n%s\n", n.file, strings.TrimSpace(strings.ReplaceAll(n.text, "\r\n", "\n")))
			}
		}
	}
	return err
}

// licences reads the files of a module and names its licences. The error says
// what is wrong with them.
func licences(m module) (notices []notice, names []string, err error) {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w; go mod download fetches it", m.Path, m.Version, err)
	}
	for _, e := range entries {
		if e.IsDir() || !legal.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return nil, nil, err
		}
		n := notice{file: e.Name(), text: string(text)}
		if n.licences, err = judged(text); err != nil && !grant.MatchString(e.Name()) {
			return nil, nil, fmt.Errorf("%s %s: %s: %w", m.Path, m.Version, e.Name(), err)
		}
		for _, l := range n.licences {
			if !slices.Contains(names, l) {
				names = append(names, l)
			}
		}
		notices = append(notices, n)
	}
	if n, ok := declared[m.Path+" "+m.Version]; ok && len(names) == 0 {
		return []notice{n}, n.licences, nil
	}
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("%s %s has no licence at the top of %s", m.Path, m.Version, m.Dir)
	}
	return notices, names, nil
}

// judged are the licences in a file, all of which have to be allowed. A file
// without any is a notice.
func judged(text []byte) (names []string, err error) {
	cov := licensecheck.Scan(text)
	for _, m := range cov.Match {
		if m.IsURL {
			continue
		}
		if !slices.Contains(allowed, m.ID) {
			return nil, fmt.Errorf("%s is not among the licences that may be linked in: %s", m.ID, strings.Join(allowed, ", "))
		}
		if !slices.Contains(names, m.ID) {
			names = append(names, m.ID)
		}
	}
	if len(names) > 0 && cov.Percent < 100-mostUnknown {
		return nil, fmt.Errorf("%.0f %% of it is not of a known licence: read it", 100-cov.Percent)
	}
	return names, nil
}
