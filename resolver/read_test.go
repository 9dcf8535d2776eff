package resolver

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"
)

// message builds a reply from a line of header words and sections in zone
// form, each record prefixed by its section: "an", "ns" or "ar".
func message(t *testing.T, text string) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	m.Response = true
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "":
		case "aa":
			m.Authoritative = true
		case "nxdomain":
			m.Rcode = dns.RcodeNameError
		case "refused":
			m.Rcode = dns.RcodeRefused
		case "badvers":
			m.Rcode = dns.RcodeBadVers
		case "yxdomain":
			m.Rcode = dns.RcodeYXDomain
		default:
			rr, err := dns.NewRR(rest)
			if err != nil {
				t.Fatal(err)
			}
			section := map[string]*[]dns.RR{"an": &m.Answer, "ns": &m.Ns, "ar": &m.Extra}[word]
			*section = append(*section, rr)
		}
	}
	return m
}

const challenge = "_acme-challenge.example.com"

func TestRead(t *testing.T) {
	tests := map[string]struct {
		zone, text string
		kind       Kind
		lame       string
		target     string
		records    int
		child      string
	}{
		"values": {"example.com", `aa
			an _acme-challenge.EXAMPLE.com. 60 IN TXT "v1"
			an _acme-challenge.example.com. 60 IN TXT "v2"`, Answered, "", "", 2, ""},
		"alias inside the zone with its value": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME x.example.com.
			an x.example.com. 60 IN TXT "v"`, Aliased, "", "x.example.com", 0, ""},
		"data outside the zone is not believed": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME x.example.net.
			an x.example.net. 60 IN TXT "v"`, Aliased, "", "x.example.net", 0, ""},
		"CNAME before other data at one name": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME x.example.net.
			an _acme-challenge.example.com. 60 IN TXT "v"`, Aliased, "", "x.example.net", 0, ""},
		"CNAME to itself before other data": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME _acme-challenge.example.com.
			an _acme-challenge.example.com. 60 IN TXT "v"`, Answered, "", "", 1, ""},
		"CNAME to itself": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME _acme-challenge.example.com.`, Aliased, "", challenge, 0, ""},
		"other data before the CNAME": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN TXT "v"
			an _acme-challenge.example.com. 60 IN CNAME x.example.net.`, Answered, "", "", 1, ""},
		"loop inside one message": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME a.example.com.
			an a.example.com. 60 IN CNAME _acme-challenge.example.com.`, Aliased, "", "a.example.com", 0, ""},
		"alias to a name that the same zone denies": {"example.com", `aa
			nxdomain
			an _acme-challenge.example.com. 60 IN CNAME gone.example.com.
			ns example.com. 60 IN SOA ns1.example.com. h.example.com. 1 2 3 4 5`, Aliased, "", "gone.example.com", 0, ""},
		"NXDOMAIN beside an alias that leaves the zone": {"example.com", `aa
			nxdomain
			an _acme-challenge.example.com. 60 IN CNAME x.example.net.`, Aliased, "", "x.example.net", 0, ""},
		"DNAME without its CNAME": {"example.com", `aa
			an example.com. 60 IN DNAME example.net.`, Aliased, "", "_acme-challenge.example.net", 0, ""},
		"DNAME before a CNAME that it does not make": {"example.com", `aa
			an example.com. 60 IN DNAME example.net.
			an _acme-challenge.example.com. 60 IN CNAME elsewhere.example.net.`, Aliased, "", "_acme-challenge.example.net", 0, ""},
		"CNAME before a DNAME that does not make it": {"example.com", `aa
			an _acme-challenge.example.com. 60 IN CNAME elsewhere.example.net.
			an example.com. 60 IN DNAME example.net.`, Aliased, "", "elsewhere.example.net", 0, ""},
		"DNAME to the root": {"example.com", `aa
			an example.com. 60 IN DNAME .`, Aliased, "", "_acme-challenge", 0, ""},
		"YXDOMAIN ends it, whether or not the name is too long": {"example.com", `aa
			yxdomain
			an example.com. 60 IN DNAME example.net.`, NoData, "", "", 0, ""},
		"nodata": {"example.com", `aa
			ns example.com. 60 IN SOA ns1.example.com. h.example.com. 1 2 3 4 5`, NoData, "", "", 0, ""},
		"nodata with a foreign SOA": {"example.com", `aa
			ns com. 60 IN SOA a.example.net. h.example.com. 1 2 3 4 5`, NoData, "", "", 0, ""},
		"nxdomain without SOA":          {"example.com", `nxdomain`, NXDomain, "", "", 0, ""},
		"BADVERS reads as empty answer": {"example.com", `badvers`, NoData, "", "", 0, ""},
		"refused":                       {"example.com", `refused`, Lame, "refused", "", 0, ""},
		"referral": {"com", `
			ns example.com. 60 IN NS ns1.example.com.
			ar ns1.example.com. 60 IN A 192.0.2.1`, Referral, "", "", 0, "example.com"},
		"upward referral": {"example.com", `
			ns . 60 IN NS a.root-servers.net.`, Lame, "upward-referral", "", 0, ""},
		"sideways referral": {"com", `
			ns example.org. 60 IN NS ns1.example.org.`, Lame, "other-zone", "", 0, ""},
		"referral beside the name": {"com", `
			ns other.com. 60 IN NS ns1.other.com.`, Lame, "other-zone", "", 0, ""},
		"a stray NS set beside a referral": {"com", `
			ns other.com. 60 IN NS ns1.other.com.
			ns example.com. 60 IN NS ns1.example.com.`, Referral, "", "", 0, "example.com"},
		"referral to itself": {"example.com", `
			ns example.com. 60 IN NS ns1.example.com.`, Lame, "no-authority", "", 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := Read(tt.zone, &Answer{Name: challenge, Type: dns.TypeTXT, Msg: message(t, tt.text)})
			var target string
			if r.Alias != nil {
				target = r.Alias.To
			}
			got := []any{r.Kind, r.Lame, target, len(r.Records), r.Child}
			want := []any{tt.kind, tt.lame, tt.target, tt.records, tt.child}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// What a message says of an alias's target stands for the answer to the
// target, if the zone has a say in it.
func TestContinue(t *testing.T) {
	tests := map[string]struct {
		text, target string
		kind         Kind // "" when the message says nothing
	}{
		"value": {`an _acme-challenge.example.com. 60 IN CNAME x.example.com.
			an x.example.com. 60 IN TXT "v"`, "x.example.com", Answered},
		"next hop": {`an _acme-challenge.example.com. 60 IN CNAME x.example.com.
			an x.example.com. 60 IN CNAME y.example.net.`, "x.example.com", Aliased},
		"denied": {`nxdomain
			an _acme-challenge.example.com. 60 IN CNAME x.example.com.
			ns example.com. 60 IN SOA ns1.example.com. h.example.com. 1 2 3 4 5`, "x.example.com", NXDomain},
		"not said": {`an _acme-challenge.example.com. 60 IN CNAME x.example.com.`, "x.example.com", ""},
		"not its business": {`an _acme-challenge.example.com. 60 IN CNAME x.example.net.
			an x.example.net. 60 IN TXT "v"`, "x.example.net", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := &Answer{Name: challenge, Type: dns.TypeTXT, Msg: message(t, tt.text)}
			next, ok := Continue("example.com", a, tt.target)
			if ok != (tt.kind != "") || ok && Read("example.com", next).Kind != tt.kind {
				t.Errorf("Continue = %v, %v", next, ok)
			}
		})
	}
}

// Glue that the referring zone has no say in would let one zone redirect
// another (RFC 2181 §5.4.1).
func TestGlueOutOfBailiwickIsNotTrusted(t *testing.T) {
	c := New(Config{Exchanger: Live{}})
	a := &Answer{Name: challenge, Type: dns.TypeTXT, Msg: message(t, `
		ns example.com. 60 IN NS ns1.example.com.
		ns example.com. 60 IN NS ns1.example.net.
		ar ns1.example.com. 60 IN A 192.0.2.1
		ar ns1.example.net. 60 IN A 192.0.2.2`)}
	d := c.Learn("com", a, Read("com", a))
	want := &Delegation{Zone: "example.com", Parent: "com", NS: []NameServer{
		{Name: "ns1.example.com", Glue: addrsOfText("192.0.2.1")}, {Name: "ns1.example.net"},
	}}
	if diff := cmp.Diff(want, d, cmp.Comparer(func(a, b addr) bool { return a == b }), cmpopts.IgnoreUnexported(Delegation{})); diff != "" {
		t.Error(diff)
	}
	if got := c.Deepest("x.y.example.com"); got != d {
		t.Errorf("Deepest = %v", got)
	}
}
