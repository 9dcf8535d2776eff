package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// html renders Markdown as GitHub does, with HTML let through and bare links
// made into links: what is inert here is so everywhere.
func rendersTo(t *testing.T, markdown string) string {
	t.Helper()
	page, err := rendering(markdown)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func rendering(markdown string) (string, error) {
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	err := md.Convert([]byte(markdown), &b)
	return b.String(), err
}

// ours are the elements that the report itself is made of.
var (
	element = regexp.MustCompile(`</?([a-zA-Z!][a-zA-Z0-9]*)[^>]*>`)
	ours    = map[string]bool{
		"h3": true, "p": true, "code": true, "pre": true, "strong": true, "details": true, "summary": true,
		"table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "ul": true, "li": true,
	}
	quotedText = regexp.MustCompile(`(?s)<code[^>]*>.*?</code>`)
)

// A value from the DNS must not become a link, an image, a heading or a
// mention in somebody's ticket.
func TestMarkdownKeepsDataInert(t *testing.T) {
	shape := elements(rendersTo(t, rendered(t, Markdown, tricked("plain-0"))))
	for _, trick := range tricks {
		page := rendersTo(t, rendered(t, Markdown, tricked(trick)))
		for name := range elements(page) {
			if !ours[name] {
				t.Errorf("%q becomes <%s>:\n%s", trick, name, page)
			}
		}
		for _, name := range []string{"h3", "strong", "table", "td", "ul", "details"} {
			if got := elements(page)[name]; got != shape[name] {
				t.Errorf("%q: %d <%s>, want %d:\n%s", trick, got, name, shape[name], page)
			}
		}
		prose := quotedText.ReplaceAllString(page, "")
		for _, active := range []string{"@", "evil.example", ":tada:", "#1"} {
			if strings.Contains(prose, active) {
				t.Errorf("%q: %s stands outside of code:\n%s", trick, active, prose)
			}
		}
	}
}

func elements(page string) map[string]int {
	n := map[string]int{}
	for _, m := range element.FindAllStringSubmatch(page, -1) {
		n[strings.ToLower(m[1])]++
	}
	return n
}

func TestMarkdownWords(t *testing.T) {
	tests := []struct{ in, want string }{
		{"The servers answer NXDOMAIN.", "The servers answer NXDOMAIN."},
		{"ns2.example.com (203.0.113.1, 2001:db8::53) has no value.", "`ns2.example.com` (`203.0.113.1`, `2001:db8::53`) has no value."},
		{`it says "letsencrypt.org", not "none"`, "it says `\"letsencrypt.org\"`, not \"none\""},
		{"a well-known fault — it doesn't matter", "a well-known fault — it doesn't matter"},
		{`run "dns01 plan", then "ask again later".`, "run `\"dns01 plan\"`, then `\"ask again later\"`."},
		{`a "lone mark`, "a `\"lone` mark"},
		{"- # * _ ~", "`-` `#` `*` `_` `~`"},
		{"![x](y) [z]", "`![x](y` `[z]`"},
		{"a`b``c", "`a\\096b\\096\\096c`"},
	}
	for _, tt := range tests {
		got := markdownWords(tt.in)
		if tt.in == "![x](y) [z]" {
			got = strings.ReplaceAll(got, "`)", "`") // where the bracket ends up is of no matter
		}
		if got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// A forum post has 32,000 characters at most.
func TestMarkdownFitsAForumPost(t *testing.T) {
	r := manyNames()
	long := strings.Repeat("x.", 3000)
	for n := range 200 {
		f := r.Result.Findings[0]
		f.Detail, f.Fix = long, fmt.Sprintf("example%d.com. IN TXT %s", n, long)
		f.Evidence = staleSecondary().Result.Findings[0].Evidence
		r.Result.Findings = append(r.Result.Findings, f)
	}
	for _, rs := range [][]Report{{r}, {r, r, r}} {
		if n := utf8.RuneCountInString(rendered(t, Markdown, rs...)); n > 32000 {
			t.Errorf("%d reports have %d characters", len(rs), n)
		}
	}
}

func FuzzMarkdownWords(f *testing.F) {
	for _, s := range tricks {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		page := rendersTo(t, "Says "+markdownWords(s))
		for name := range elements(quotedText.ReplaceAllString(page, "")) {
			if name != "p" {
				t.Errorf("%q becomes <%s>: %s", s, name, page)
			}
		}
	})
}
