package resolver

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type exchangerFunc func(context.Context, Query) (Reply, error)

func (f exchangerFunc) Exchange(ctx context.Context, q Query) (Reply, error) { return f(ctx, q) }

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func TestNextLabel(t *testing.T) {
	for _, tt := range []struct{ name, zone, want string }{
		{"_acme-challenge.www.example.com", ".", "com"},
		{"_acme-challenge.www.example.com", "com", "example.com"},
		{"example.com", "com", "example.com"},
		{"example.com", "example.com", ""},
	} {
		if got := nextLabel(tt.name, tt.zone); got != tt.want {
			t.Errorf("nextLabel(%q, %q) = %q, want %q", tt.name, tt.zone, got, tt.want)
		}
	}
}

func TestParseRoots(t *testing.T) {
	roots, err := ParseRoots(strings.NewReader(". 60 NS a.root.\na.root. 60 A 192.0.2.1\na.root. 60 AAAA 2001:db8::1\n. 60 NS b.root.\n"))
	want := []Root{{Name: "a.root", Addrs: addrsOfText("192.0.2.1", "2001:db8::1")}}
	if d := cmp.Diff(want, roots, cmp.Comparer(func(a, b addr) bool { return a == b })); d != "" || err != nil {
		t.Error(d, err)
	}
	for _, bad := range []string{"", "nonsense", ". 60 NS a.root.\n"} {
		if _, err := ParseRoots(strings.NewReader(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
	if n := len(BuiltinRoots()); n != 13 {
		t.Errorf("%d built-in root servers", n)
	}
}

func TestParseAnchors(t *testing.T) {
	if n := len(BuiltinAnchors()); n != 2 {
		t.Errorf("%d built-in anchors", n)
	}
	for _, bad := range []string{"", ". 60 NS a.", ". DS nonsense"} {
		if _, err := ParseAnchors(strings.NewReader(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}
