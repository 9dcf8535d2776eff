package caa_test

import (
	"fmt"

	"dns01/caa"
)

// A set that the RFC and a CA's software read differently.
func ExampleDecide() {
	set := []caa.Record{{Tag: "issue", Value: "LetsEncrypt.org"}}
	req := caa.Request{Issuers: []string{"letsencrypt.org"}, Method: "dns-01"}
	for _, p := range []caa.Profile{caa.RFC8659, caa.Boulder} {
		d := caa.Decide(set, req, p)
		fmt.Printf("%s: %t, %s\n", p.Name, d.Allowed, d.Detail)
	}
	// Output:
	// rfc8659: true, "LetsEncrypt.org" authorises "letsencrypt.org"
	// boulder: false, "LetsEncrypt.org" is not "letsencrypt.org": letter case counts
}

// From the answers of a climb to a decision.
func ExampleSelect() {
	climb := []caa.Answer{
		{Name: "www.example.com", NXDomain: true},
		{Name: "example.com", Records: []caa.Record{{Tag: "issue", Value: ";"}}},
		{Name: "com", Failed: true}, // above the set: harmless
	}
	s := caa.Select(climb, caa.Boulder)
	d := caa.Decide(s.Records, caa.Request{Issuers: []string{"letsencrypt.org"}}, caa.Boulder)
	fmt.Println(climb[s.Relevant].Name, d.Reason)
	// Output: example.com nobody
}
