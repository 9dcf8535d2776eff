package lab

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dns01/testdata"
)

func TestParse(t *testing.T) {
	got, err := Parse("lame-server.txtar", []byte(`One server is lame

The story goes on
over two lines.

-- target --
example.com *.example.com   # both
--value abc

-- servers --
ns1.example.com 192.0.2.1
-- zone example.com @ ns1.example.com --
-- want --
verdict  ready
# a comment
error delegation-lame ns1.example.com
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &Scenario{
		Name:   "lame-server",
		Title:  "One server is lame",
		Story:  "The story goes on\nover two lines.",
		Target: []string{"example.com", "*.example.com", "--value", "abc"},
		Want:   []string{"verdict ready", "error delegation-lame ns1.example.com"},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Scenario{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Whoever writes a scenario must be told where it is wrong.
func TestParseErrors(t *testing.T) {
	const servers = "-- servers --\nns1.example.com 192.0.2.1\n"
	const zone = servers + "-- zone example.com @ ns1.example.com --\n"
	tests := []struct {
		name, text, want string
	}{
		{"unknown section", "title\n-- server --\n",
			"scenario x: line 2: -- server --: unknown section"},
		{"section without a name", "title\n-- --\n",
			"scenario x: line 2: a section without a name"},
		{"host without address", "-- servers --\n\nns1.example.com\n",
			"scenario x: line 3: -- servers --: ns1.example.com has no address"},
		{"bad address", "-- servers --\nns1.example.com 192.0.2\n",
			`scenario x: line 2: -- servers --: "192.0.2" is not an IP address`},
		{"host of one label", "-- servers --\nlocalhost 192.0.2.1\n",
			`scenario x: line 2: -- servers --: a name server's name has two labels or more, not "localhost"`},
		{"host twice", servers + "NS1.example.com. 192.0.2.2\n",
			"scenario x: line 3: -- servers --: NS1.example.com. is listed twice"},
		{"address twice", servers + "ns2.example.com 192.0.2.1\n",
			"scenario x: 192.0.2.1 is an address of ns1.example.com and of ns2.example.com"},
		{"address of a made server", "-- servers --\nns1.example.com 198.51.100.10\n",
			"scenario x: 198.51.100.10 is an address of ns1.example.com and of a.nic.com"},
		{"zone without hosts", servers + "-- zone example.com --\n",
			`scenario x: line 3: -- zone example.com --: want "zone ORIGIN @ HOST…"`},
		{"zone on an unknown host", servers + "-- zone example.com @ ns2.example.com --\n",
			"scenario x: line 3: -- zone example.com @ ns2.example.com --: ns2.example.com is not among the servers"},
		{"bad zone text", zone + "@ CAA 0 issue \"x\"\nwww A 192.0.2\n",
			`scenario x: line 5: -- zone example.com @ ns1.example.com --: bad A A: "192.0.2"`},
		{"record of another zone", zone + "www.example.net. A 192.0.2.1\n",
			"scenario x: line 3: -- zone example.com @ ns1.example.com --: www.example.net. is not in zone example.com."},
		{"two SOA records", zone + "@ SOA a b 1 2 3 4 5\n@ SOA a b 2 2 3 4 5\n",
			"scenario x: line 3: -- zone example.com @ ns1.example.com --: 2 SOA records"},
		{"octets that are no CNAME", zone + "@ CNAME \\# 1 ff\n",
			"scenario x: line 3: -- zone example.com @ ns1.example.com --: example.com.: RDATA is not valid for CNAME"},
		{"an include", zone + "$INCLUDE /etc/hostname\n",
			`scenario x: line 4: -- zone example.com @ ns1.example.com --: $INCLUDE directive not allowed: "/etc/hostname"`},
		{"bad time of an edit", zone + "-- after soon zone example.com @ ns1.example.com --\n",
			`scenario x: line 4: -- after soon zone example.com @ ns1.example.com --: "soon" is not a duration such as "90s"`},
		{"TXT in a delegation", zone + "-- delegation example.com --\n@ TXT x\n",
			"scenario x: line 4: -- delegation example.com --: a delegation has NS, DS, A and AAAA records, not TXT"},
		{"delegation of another name", zone + "-- delegation example.com --\nsub NS ns1\n",
			"scenario x: line 4: -- delegation example.com --: NS record at sub.example.com."},
		{"unknown server of a fault", zone + "-- faults --\nns3.example.com drop\n",
			"scenario x: line 5: -- faults --: ns3.example.com is neither a server nor a cache"},
		{"no fault", zone + "-- faults --\nns1.example.com type=CAA\n",
			"scenario x: line 5: -- faults --: no fault is named"},
		{"bad transport", zone + "-- faults --\nns1.example.com/dot drop\n",
			`scenario x: line 5: -- faults --: "dot" is not a transport: want udp or tcp`},
		{"bad condition", zone + "-- faults --\nns1.example.com kind=CAA drop\n",
			`scenario x: line 5: -- faults --: unknown condition "kind"`},
		{"bad type", zone + "-- faults --\nns1.example.com type=CAB drop\n",
			`scenario x: line 5: -- faults --: unknown type "CAB"`},
		{"bad probability", zone + "-- faults --\nns1.example.com p=2 drop\n",
			"scenario x: line 5: -- faults --: p=2 is not a probability"},
		{"bad count", zone + "-- faults --\nns1.example.com first=0 drop\n",
			"scenario x: line 5: -- faults --: first=0 is not a number of queries"},
		{"argument that is not wanted", zone + "-- faults --\nns1.example.com drop all\n",
			`scenario x: line 5: -- faults --: drop: unknown word "all"`},
		{"argument that is missing", zone + "-- faults --\nns1.example.com slow\n",
			"scenario x: line 5: -- faults --: slow: want one duration"},
		{"bad rate", zone + "-- faults --\nns1.example.com rate-limit none\n",
			`scenario x: line 5: -- faults --: rate-limit: "none" is not a number of answers a second`},
		{"other copies of nobody", zone + "-- faults --\nns1.example.com alternate ns2.example.com\n",
			"scenario x: line 5: -- faults --: alternate: ns2.example.com is not among the servers"},
		{"signed zone that is not there", zone + "-- sign --\n\nexample.org nsec3\n",
			"scenario x: line 6: -- sign --: example.org is not among the zones"},
		{"signed on a host that does not serve it", zone + "-- sign --\nexample.com expired @ a.nic.com\n",
			"scenario x: line 5: -- sign --: a.nic.com does not serve example.com"},
		{"bad word of signing", zone + "-- sign --\nexample.com nsec4\n",
			`scenario x: line 5: -- sign --: unknown word "nsec4"`},
		{"bad algorithm", zone + "-- sign --\nexample.com algorithm=RSA\n",
			`scenario x: line 5: -- sign --: algorithm: "RSA" is not an algorithm`},
		{"bad size", zone + "-- sign --\nexample.com algorithm=8 bits=4096\n",
			`scenario x: line 5: -- sign --: bits: "4096" is not a size from 512 to 2048`},
		{"a digest that does not fit its key", zone + "-- sign --\nexample.com algorithm=10 bits=512\n",
			`scenario x: line 5: -- sign --: RSASHA512 takes 1024 bits or more`},
		{"bad time of a signature", zone + "-- sign --\nexample.com expiration=later\n",
			`scenario x: line 5: -- sign --: expiration: "later" is not a time such as "-1d" or "+90s"`},
		{"iterations of NSEC", zone + "-- sign --\nexample.com iterations=5\n",
			"scenario x: line 5: -- sign --: iterations and salt are for nsec3 and optout"},
		{"DS of one host", zone + "-- sign --\nexample.com ds=wrong @ ns1.example.com\n",
			"scenario x: line 5: -- sign --: ds, digest and anchor are not a host's but the zone's: leave out @"},
		{"no host after the sign", zone + "-- sign --\nexample.com @\n",
			"scenario x: line 5: -- sign --: no host after @"},
		{"bad word of tampering", zone + "-- tamper --\nbreak example.com\n",
			`scenario x: line 5: -- tamper --: unknown word "break": want one of ` +
				"badsig, bitmap, drop-cover, drop-nsec, edit, extra-ds, extra-keys, extra-sigs, no-dnskey, no-optout, " +
				"nodenial, nosig, nsec-next, resign, set-optout, stripped, swap-signer, unknown-keytag, wrong-ds"},
		{"a set without its type", zone + "-- tamper --\nbadsig example.com\n",
			`scenario x: line 5: -- tamper --: "example.com" is not NAME/TYPE`},
		{"nothing to tamper with", zone + "-- tamper --\nnosig www.example.com/A\n",
			"scenario x: line 5: -- tamper --: there is nothing of the kind to change"},
		{"tampering on another host", zone + "-- tamper --\nedit example.com NS ns2 @ ns2.example.com\n",
			"scenario x: line 5: -- tamper --: there is nothing of the kind to change"},
		{"bad RDATA of an edit", zone + "-- tamper --\nedit example.com SOA ns1\n",
			`scenario x: line 5: -- tamper --: bad SOA Mbox: " "`},
		{"bad cache", "-- caches --\nGoogle\n",
			"scenario x: line 2: -- caches --: want NAME ADDRESS"},
		{"held by nobody", "-- caches --\nGoogle 192.0.2.1\n-- cached Quad9 --\n",
			"scenario x: line 3: -- cached Quad9 --: Quad9 is not among the caches"},
		{"bad denial", "-- caches --\nGoogle 192.0.2.1\n-- cached Google --\n; NXDOMAIN x.example TXT\n",
			`scenario x: line 4: -- cached Google --: want "; NXDOMAIN NAME TYPE TTL"`},
		{"bad network", "-- network --\nno-ipv5\n",
			`scenario x: line 2: -- network --: unknown word "no-ipv5"`},
		{"bad round trip", "-- network --\nrtt -1s\n",
			`scenario x: line 2: -- network --: "-1s" is not a duration such as "90s"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("x", []byte(test.text))
			if err == nil {
				t.Fatal("no error")
			}
			diff(t, test.text, test.want, err.Error())
		})
	}
}

func TestUnknownFaultNamesTheKnown(t *testing.T) {
	_, err := Parse("x", []byte("-- faults --\nns1.example.com explode\n"))
	const want = `scenario x: line 2: -- faults --: unknown fault "explode": want one of ` +
		"alias-and-records, alternate, badvers, case-sensitive-drop, case-sensitive-nxdomain, case-sensitive-servfail, cut, drop, duplicate, edns, edns-drop, edns-flag, edns-ignore, edns-option, edns-version, " +
		"ent-nxdomain, foreign-soa, formerr, garbage, guess, jitter, lame, lost-over, lower-case, no-aa, no-edns, no-soa, no-tcp, notimp, nxdomain, " +
		"ra, rate-limit, refuse, rotate, rrl, servfail, single, slow, strip-dnssec, tcp-close, tcp-cut, tcp-drip, tcp-one, tcp-silent, truncate, truncate-tcp, unreachable, " +
		"upward, upward-foreign, wrong-id, wrong-question, wrong-source"
	if err == nil {
		t.Fatal("no error")
	}
	diff(t, "error", want, err.Error())
}

// Every scenario that ships must play.
func TestScenariosParse(t *testing.T) {
	names := testdata.Scenarios()
	if len(names) == 0 {
		t.Fatal("no scenarios")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			data, err := testdata.Scenario(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(name, data)
			if err != nil {
				t.Fatal(err)
			}
			if s.Title == "" || s.Story == "" || len(s.Target) == 0 || len(s.Want) == 0 {
				t.Error("a scenario has a title, a story, a target and something it wants")
			}
		})
	}
	if _, err := testdata.Scenario("no-such-world"); err == nil {
		t.Error("a scenario that does not exist was found")
	}
}

// Scenarios come from bug reports too: no text may bring the program down, and
// what parses must answer.
func FuzzParse(f *testing.F) {
	const every = 10 // more would take longer than there is, and TestScenariosParse reads all
	for i, name := range testdata.Scenarios() {
		if i%every != 0 {
			continue
		}
		data, err := testdata.Scenario(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(example))
	f.Add([]byte(cached))
	f.Add([]byte(signedWorld + "example.com optout iterations=3 algorithm=13,15 @ ns1.example.com\n"))
	f.Add([]byte(rfc4035 + "-- tamper --\nbitmap ns1.example +TXT -A\nedit xx.example A 192.0.2.1 @ ns2.example\n"))
	f.Add([]byte(faulty + "ns1.example.com type=CAA name=a.b zone=b first=2 after=1s until=3m p=0.3 slow 1s\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("fuzz", data)
		if err != nil {
			return
		}
		w, err := s.World()
		if err != nil {
			t.Fatalf("it parses, but: %v", err)
		}
		q := query(t, "udp 192.0.2.1 x.www.example.com CAA")
		for _, srv := range w.servers {
			if _, err := w.react(srv, q.Transport, q.Msg, socket{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
