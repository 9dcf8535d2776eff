package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dns01/resolver/lab"
)

// soakWorld is a world of so many days in which something changes or fails
// several times a day, and is well again: what is published, what servers
// agree on, and the network. It is asked from a place elsewhere, since a world
// remembers what it is asked from here.
func soakWorld(days int) string {
	var zones, faults strings.Builder
	at := func(day int, hour float64) time.Duration {
		return time.Duration(day)*24*time.Hour + time.Duration(hour*float64(time.Hour))
	}
	edit := func(when time.Duration, zone, hosts, text string) {
		fmt.Fprintf(&zones, "-- after %s zone %s @ %s --\n%s\n", when, zone, hosts, text)
	}
	fault := func(from, until time.Duration, text string) {
		host, rest, _ := strings.Cut(text, " ")
		fmt.Fprintf(&faults, "%s after=%s until=%s %s\n", host, from, until, rest)
	}
	const issue = `@ CAA 0 issue "letsencrypt.org"`
	const alias = "\n_acme-challenge CNAME a.c.com."
	for day := range days {
		edit(at(day, 2), "a.com", "ns1.a.com ns2.a.com", `@ CAA 0 issue "other.example"`+alias)
		edit(at(day, 8), "a.com", "ns1.a.com ns2.a.com", issue+alias)
		edit(at(day, 3), "c.com", "ns1.c.com", issue+"\n@ SOA ns1 hostmaster "+fmt.Sprint(2*day+2)+" 3600 600 86400 300")
		edit(at(day, 9), "c.com", "ns2.c.com", issue+"\n@ SOA ns1 hostmaster "+fmt.Sprint(2*day+2)+" 3600 600 86400 300")
		fault(at(day, 4), at(day, 7), "ns1.a.com drop")
		fault(at(day, 10), at(day, 13), "ns1.b.com servfail")
		fault(at(day, 10), at(day, 16), "ns2.b.com p=0.3 drop")
		fault(at(day, 11), at(day, 15), "* p=0.1 drop")
		fault(at(day, 17), at(day, 18), "* drop")
		fault(at(day, 18.5), at(day, 20), "ns2.c.com/udp truncate")
	}
	return `Days

-- target --
a.com
-- servers --
ns1.a.com 192.0.2.1 2001:db8:1::53
ns2.a.com 192.0.2.2 2001:db8:2::53
ns1.b.com 192.0.2.3 2001:db8:3::53
ns2.b.com 192.0.2.4 2001:db8:4::53
ns1.c.com 192.0.2.5 2001:db8:5::53
ns2.c.com 192.0.2.6 2001:db8:6::53
-- perspectives --
elsewhere RIPE NCC
-- zone a.com @ ns1.a.com ns2.a.com --
` + issue + alias + `
-- zone b.com @ ns1.b.com ns2.b.com --
` + issue + `
-- zone c.com @ ns1.c.com ns2.c.com --
` + issue + `
` + zones.String() + `-- sign --
b.com nsec3 expiration=+400d
-- faults --
` + faults.String()
}

// soakedWorld is that world as seen from the place elsewhere. Time begins with
// it: it has to be made where it passes.
func soakedWorld(t *testing.T, days int) world {
	t.Helper()
	s, err := lab.Parse("days", []byte(soakWorld(days)))
	if err != nil {
		t.Fatal(err)
	}
	w, err := labWorld(s)
	if err != nil {
		t.Fatal(err)
	}
	w.exchanger = w.exchanger.(*lab.World).Perspectives()[0]
	return w
}
