package lab

import (
	"testing"
	"testing/synctest"
)

const example = `answers
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
ns.other.org 192.0.2.3
-- zone example.com @ ns1.example.com ns2.example.com --
@           600 SOA ns1 admin 7 7200 3600 1209600 60
www             A 192.0.2.80
alias           CNAME WWW
away            CNAME www.other.org.
loop            CNAME loop
dangling        CNAME nothing
a.b.ent         TXT "deep"
*.wild          TXT "wild"
*.wild          CAA 0 issue "ca.example"
own.wild        A 192.0.2.81
deep.below.wild A 192.0.2.82
*.aliases       CNAME www
moved           DNAME example.net.
sub             NS ns.sub
sub             DS 1 13 2 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F
ns.sub          A 192.0.2.4
www.sub         A 192.0.2.99
broken          TYPE257 \# 3 00FF61
self            DNAME self
-- zone example.net @ ns1.example.com --
host            A 192.0.2.90
-- zone child.example.com @ ns1.example.com --
@               TXT "child"
-- zone other.org @ ns.other.org --
`

const soa = "N example.com. 60 IN SOA ns1.example.com. admin.example.com. 7 7200 3600 1209600 60"

func TestAuthority(t *testing.T) {
	tests := []struct {
		name  string
		query string
		want  string
	}{
		{"a name with the type", "udp 192.0.2.1 www.example.com A",
			lines("NOERROR aa edns", "A www.example.com. 300 IN A 192.0.2.80")},
		{"the owner comes in the question's case", "udp 192.0.2.1 wWw.Example.COM A",
			lines("NOERROR aa edns", "A wWw.Example.COM. 300 IN A 192.0.2.80")},
		{"a name without the type", "udp 192.0.2.1 www.example.com CAA", lines("NOERROR aa edns", soa)},
		{"no such name", "udp 192.0.2.1 nothing.example.com CAA", lines("NXDOMAIN aa edns", soa)},
		{"an empty non-terminal exists", "udp 192.0.2.1 ent.example.com TXT", lines("NOERROR aa edns", soa)},
		{"and so does the one below it", "udp 192.0.2.1 b.ent.example.com TXT", lines("NOERROR aa edns", soa)},
		{"a zone that is not here", "udp 192.0.2.3 www.example.com A", "REFUSED edns"},
		{"no EDNS asked, none answered", "udp 192.0.2.1 www.example.com A plain",
			lines("NOERROR aa", "A www.example.com. 300 IN A 192.0.2.80")},

		{"an alias within the zone", "udp 192.0.2.1 alias.example.com A",
			lines("NOERROR aa edns",
				"A alias.example.com. 300 IN CNAME WWW.example.com.",
				"A WWW.example.com. 300 IN A 192.0.2.80")},
		{"the alias itself", "udp 192.0.2.1 alias.example.com CNAME",
			lines("NOERROR aa edns", "A alias.example.com. 300 IN CNAME WWW.example.com.")},
		{"an alias that leaves", "udp 192.0.2.1 away.example.com A",
			lines("NOERROR aa edns", "A away.example.com. 300 IN CNAME www.other.org.")},
		{"an alias to itself", "udp 192.0.2.1 loop.example.com A",
			lines("NOERROR aa edns", "A loop.example.com. 300 IN CNAME loop.example.com.")},
		{"an alias to nothing", "udp 192.0.2.1 dangling.example.com A",
			lines("NXDOMAIN aa edns", "A dangling.example.com. 300 IN CNAME nothing.example.com.", soa)},

		{"from a wildcard", "udp 192.0.2.1 x.y.wild.example.com TXT",
			lines("NOERROR aa edns", `A x.y.wild.example.com. 300 IN TXT "wild"`)},
		{"a wildcard without the type", "udp 192.0.2.1 x.wild.example.com A", lines("NOERROR aa edns", soa)},
		{"a name of its own stops the wildcard", "udp 192.0.2.1 own.wild.example.com TXT",
			lines("NOERROR aa edns", soa)},
		{"and so does an empty non-terminal", "udp 192.0.2.1 x.below.wild.example.com TXT",
			lines("NXDOMAIN aa edns", soa)},
		{"the asterisk itself", "udp 192.0.2.1 *.wild.example.com TXT",
			lines("NOERROR aa edns", `A *.wild.example.com. 300 IN TXT "wild"`)},
		{"an alias from a wildcard", "udp 192.0.2.1 x.aliases.example.com A",
			lines("NOERROR aa edns",
				"A x.aliases.example.com. 300 IN CNAME www.example.com.",
				"A www.example.com. 300 IN A 192.0.2.80")},

		{"below a DNAME", "udp 192.0.2.1 Host.moved.example.com A",
			lines("NOERROR aa edns",
				"A moved.example.com. 300 IN DNAME example.net.",
				"A Host.moved.example.com. 300 IN CNAME Host.example.net.",
				"A Host.example.net. 300 IN A 192.0.2.90")},
		{"below a DNAME, target elsewhere", "udp 192.0.2.2 host.moved.example.com A",
			lines("NOERROR aa edns",
				"A moved.example.com. 300 IN DNAME example.net.",
				"A host.moved.example.com. 300 IN CNAME host.example.net.")},
		{"the DNAME itself", "udp 192.0.2.1 moved.example.com DNAME",
			lines("NOERROR aa edns", "A moved.example.com. 300 IN DNAME example.net.")},
		{"beside a DNAME", "udp 192.0.2.1 moved.example.com A", lines("NOERROR aa edns", soa)},

		{"below a cut", "udp 192.0.2.1 www.sub.example.com A", lines("NOERROR edns",
			"N sub.example.com. 300 IN NS ns.sub.example.com.",
			"N sub.example.com. 300 IN DS 1 13 2 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
			"X ns.sub.example.com. 300 IN A 192.0.2.4")},
		{"below a cut, no DNSSEC wanted", "udp 192.0.2.1 www.sub.example.com A plain", lines("NOERROR",
			"N sub.example.com. 300 IN NS ns.sub.example.com.",
			"X ns.sub.example.com. 300 IN A 192.0.2.4")},
		{"DS at a cut", "udp 192.0.2.1 sub.example.com DS", lines("NOERROR aa edns",
			"A sub.example.com. 300 IN DS 1 13 2 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")},
		{"a child on the same host", "udp 192.0.2.1 child.example.com TXT",
			lines("NOERROR aa edns", `A child.example.com. 300 IN TXT "child"`)},
		{"a child on another host", "udp 192.0.2.2 child.example.com TXT", lines("NOERROR edns",
			"N child.example.com. 300 IN NS ns1.example.com.",
			"X ns1.example.com. 300 IN A 192.0.2.1")},
		{"DS of a child on the same host", "udp 192.0.2.1 child.example.com DS", lines("NOERROR aa edns", soa)},
		{"NS with the addresses known", "udp 192.0.2.1 example.com NS", lines("NOERROR aa edns",
			"A example.com. 300 IN NS ns1.example.com.",
			"A example.com. 300 IN NS ns2.example.com.",
			"X ns1.example.com. 300 IN A 192.0.2.1",
			"X ns2.example.com. 300 IN A 192.0.2.2")},
		{"RDATA that is not valid", "udp 192.0.2.1 broken.example.com CAA", lines("NOERROR aa edns",
			`A broken.example.com. 300 CLASS1 TYPE257 \# 3 00ff61`)},
		{"ANY", "udp 192.0.2.1 x.wild.example.com ANY", lines("NOERROR aa edns",
			`A x.wild.example.com. 300 IN TXT "wild"`,
			`A x.wild.example.com. 300 IN CAA 0 issue "ca.example"`)},
		{"a zone transfer", "tcp 192.0.2.1 example.com AXFR", "REFUSED edns"},
	}
	w := world(t, example)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				diff(t, test.query, test.want, ask(t, w, test.query))
			})
		})
	}
}

// RFC 6672 §2.2: a DNAME that makes a name too long is answered YXDOMAIN.
func TestDNAMETooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := "a234567890123456789012345678901234567890123456789012345678901."
		w := world(t, `long
-- servers --
ns.example.com 192.0.2.1
-- zone example.com @ ns.example.com --
short DNAME `+long+long+long+`example.com.
`)
		got := ask(t, w, "udp 192.0.2.1 "+long+"short.example.com TXT")
		diff(t, "too long", lines("YXDOMAIN aa edns",
			"A short.example.com. 300 IN DNAME "+long+long+long+"example.com."), got)
	})
}

// A copy on one host must not show on another, and a timed edit must show when
// its time has come and not before.
func TestCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, `copies
-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 192.0.2.2
-- zone example.com @ ns1.example.com ns2.example.com --
@ TXT "new"
-- zone example.com @ ns2.example.com --
@ TXT "old"
-- after 90s zone example.com @ ns2.example.com --
@ TXT "new"
`)
		w.Start()
		newer := lines("NOERROR aa edns", `A example.com. 300 IN TXT "new"`)
		older := lines("NOERROR aa edns", `A example.com. 300 IN TXT "old"`)
		diff(t, "first server", newer, ask(t, w, "udp 192.0.2.1 example.com TXT"))
		diff(t, "second server", older, ask(t, w, "udp 192.0.2.2 example.com TXT"))
		sleepUntil(w, 89)
		diff(t, "second server after 89 s", older, ask(t, w, "udp 192.0.2.2 example.com TXT"))
		sleepUntil(w, 90)
		diff(t, "second server after 90 s", newer, ask(t, w, "udp 192.0.2.2 example.com TXT"))
	})
}

// What a delegation section says takes the place of what would be made.
func TestDelegationAsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world(t, `told
-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
-- zone gone.com @ ns1.example.com --
-- delegation example.com --
@   NS ns1
@   NS ns.evil.example.
ns1 A  192.0.2.66
ns.evil.example. A 192.0.2.67
-- delegation gone.com --
`)
		diff(t, "told", lines("NOERROR edns",
			"N example.com. 300 IN NS ns1.example.com.",
			"N example.com. 300 IN NS ns.evil.example.",
			"X ns1.example.com. 300 IN A 192.0.2.66",
			"X ns.evil.example. 300 IN A 192.0.2.67",
		), ask(t, w, "udp 198.51.100.10 example.com A"))
		diff(t, "not delegated", lines("NXDOMAIN aa edns",
			"N com. 300 IN SOA a.nic.com. hostmaster.com. 2026110101 7200 3600 1209600 300",
		), ask(t, w, "udp 198.51.100.10 gone.com A"))
	})
}
