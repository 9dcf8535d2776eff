package manual

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const example = `Usage: tool dig [flags] NAME
       tool dig --list

Digs.

Examples:

  tool dig x

How:

  -f, --file FILE        names, from a file
  --root FILE, --allow,
  -4, --ipv4, --deadline DURATION (of one), --world[=NAME]
                         as in "dns01 help check", or not
  --format a|b           a by default. Long texts
                         go on

  -h, --help             print this

Exit status: 0.
`

func TestParse(t *testing.T) {
	got, err := parse(example)
	if err != nil {
		t.Fatal(err)
	}
	as := `as in "dns01 help check", or not`
	want := Page{
		Usage: []string{"tool dig [flags] NAME", "tool dig --list"},
		Blocks: []Block{
			{Text: "Digs."},
			{Text: "Examples", Lead: true, Lines: []string{"tool dig x"}},
			{Text: "How", Lead: true, Flags: []Flag{
				{Short: "f", Name: "file", Argument: "FILE", Text: "names, from a file"},
				{Name: "root", Argument: "FILE", Text: as},
				{Name: "allow", Text: as},
				{Short: "4", Name: "ipv4", Text: as},
				{Name: "deadline", Argument: "DURATION", Note: "of one", Text: as},
				{Name: "world", Argument: "NAME", Optional: true, Text: as},
				{Name: "format", Argument: "a|b", Text: "a by default. Long texts go on"},
			}},
			{Flags: []Flag{{Short: "h", Name: "help", Text: "print this"}}},
			{Text: "Exit status: 0."},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A text that is not of the form would be a manual with holes.
func TestParseIsStrict(t *testing.T) {
	tests := []struct{ name, from, to, want string }{
		{"no usage", "Usage: tool dig [flags] NAME\n       tool dig --list\n", "", "no \"Usage:"},
		{"no examples", "Examples:", "For example:", "no block \"Examples:\""},
		{"a tab", "Digs.", "Digs\t.", "printable"},
		{"a long line", "Digs.", strings.Repeat("Digs. ", 20) + "end", "longer than 80"},
		{"a flag twice", "-h, --help  ", "-h, --file  ", "--file is told of twice"},
		{"a short flag alone", "-h, --help  ", "-h, -x      ", "-x\" is no flag"},
		{"two arguments", "--root FILE,", "--root FILE NAME,", "is no flag"},
		{"a paragraph runs into flags", "How:\n\n", "How:\n", "an empty line"},
	}
	for _, tt := range tests {
		_, err := parse(strings.Replace(example, tt.from, tt.to, 1))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

func TestInherit(t *testing.T) {
	texts := fstest.MapFS{
		"help.txt":  {Data: []byte("Usage: t\n\nCommands:\n\n  check  look\n         twice\n  dig    look deeper\n  help   print this\n\nExamples:\n\n  t\n")},
		"check.txt": {Data: []byte("Usage: t check\n\nExamples:\n\n  t check\n\n  --ca CA    one of many\n  --now TIME  then\n")},
		"dig.txt":   {Data: []byte("Usage: t dig\n\nExamples:\n\n  t dig\n\n  --ca CA    as for check, for all\n\nAs in check:\n\n  --now TIME\n")},
	}
	pages, err := Read(texts, []string{"check", "dig", "help"})
	if err != nil {
		t.Fatal(err)
	}
	if pages[1].Summary != "look twice" || len(pages) != 3 {
		t.Errorf("%d pages, %q", len(pages), pages[1].Summary)
	}
	want := []Flag{{Name: "ca", Argument: "CA", Text: "one of many; here for all"}, {Name: "now", Argument: "TIME", Text: "then"}}
	if diff := cmp.Diff(want, pages[2].Flags()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	texts["dig.txt"].Data = append(texts["dig.txt"].Data, "  --own\n"...)
	if _, err := Read(texts, []string{"check", "dig"}); err == nil || !strings.Contains(err.Error(), "--own has no text") {
		t.Errorf("a flag that nobody describes: %v", err)
	}
}

func TestBrief(t *testing.T) {
	tests := []struct{ text, want string }{
		{"for one query, 1s by default", "for one query, 1s by default"},
		{"TXT value. Repeat it", "TXT value"},
		{"dns-01 (the default), dns-account-01 or dns-persist-01; the report says", "dns-01 (the default), dns-account-01 or dns-persist-01"},
		{"letsencrypt (the default), letsencrypt-staging, another short name, or an ACME directory URL", "letsencrypt (the default)"},
		{strings.Repeat("word ", 20), "word word word word word word word word word word word word ..."},
	}
	for _, tt := range tests {
		if got := brief(tt.text); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
