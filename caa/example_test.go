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

// What has to be looked up for a wildcard name.
func ExampleClimb() {
	fmt.Println(caa.Climb("*.www.example.com"))
	// Output: [www.example.com example.com com]
}

// From the octets of an answer to a record that is safe to print.
func ExampleParse() {
	r, err := caa.Parse([]byte("\x80\x05issueca.example\x1b"))
	fmt.Println(r, r.Critical(), err)
	_, err = caa.Parse([]byte{0, 9})
	fmt.Println(err)
	// Output:
	// 128 issue "ca.example\027" true <nil>
	// CAA RDATA: the tag has 9 octets, and only 0 follow
}

// A wildcard is decided by issuewild alone, as soon as there is one.
func ExampleDecide_wildcard() {
	set := []caa.Record{{Tag: "issue", Value: "ca.example"}, {Tag: "issuewild", Value: ";"}}
	for _, wildcard := range []bool{false, true} {
		d := caa.Decide(set, caa.Request{Issuers: []string{"ca.example"}, Wildcard: wildcard}, caa.RFC8659)
		fmt.Println(d.Allowed, d.Reason, set[d.Record])
	}
	// Output:
	// true authorized 0 issue "ca.example"
	// false wildcard-excluded 0 issuewild ";"
}

// A record that names an account and a method, read without knowing ours.
func ExampleParseIssue() {
	r, err := caa.ParseText(`0 issue "ca.example; accounturi=https://ca.example/acct/7; validationmethods=dns-01"`)
	if err != nil {
		panic(err)
	}
	is, err := caa.ParseIssue(r.Value, caa.RFC8659)
	fmt.Println(is.Issuer, is.Params, err)
	d := caa.Decide([]caa.Record{r}, caa.Request{Issuers: []string{"ca.example"}, Method: "dns-01"}, caa.RFC8659)
	fmt.Println(d.Allowed, d.Unknown, d.Reason)
	// Output:
	// ca.example [accounturi=https://ca.example/acct/7 validationmethods=dns-01] <nil>
	// true true account-unknown
}

// Why a CA's software refuses what the RFCs allow.
func ExampleDepartures() {
	set := []caa.Record{{Tag: "issue", Value: "ca.example"}, {Flags: 1, Tag: "policy", Value: "x"}}
	for _, d := range caa.Departures(set, caa.Request{Issuers: []string{"ca.example"}}, caa.Boulder) {
		fmt.Println(d.ID, "-", d.Text)
	}
	// Output: critical-flags - other flag bits than 128 count as critical
}
