package manual

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The manuals are what man(1) shows without a complaint.
func TestManualsLint(t *testing.T) {
	path, err := exec.LookPath("mandoc")
	if err != nil {
		if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
			t.Fatal("mandoc is not installed")
		}
		t.Skip("mandoc is not installed")
	}
	pages := helpPages(t)
	for _, p := range pages {
		cmd := exec.Command(path, "-T", "lint")
		cmd.Stdin = strings.NewReader(p.Man(pages, Edition{"v0.9.0", "2026-11-30"}))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", p.ManFile(), err, out)
		}
	}
}

// What a manual shows is what the help says: no word of it is lost on the way,
// nor taken for a command of the formatter.
func TestManualsSayWhatTheHelpSays(t *testing.T) {
	path, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("mandoc is not installed")
	}
	pages := helpPages(t)
	for _, p := range pages {
		cmd := exec.Command(path, "-T", "ascii", "-O", "width=1000")
		cmd.Stdin = strings.NewReader(p.Man(pages, Edition{"v0.9.0", "2026-11-30"}))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		shown := strings.Join(strings.Fields(unstruck(string(out))), " ")
		for _, text := range p.texts() {
			if text = strings.Join(strings.Fields(text), " "); !strings.Contains(shown, text) {
				t.Errorf("%s does not say %q", p.ManFile(), text)
			}
		}
	}
}

// texts are all that a page says.
func (p Page) texts() []string {
	texts := append([]string{p.Summary}, p.Usage...)
	for _, b := range p.Blocks {
		if b.Text != "Examples" {
			texts = append(texts, b.Text)
		}
		texts = append(texts, b.Lines...)
		for _, f := range b.Flags {
			texts = append(texts, f.String(), f.Text)
		}
	}
	return texts
}

// unstruck takes out what a typewriter would print twice: bold and underlined
// letters.
func unstruck(s string) string {
	var out []rune
	for _, r := range s {
		if r == '\b' {
			out = out[:len(out)-1]
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

func helpPages(t *testing.T) []Page {
	t.Helper()
	texts := os.DirFS("../../help")
	commands, err := Commands(texts)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := Read(texts, commands)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}
