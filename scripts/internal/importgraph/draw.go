package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// reduced are the imports of each package without those that follow from
// others: a graph of all has more arrows than anybody reads.
func reduced(nodes []node) map[string][]string {
	all := map[string]map[string]bool{}
	direct := map[string][]string{}
	for _, n := range nodes {
		direct[n.path] = n.imports
	}
	var reach func(path string) map[string]bool
	reach = func(path string) map[string]bool {
		if all[path] == nil {
			all[path] = map[string]bool{}
			for _, imp := range direct[path] {
				all[path][imp] = true
				for far := range reach(imp) {
					all[path][far] = true
				}
			}
		}
		return all[path]
	}
	kept := map[string][]string{}
	for _, n := range nodes {
		for _, imp := range n.imports {
			follows := slices.ContainsFunc(n.imports, func(other string) bool { return other != imp && reach(other)[imp] })
			if !follows {
				kept[n.path] = append(kept[n.path], imp)
			}
		}
		slices.Sort(kept[n.path])
	}
	return kept
}

// drawn is the graph in the language of Mermaid.
func drawn(nodes []node) string {
	id := func(path string) string { return strings.NewReplacer("/", "_", "-", "_").Replace(path) }
	var g strings.Builder
	g.WriteString("```mermaid\nflowchart TD\n")
	for _, n := range nodes {
		fmt.Fprintf(&g, "    %s[\"%s\"]\n", id(n.path), n.path)
	}
	kept := reduced(nodes)
	for _, n := range nodes {
		for _, imp := range kept[n.path] {
			fmt.Fprintf(&g, "    %s --> %s\n", id(n.path), id(imp))
		}
	}
	g.WriteString("```\n")
	return g.String()
}

// tabled says what each package is.
func tabled(nodes []node) string {
	var t strings.Builder
	t.WriteString("| package | what it says of itself | modules of others |\n|---|---|---|\n")
	for _, n := range nodes {
		doc := strings.NewReplacer("|", `\|`, "[", "", "]", "").Replace(n.doc)
		doc = strings.TrimPrefix(doc, "Package "+n.path[strings.LastIndex(n.path, "/")+1:]+" ")
		doc = strings.TrimPrefix(doc, "Command dns01 ")
		slices.Sort(n.others)
		fmt.Fprintf(&t, "| `%s` | %s | %s |\n", n.path, doc, strings.Join(n.others, ", "))
	}
	return t.String()
}

// The marks of what is made.
const (
	begin = "<!-- made by go generate: begin -->\n"
	end   = "<!-- made by go generate: end -->\n"
)

// placed puts a text between the marks of a page.
func placed(page, text string) (string, error) {
	head, rest, ok := strings.Cut(page, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", errors.New("the marks are missing: " + strings.TrimSpace(begin) + " and " + strings.TrimSpace(end))
	}
	return head + begin + "\n" + text + "\n" + end + tail, nil
}
