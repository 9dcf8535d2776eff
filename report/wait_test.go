package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// statesFor are those of so many names at two servers, of which the second
// lacks what every third name needs.
func statesFor(names int) []State {
	var all []State
	for i := range names {
		s := State{Target: fmt.Sprintf("_acme-challenge.host%02d.example.com", i), Zone: "example.com", Server: "ns1.example.com", Addr: netip.MustParseAddr("192.0.2.1"), Answer: "1 of 1", Has: true, Usable: true}
		all = append(all, s)
		s.Server, s.Addr = "ns2.example.com", netip.MustParseAddr("203.0.113.1")
		if i%3 == 0 {
			s.Answer, s.Has = "NXDOMAIN", false
		}
		all = append(all, s)
	}
	return all
}

// Who waits for many names wants those that are open, on a screen of any size.
func TestStateTable(t *testing.T) {
	tests := []struct {
		name              string
		names, most, wide int
		want              string
	}{
		{"one name", 1, 0, 80, `
  ADDRESS      SERVER           ANSWER    SERIAL
  192.0.2.1    ns1.example.com  1 of 1         -
  203.0.113.1  ns2.example.com  NXDOMAIN       -
`},
		{"one name, one row", 1, 1, 80, `
  ADDRESS      SERVER           ANSWER    SERIAL
  203.0.113.1  ns2.example.com  NXDOMAIN       -
  and 1 address more
`},
		{"many names", 12, 3, 80, `
  NAME                                HAVE IT  LACKING
  _acme-challenge.host00.example.com  1 of 2   ns2.example.com: NXDOMAIN
  _acme-challenge.host03.example.com  1 of 2   ns2.example.com: NXDOMAIN
  _acme-challenge.host06.example.com  1 of 2   ns2.example.com: NXDOMAIN
  and 1 name more that lack it
`},
		{"many names, narrow", 4, 0, 40, `
  _acme-challenge.host00.example.com
    1 of 2
  _acme-challenge.host03.example.com
    1 of 2
`},
	}
	for _, tt := range tests {
		var b strings.Builder
		if err := StateTable(&b, statesFor(tt.names), tt.most, TextOptions{Width: tt.wide, ASCII: true}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if got, want := HaveWords(statesFor(12)), "8 of 12 names have what is expected on every server"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A zone that arrives brings all its names at once: that is one line a server.
func TestChangeGroups(t *testing.T) {
	at := time.Unix(0, 0)
	var cs []Change
	for _, s := range statesFor(4) {
		before := s
		before.Answer, before.Has = "no TXT", false
		cs = append(cs, Change{At: at, After: time.Minute, Before: before, Now: s})
	}
	want := []ChangeGroup{
		{time.Minute, "ns1.example.com (192.0.2.1) for 4 names: no TXT -> 1 of 1"},
		{time.Minute, "ns2.example.com (203.0.113.1) for 2 names: no TXT -> NXDOMAIN"},
		{time.Minute, "ns2.example.com (203.0.113.1) for 2 names: no TXT -> 1 of 1"},
	}
	if diff := cmp.Diff(want, ChangeGroups(cs, true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, want := ChangeLine(cs[0], true), "ns1.example.com (192.0.2.1) for _acme-challenge.host00.example.com: no TXT -> 1 of 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
