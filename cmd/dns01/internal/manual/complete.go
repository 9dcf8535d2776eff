package manual

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
)

// Shells are those that a completion can be written for.
var Shells = []string{"bash", "zsh", "fish", "powershell"}

//go:embed shell/*.tmpl
var shellTemplates embed.FS

// Files is the kind of words that are names of files.
const Files = "files"

// Values are the words that can stand in a place of a command line.
type Values struct {
	Words map[string][]string // by kind
	// Kinds has the kind of what follows a flag ("--demo"), a flag of one
	// command ("batch --format") or a command ("demo").
	Kinds map[string]string
}

// A completed command is one as the templates see it.
type completed struct {
	Name, Summary string
	Flags         []completedFlag
	Kind          string // of its operands, or ""
}

type completedFlag struct {
	Flag
	Brief string
	Kind  string // of its argument, or ""
}

// A script is what the templates see.
type script struct {
	Commands []completed
	Words    map[string][]string
	Default  string // the command that a line without one means
}

// Complete writes the completion of the pages' commands for a shell.
func Complete(shell string, pages []Page, v Values) (string, error) {
	if !slices.Contains(Shells, shell) {
		return "", fmt.Errorf("no completion for %q", shell)
	}
	s := script{Words: maps.Clone(v.Words), Default: origin}
	for _, p := range pages {
		c := completed{Name: p.Command, Summary: p.Summary, Kind: v.Kinds[p.Command]}
		if c.Name == "" {
			c = completed{Name: first, Summary: "print the manual of a command", Kind: v.Kinds[first]}
		}
		for _, f := range p.Flags() {
			c.Flags = append(c.Flags, completedFlag{f, brief(f.Text), s.kind(p.Command, f, v)})
		}
		s.Commands = append(s.Commands, c)
	}
	funcs := template.FuncMap{
		"single": func(text string) string { return strings.ReplaceAll(text, "'", `'\''`) },
		"double": func(text string) string { return strings.ReplaceAll(text, "'", "''") },
		"spec":   strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`, "'", `'\''`).Replace,
		"join":   strings.Join,
	}
	t, err := template.New(shell+".tmpl").Funcs(funcs).ParseFS(shellTemplates, "shell/"+shell+".tmpl")
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = t.Execute(&text, s)
	return text.String(), err
}

// kind is that of a flag's argument. Words that the argument's name lists make
// a kind of their own.
func (s *script) kind(command string, f Flag, v Values) string {
	words := strings.Split(f.Argument, "|")
	switch {
	case len(words) > 1:
		name := strings.Join(words, "-or-")
		s.Words[name] = words
		return name
	case v.Kinds[command+" --"+f.Name] != "":
		return v.Kinds[command+" --"+f.Name]
	case v.Kinds["--"+f.Name] != "":
		return v.Kinds["--"+f.Name]
	case slices.Contains([]string{"FILE", "PATH", "SOURCE"}, f.Argument):
		return Files
	}
	return ""
}

// mostBrief is how long the text beside a flag may be in a menu.
const mostBrief = 64

// brief is the beginning of a text: its first sentence, or what fits.
func brief(text string) string {
	text, _, _ = strings.Cut(text, ". ")
	text, _, _ = strings.Cut(text, "; ")
	text = strings.TrimRight(text, ".")
	if len(text) <= mostBrief {
		return text
	}
	if head, _, _ := strings.Cut(text, ", "); len(head) >= mostBrief/3 && len(head) <= mostBrief {
		return head
	}
	return text[:strings.LastIndex(text[:mostBrief], " ")] + " ..."
}
