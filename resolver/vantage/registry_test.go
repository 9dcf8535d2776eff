package vantage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The rule of two regions hangs on where a probe stands: each country has one
// registry, and no country is missing.
func TestEveryCountryHasItsRegistry(t *testing.T) {
	n := map[string]int{}
	for code, rir := range countries {
		n[rir]++
		if got := RegistryOf(code, "EU"); got != rir || len(code) != 2 {
			t.Errorf("%s: %s, want %s", code, got, rir)
		}
	}
	// The sums are those of the list: 249 countries in all.
	if d := cmp.Diff(map[string]int{"ARIN": 29, "RIPE NCC": 76, "APNIC": 56, "LACNIC": 31, "AFRINIC": 57}, n); d != "" {
		t.Errorf("countries (-want +got):\n%s", d)
	}
	for _, tt := range []struct{ country, continent, want string }{
		{"US", "NA", "ARIN"}, {"mx", "na", "LACNIC"}, {"TT", "NA", "LACNIC"}, {"JM", "NA", "ARIN"}, {"GL", "NA", "RIPE NCC"},
		{"IR", "AS", "RIPE NCC"}, {"AF", "AS", "APNIC"}, {"TR", "AS", "RIPE NCC"}, {"RE", "AF", "AFRINIC"}, {"SH", "AF", "ARIN"},
		{"GS", "AN", "LACNIC"}, {"TF", "AN", "APNIC"}, {"XK", "EU", "RIPE NCC"}, {"", "OC", "APNIC"}, {"ZZ", "", ""},
	} {
		if got := RegistryOf(tt.country, tt.continent); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.country, tt.continent, got, tt.want)
		}
	}
}

// People write registries in many ways.
func TestRegistry(t *testing.T) {
	for text, want := range map[string]string{
		"RIPE": "RIPE NCC", "ripe-ncc": "RIPE NCC", "ripe ncc": "RIPE NCC", "RIPE_NCC": "RIPE NCC", "arin": "ARIN", "AfriNIC": "AFRINIC", "": "", "ICANN": "",
	} {
		if got := Registry(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
