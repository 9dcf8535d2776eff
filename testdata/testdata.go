// Package testdata embeds the scenarios: broken worlds for dns01/resolver/lab,
// one txtar file each. Tests run them, and the program plays them as demo.
package testdata

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed scenarios/*.txtar
var scenarios embed.FS

// Scenarios returns the names of all scenarios, sorted, without ".txtar".
func Scenarios() []string {
	files, err := fs.Glob(scenarios, "scenarios/*.txtar")
	if err != nil {
		panic("testdata: " + err.Error()) // the pattern is a constant
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(f, "scenarios/"), ".txtar")
	}
	slices.Sort(names)
	return names
}

// Scenario returns the file of the scenario of that name.
func Scenario(name string) ([]byte, error) {
	data, err := scenarios.ReadFile("scenarios/" + name + ".txtar")
	if err != nil {
		return nil, fmt.Errorf("there is no scenario %q", name)
	}
	return data, nil
}

// Title returns the first line of the scenario of that name: what is wrong in
// it. It is "" when there is none.
func Title(name string) string {
	data, err := Scenario(name)
	if err != nil {
		return ""
	}
	title, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(title)
}
