package known

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const stagingDirectory = `{
  "newNonce": "https://acme-staging-v02.api.letsencrypt.org/acme/new-nonce",
  "newAccount": "https://acme-staging-v02.api.letsencrypt.org/acme/new-acct",
  "newOrder": "https://acme-staging-v02.api.letsencrypt.org/acme/new-order",
  "tbEV2ZHXz8Y": "https://community.letsencrypt.org/t/33417",
  "meta": {
    "caaIdentities": ["letsencrypt.org"],
    "profiles": {"tlsserver": "for servers", "classic": "the usual", "brandnew": "?"},
    "termsOfService": "https://letsencrypt.org/documents/terms.pdf",
    "website": "https://letsencrypt.org/docs/staging-environment/"
  }
}`

func TestParseDirectory(t *testing.T) {
	d, err := ParseDirectory([]byte(stagingDirectory))
	if err != nil {
		t.Fatal(err)
	}
	want := Directory{
		NewOrder:       "https://acme-staging-v02.api.letsencrypt.org/acme/new-order",
		TermsOfService: "https://letsencrypt.org/documents/terms.pdf",
		Website:        "https://letsencrypt.org/docs/staging-environment/",
		CAAIdentities:  []string{"letsencrypt.org"},
		Profiles:       map[string]string{"tlsserver": "for servers", "classic": "the usual", "brandnew": "?"},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseDirectoryRefuses(t *testing.T) {
	for doc, want := range map[string]string{
		`<html>`:      "no JSON document",
		`[]`:          "no JSON document",
		`{"meta":{}}`: "no newOrder URL",
		`{"newOrder":"https://ca.example/o","meta":{"caaIdentities":["a b"]}}`: `"a b"`,
		`{"newOrder":"https://ca.example/o","meta":{"caaIdentities":"x"}}`:     "no JSON document",
		strings.Repeat(" ", MaxDirectory+1):                                    "longer than",
	} {
		if _, err := ParseDirectory([]byte(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", doc, err, want)
		}
	}
}

// What a CA says of itself wins; what it does not say stays as it is known.
func TestDirectoryWins(t *testing.T) {
	d, err := ParseDirectory([]byte(stagingDirectory))
	if err != nil {
		t.Fatal(err)
	}
	ca := d.CA("directory.json")
	if ca.ID != "letsencrypt-staging" || ca.CAAReading != "boulder" {
		t.Errorf("%s reads as %s", ca.ID, ca.CAAReading)
	}
	var names []string
	for _, p := range ca.Profiles {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"classic", "tlsserver", "brandnew"}, names); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
	if ca.MaxNames("") != 100 || ca.MaxNames("brandnew") != 0 {
		t.Error("what is known of profiles is lost")
	}

	other := Directory{NewOrder: "https://acme.corp.example/order", CAAIdentities: []string{"corp.example"}, AccountRequired: true}
	ca = other.CA("https://acme.corp.example/directory")
	if ca.ID != "acme.corp.example" || ca.CAAReading != "rfc8659" || ca.Identities[0] != "corp.example" {
		t.Errorf("an unknown CA: %+v", ca)
	}
	known, _ := Find("digicert")
	if over := other.Over(known); over.Identities[0] != "corp.example" || over.ID != "digicert" || known.Identities[0] != "digicert.com" {
		t.Errorf("over a known one: %+v", over)
	}
	if silent := (Directory{}).Over(known); cmp.Diff(known, silent) != "" {
		t.Error("a silent directory changes something")
	}
}

func FuzzParseDirectory(f *testing.F) {
	f.Add([]byte(stagingDirectory))
	f.Add([]byte(`{"newOrder":"x","meta":null}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := ParseDirectory(doc)
		if err != nil {
			return
		}
		if ca := d.CA("file"); len(ca.Identities) == 0 || ca.CAAReading == "" {
			t.Errorf("%q: %+v", doc, ca)
		}
	})
}
