package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dns01/check"
)

// elementsOf parses a page as a browser does, and returns its elements with
// their attributes, each kind once, and its text.
func elementsOf(t *testing.T, page string) (kinds []string, text string) {
	t.Helper()
	kinds, text, err := elementsIn(page)
	if err != nil {
		t.Fatal(err)
	}
	return kinds, text
}

func elementsIn(page string) (kinds []string, text string, err error) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, "", err
	}
	var b strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			kind := n.Data
			for _, a := range n.Attr {
				kind += " " + a.Key
			}
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		case html.TextNode:
			b.WriteString(n.Data)
		case html.CommentNode:
			kinds = append(kinds, "comment")
		}
	}
	slices.Sort(kinds)
	return kinds, b.String(), nil
}

// Whoever publishes a DNS record must not get to write on the page of the one
// who watches it.
func TestHTMLHoldsNothingButText(t *testing.T) {
	want, _ := elementsOf(t, rendered(t, HTML, tricked("harmless")))
	for _, trick := range tricks {
		kinds, text := elementsOf(t, rendered(t, HTML, tricked(trick)))
		if !slices.Equal(kinds, want) {
			t.Errorf("%q makes of the page %q, want %q", trick, kinds, want)
		}
		if !strings.Contains(text, visible(trick)) {
			t.Errorf("%q is not there as text", visible(trick))
		}
	}
}

func TestIndexHoldsNothingButText(t *testing.T) {
	index := func(trick string) string {
		return rendered(t, func(w io.Writer, _ []Report) error {
			return IndexHTML(w, Index{
				Title: trick, Lines: []string{trick}, Counts: map[check.Verdict]int{check.Ready: 1}, From: 200, Total: 500, Query: "verdict=ready&",
				Orders: []IndexOrder{{Name: trick, Identifiers: []string{trick, trick}, Verdict: check.Ready, Text: trick, Checked: start}},
			})
		})
	}
	want, _ := elementsOf(t, index("harmless"))
	for _, trick := range tricks {
		page := index(trick)
		if kinds, _ := elementsOf(t, page); !slices.Equal(kinds, want) {
			t.Errorf("%q makes of the page %q, want %q", trick, kinds, want)
		}
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "href" && !strings.HasPrefix(a.Val, "report/") && !strings.HasPrefix(a.Val, "?verdict=ready") && a.Val != "?" {
					t.Errorf("%q makes a link to %q", trick, a.Val)
				}
			}
		}
	}
}

// The policy allows one style sheet, and that has to be the page's.
func TestPolicyAllowsTheStyle(t *testing.T) {
	for _, page := range []string{
		rendered(t, HTML, staleSecondary()),
		rendered(t, func(w io.Writer, _ []Report) error { return IndexHTML(w, Index{}) }),
	} {
		_, rest, _ := strings.Cut(page, "<style>")
		style, _, ok := strings.Cut(rest, "</style>")
		sum := sha256.Sum256([]byte(style))
		if want := fmt.Sprintf("style-src 'sha256-%s'", base64.StdEncoding.EncodeToString(sum[:])); !ok || !strings.Contains(HTMLPolicy(), want) {
			t.Errorf("the policy is %s, the style needs %s", HTMLPolicy(), want)
		}
		if strings.Contains(page, "style=") || strings.Contains(page, "<script") || strings.Contains(page, "http") {
			t.Error("the page holds what the policy forbids")
		}
	}
}

// A watch may have more orders than a browser likes.
func TestIndexGoesOn(t *testing.T) {
	page := rendered(t, func(w io.Writer, _ []Report) error {
		return IndexHTML(w, Index{From: 200, Total: 1000, Orders: make([]IndexOrder, IndexSize), Query: "verdict=blocked&"})
	})
	for _, want := range []string{`href="?verdict=blocked&amp;from=0"`, `href="?verdict=blocked&amp;from=400"`, "201 to 400 of 1000 orders"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
}
