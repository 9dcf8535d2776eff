package caa

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each departure of Let's Encrypt's software with a set that shows it, and
// what both readings come to.
func TestDepartures(t *testing.T) {
	const us = `0 issue "letsencrypt.org"`
	tests := []struct {
		name         string
		set          []string
		profile      Profile
		rfc, boulder bool
		want         []string
	}{
		{"the same", []string{us}, Boulder, true, true, nil},
		{"refused by both", []string{`0 issue "digicert.com"`}, Boulder, false, false, nil},
		{"flag 1", []string{us, `1 policy "x"`}, Boulder, true, false, []string{"critical-flags"}},
		{"flag 3", []string{us, `3 policy "x"`}, Boulder, true, false, []string{"critical-flags"}},
		{"critical contactemail", []string{us, `128 contactemail "a@example.com"`}, Boulder, true, false, []string{"known-properties"}},
		{"contactemail with flag 1", []string{us, `1 contactemail "a@example.com"`}, Boulder, true, false, []string{"critical-flags", "known-properties"}},
		{"issuer in capitals", []string{`0 issue "LetsEncrypt.org"`}, Boulder, true, false, []string{"issuer-case"}},
		{"accountURI", []string{`0 issue "letsencrypt.org; accountURI=https://other.example/1"`}, Boulder, false, true, []string{"parameter-case"}},
		{"validationMethods", []string{`0 issue "letsencrypt.org; validationMethods=http-01"`}, Boulder, false, true, []string{"parameter-case"}},
		{"two lists of methods", []string{`0 issue "letsencrypt.org; validationmethods=dns-01; validationmethods=dns-01"`}, Boulder, true, false, []string{"two-methods"}},
		{"a fault behind the method", []string{`0 issue "letsencrypt.org; validationmethods=dns-01,!"`}, Boulder, false, true, []string{"methods-to-match"}},
		{"a hyphen, in older releases", []string{`0 issue "letsencrypt.org; a-b=c"`}, Boulder20261013, true, false, []string{"parameter-tags"}},
		{"no tag, in older releases", []string{`0 issue "letsencrypt.org; =c"`}, Boulder20261013, false, true, []string{"parameter-tags"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := records(t, tt.set...)
			if got := Decide(set, request(), RFC8659).Allowed; got != tt.rfc {
				t.Errorf("by the RFC allowed %t", got)
			}
			if got := Decide(set, request(), tt.profile).Allowed; got != tt.boulder {
				t.Errorf("by %s allowed %t", tt.profile.Name, got)
			}
			var ids []string
			for _, d := range Departures(set, request(), tt.profile) {
				ids = append(ids, d.ID)
			}
			if diff := cmp.Diff(tt.want, ids); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A field that a new release needs has to be a point too, or a difference
// would go without a reason.
func TestEveryFieldIsAPoint(t *testing.T) {
	notOfSets := map[string]bool{"Name": true, "NXDomainAtTLDFails": true}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Profile]()) {
		if notOfSets[f.Name] {
			continue
		}
		full := RFC8659
		v := reflect.ValueOf(&full).Elem().FieldByIndex(f.Index)
		switch v.Kind() {
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Slice:
			v.Set(reflect.ValueOf([]string{"x"}))
		case reflect.Uint8:
			v.SetUint(1)
		default:
			v.SetInt(1)
		}
		taken := 0
		for _, p := range points() {
			if differ(RFC8659, full, p) {
				taken++
			}
		}
		if taken != 1 {
			t.Errorf("%s is of %d points, want one", f.Name, taken)
		}
	}
}

// Rows of what a CA's software was seen to do that no other table has.
func TestDecideMoreRows(t *testing.T) {
	tests := []struct {
		name   string
		set    []string
		change func(*Request)
		want   string
	}{
		{"flags 129 on an unknown property", []string{`129 x "y"`}, nil, "refuse critical-unknown 0"},
		{"flags 2 on an unknown property", []string{`2 x "y"`}, nil, "allow no-relevant-property -1"},
		{"flags 64 on an unknown property", []string{`64 x "y"`}, nil, "allow no-relevant-property -1"},
		{"flags 255 on issue", []string{`255 issue "letsencrypt.org"`}, nil, "allow authorized 0"},
		{"white space after a comma", []string{`0 issue "letsencrypt.org; validationmethods=dns-01, http-01"`}, nil, "refuse malformed 0"},
		{"tab around a parameter", []string{"0 issue \"letsencrypt.org;\\009validationmethods\\009=\\009dns-01\\009\""}, nil, "allow authorized 0"},
		{"account number with a zero in front", []string{`0 issue "letsencrypt.org; accounturi=` + ourForm + `01234567"`}, nil, "refuse account-mismatch 0"},
		{"account with a query", []string{`0 issue "letsencrypt.org; accounturi=` + ours + `?x"`}, nil, "refuse account-mismatch 0"},
		{"dns-01 alone, for dns-account-01", []string{`0 issue "letsencrypt.org; validationmethods=dns-01"`}, func(r *Request) { r.Method = "dns-account-01" }, "refuse method-forbidden 0"},
		{"dns-01 alone, for dns-persist-01", []string{`0 issue "letsencrypt.org; validationmethods=dns-01"`}, func(r *Request) { r.Method = "dns-persist-01" }, "refuse method-forbidden 0"},
		{"dns-persist-01 listed", []string{`0 issue "letsencrypt.org; validationmethods=dns-01,dns-persist-01"`}, func(r *Request) { r.Method = "dns-persist-01" }, "allow authorized 0"},
		{"critical unknown beside issuewild", []string{`0 issuewild "letsencrypt.org"`, `128 x "y"`}, func(r *Request) { r.Wildcard = true }, "refuse critical-unknown 1"},
		{"a wildcard by issue and an unknown property", []string{`0 issue "letsencrypt.org"`, `0 x "y"`}, func(r *Request) { r.Wildcard = true }, "allow authorized 0"},
		{"an empty issuewild", []string{`0 issue "letsencrypt.org"`, `0 issuewild ""`}, func(r *Request) { r.Wildcard = true }, "refuse wildcard-excluded 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := request()
			if tt.change != nil {
				tt.change(&req)
			}
			if got := verdict(Decide(records(t, tt.set...), req, Boulder)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
