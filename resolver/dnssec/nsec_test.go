package dnssec

import (
	"testing"

	"github.com/miekg/dns"
)

// TestHash3 has hashes of RFC 5155 appendix A.
func TestHash3(t *testing.T) {
	salt := fromHex("aabbccdd")
	for n, want := range map[string]string{
		"example.":       "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
		"a.example.":     "35mthgpgcu1qg68fab165klnsnk3dpvl",
		"ai.example.":    "gjeqe526plbf1g8mklp59enfd789njgi",
		"*.W.Example.":   "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
		"x.y.w.example.": "2vptu5timamqttgl4luu9kg21e0aor3s",
	} {
		if got := hash3(mustName(n), 12, salt); got != decode3(want) {
			t.Errorf("%s: %s", n, base32hex.EncodeToString([]byte(got)))
		}
	}
}

func TestNSEC3Covers(t *testing.T) {
	for _, c := range []struct {
		owner, next, hash string
		want              bool
	}{
		{"bb", "dd", "cc", true},
		{"bb", "dd", "bb", false},
		{"bb", "dd", "dd", false},
		{"bb", "dd", "aa", false},
		{"dd", "bb", "ee", true}, // the last one
		{"dd", "bb", "aa", true},
		{"dd", "bb", "cc", false},
		{"bb", "bb", "cc", true}, // the only one
		{"bb", "bb", "bb", false},
		{"b", "dd", "cc", false}, // lengths differ
		{"bb", "", "cc", false},
	} {
		n := &nsec3{owner: c.owner, next: c.next}
		if got := n.covers(c.hash); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}

func TestNSECCoversName(t *testing.T) {
	for _, c := range []struct {
		owner, next, types, q string
		want                  bool
	}{
		{"b.test.", "d.test.", "A", "c.test.", true},
		{"b.test.", "d.test.", "A", "x.b.test.", true},
		{"b.test.", "d.test.", "A", "b.test.", false},
		{"b.test.", "d.test.", "A", "d.test.", false},
		{"b.test.", "d.test.", "NS", "x.b.test.", false}, // a delegation
		{"b.test.", "d.test.", "NS SOA", "x.b.test.", true},
		{"b.test.", "d.test.", "DNAME", "x.b.test.", false},
		{"d.test.", "test.", "A", "e.test.", true}, // the last one
		{"d.test.", "test.", "A", "e.other.", false},
		{"d.test.", "test.", "A", "c.test.", false},
		{"test.", "test.", "SOA", "c.test.", true}, // the only one
		{"test.", "test.", "SOA", "c.other.", false},
	} {
		n := testNSECOf(c.owner, c.next, c.types)
		if got := n.coversName(mustName(c.q)); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}

func testNSECOf(owner, next, types string) nsec {
	rr := mustRR(owner + " 300 IN NSEC " + next + " " + types)
	n, _ := nsecOf(&rrset{owner: mustName(owner), rtype: dns.TypeNSEC, rrs: []dns.RR{rr}})
	return n
}

func TestNSECDeniesType(t *testing.T) {
	for _, c := range []struct {
		name               string
		owner, next, types string
		q                  string
		qtype              uint16
		ce                 string // "" for none
		want               bool
	}{
		{"plain", "a.test.", "b.test.", "A", "a.test.", dns.TypeCAA, "", true},
		{"type is there", "a.test.", "b.test.", "A CAA", "a.test.", dns.TypeCAA, "", false},
		{"alias is there", "a.test.", "b.test.", "CNAME", "a.test.", dns.TypeCAA, "", false},
		{"parent side of a cut", "a.test.", "b.test.", "NS", "a.test.", dns.TypeCAA, "", false},
		{"apex", "a.test.", "b.a.test.", "NS SOA", "a.test.", dns.TypeCAA, "", true},
		{"DS from the parent", "a.test.", "b.test.", "NS", "a.test.", dns.TypeDS, "", true},
		{"DS from the child", "a.test.", "b.a.test.", "NS SOA", "a.test.", dns.TypeDS, "", false},
		{"empty non-terminal", "a.test.", "x.b.test.", "A", "b.test.", dns.TypeCAA, "", true},
		{"wildcard", "*.test.", "b.test.", "A", "q.test.", dns.TypeCAA, "test.", true},
		{"wildcard with the type", "*.test.", "b.test.", "CAA", "q.test.", dns.TypeCAA, "", false},
		{"wildcard that is an alias", "*.test.", "b.test.", "CNAME", "q.test.", dns.TypeCAA, "", false},
		{"wildcard elsewhere", "*.a.test.", "b.test.", "A", "q.test.", dns.TypeCAA, "", false},
		{"empty wildcard", "a.test.", "x.*.b.test.", "A", "q.b.test.", dns.TypeCAA, "b.test.", true},
		{"covered only", "a.test.", "c.test.", "A", "b.test.", dns.TypeCAA, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ce, ok := testNSECOf(c.owner, c.next, c.types).deniesType(mustName(c.q), c.qtype)
			var want name
			if c.ce != "" {
				want = mustName(c.ce)
			}
			if ok != c.want || ce != want {
				t.Errorf("got %t %s", ok, ce)
			}
		})
	}
}
