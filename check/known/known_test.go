package known

import (
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	tests := map[string]string{
		"letsencrypt":         "letsencrypt",
		"LetsEncrypt":         "letsencrypt",
		" letsencrypt ":       "letsencrypt",
		"letsencrypt-staging": "letsencrypt-staging",
		"letsencrypt_test":    "letsencrypt-staging",
		"staging":             "letsencrypt-staging",
		"https://acme-v02.api.letsencrypt.org/directory":         "letsencrypt",
		"https://acme-v02.api.letsencrypt.org/directory/":        "letsencrypt",
		"https://acme-staging-v02.api.letsencrypt.org/directory": "letsencrypt-staging",
		"googletrust":                      "googletrust",
		"google":                           "googletrust",
		"zerossl":                          "zerossl",
		"sslcomecc":                        "sslcom",
		"https://acme.sectigo.com/v2/OV":   "sectigo",
		"":                                 "",
		"letsencrypt.org":                  "",
		"https://acme.example/directory":   "",
		"https://ACME.zerossl.com/v2/DV90": "zerossl",
	}
	for name, want := range tests {
		ca, ok := Find(name)
		if ok != (want != "") || ok && ca.ID != want {
			t.Errorf("%q: %v, %t, want %q", name, ca, ok, want)
		}
	}
}

// Names lead to one CA each.
func TestNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, ca := range CAs() {
		for _, n := range ca.names() {
			n = strings.ToLower(n)
			if other, ok := seen[n]; ok {
				t.Errorf("%s means both %s and %s", n, other, ca.ID)
			}
			seen[n] = ca.ID
		}
	}
}

// Every fact that a CA has is covered by a source with a date.
func TestFactsHaveSources(t *testing.T) {
	exempt := map[string]bool{"ID": true, "Name": true, "Brands": true, "Staging": true, "Aliases": true, "Sources": true}
	for _, ca := range CAs() {
		covered := map[string]bool{}
		for _, s := range ca.Sources {
			if u, err := url.Parse(s.URL); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Errorf("%s: source %q is no https URL", ca.ID, s.URL)
			}
			if _, err := time.Parse(time.DateOnly, s.Date); err != nil {
				t.Errorf("%s: %v", ca.ID, err)
			}
			for f := range strings.FieldsSeq(s.Facts) {
				covered[f] = true
				if _, ok := reflect.TypeFor[CA]().FieldByName(f); !ok {
					t.Errorf("%s: source %s covers %s, which is no field", ca.ID, s.URL, f)
				}
			}
		}
		v := reflect.ValueOf(*ca)
		for i := range v.NumField() {
			if f := v.Type().Field(i).Name; !v.Field(i).IsZero() && !covered[f] && !exempt[f] {
				t.Errorf("%s: no source for %s", ca.ID, f)
			}
		}
	}
}

// What every entry has to have, in the form that others rely on.
func TestCAsAreWhole(t *testing.T) {
	for _, ca := range CAs() {
		if ca.ID == "" || ca.Name == "" || len(ca.Directories) == 0 || len(ca.Identities) == 0 || ca.CAAReading == "" {
			t.Errorf("%s: incomplete: %+v", ca.ID, ca)
		}
		if !ca.Offers("dns-01") {
			t.Errorf("%s does not offer dns-01", ca.ID)
		}
		for _, id := range ca.Identities {
			if id != strings.ToLower(id) || strings.HasSuffix(id, ".") || !strings.Contains(id, ".") {
				t.Errorf("%s: identity %q", ca.ID, id)
			}
		}
		for _, p := range ca.AccountPrefixes {
			if !strings.HasPrefix(p, "https://") || !strings.HasSuffix(p, "/") {
				t.Errorf("%s: account prefix %q", ca.ID, p)
			}
		}
	}
}

func TestLetsEncrypt(t *testing.T) {
	ca, _ := Find("letsencrypt")
	if ca.MaxNames("") != 100 || ca.MaxNames("classic") != 100 || ca.MaxNames("tlsserver") != 25 || ca.MaxNames("none") != 0 {
		t.Error("names in an order")
	}
	if ca.CAARecheckAfter != 7*time.Hour {
		t.Error("CAA recheck")
	}
	if ca.Offers("dns-persist-01") || ca.Offers("dns-account-01") {
		t.Error("offers challenge types that production does not have")
	}
	staging, _ := Find("letsencrypt-staging")
	if !staging.Staging || !staging.Offers("dns-persist-01") || staging.AccountPrefixes[0] == ca.AccountPrefixes[0] {
		t.Error("staging")
	}
	if diff := cmp.Diff([]string{"Let's Encrypt", "ISRG", "Internet Security Research Group"}, ca.Words()); diff != "" {
		t.Error(diff)
	}
}

func TestSchedule(t *testing.T) {
	var none Schedule[int]
	if none.At(day(2026, 1, 1)) != 0 {
		t.Error("an empty schedule has a value")
	}
	s := Schedule[int]{{From: day(2026, 3, 15), Value: 1}, {From: day(2026, 6, 15), Value: 2}}
	for when, want := range map[time.Time]int{day(2026, 3, 14): 0, day(2026, 3, 15): 1, day(2026, 6, 14): 1, day(2026, 6, 15): 2} {
		if got := s.At(when); got != want {
			t.Errorf("%s: %d, want %d", when.Format(time.DateOnly), got, want)
		}
	}
}

func TestQuorum(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 0, 2: 1, 4: 1, 5: 1, 6: 2, 9: 2} {
		if got := Quorum(n); got != want {
			t.Errorf("%d remotes: %d may fail, want %d", n, got, want)
		}
	}
	p := Perspectives{Remotes: 6, Minimum: always(4)}
	if n, stated := p.RemotesAt(time.Time{}); n != 6 || !stated {
		t.Errorf("%d, %t: what the CA says counts", n, stated)
	}
}

// Callers may change what they get.
func TestCAsAreCopies(t *testing.T) {
	ca, _ := Find("letsencrypt")
	ca.Identities[0] = "changed"
	if again, _ := Find("letsencrypt"); again.Identities[0] != "letsencrypt.org" {
		t.Error("a change shows elsewhere")
	}
}

func TestResolvers(t *testing.T) {
	var ids []string
	for _, r := range Resolvers() {
		ids = append(ids, r.ID)
		v4, v6 := 0, 0
		for _, a := range r.Addrs {
			addr, err := netip.ParseAddr(a)
			switch {
			case err != nil || !addr.IsGlobalUnicast() || addr.String() != a:
				t.Errorf("%s: address %q: %v", r.ID, a, err)
			case addr.Is4():
				v4++
			default:
				v6++
			}
		}
		if v4 != 2 || v6 != 2 || !strings.HasPrefix(r.Source, "https://") || r.Date == "" || r.Name == "" {
			t.Errorf("%s: incomplete: %+v", r.ID, r)
		}
	}
	if diff := cmp.Diff([]string{"google", "cloudflare", "quad9", "opendns"}, ids); diff != "" {
		t.Error(diff)
	}
}
