package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

func TestQuestionName(t *testing.T) {
	tests := []struct{ name, word, want string }{
		{"as it is", "example.com", "example.com."},
		{"a final dot and capitals", "WWW.Example.com.", "www.example.com."},
		{"the root", ".", "."},
		{"one label", "com", "com."},
		{"underscores", "_acme-challenge._x.example.com", "_acme-challenge._x.example.com."},
		{"a wildcard", "*.example.com", "*.example.com."},
		{"an escaped dot", `a\.b.example`, `a\.b.example.`},
		{"an escaped space", `a\032b.example`, `a\ b.example.`},
		{"a space at the end", `a\ `, `a\ .`},
		{"an escape that need not be", `\119ww.\e.example`, `www.e.example.`},
		{"an escaped capital", `\087.example`, `w.example.`},
		{"U-labels", "Bücher.example", "xn--bcher-kva.example."},
		{"the longest label", strings.Repeat("a", 63), strings.Repeat("a", 63) + "."},
	}
	for _, tt := range tests {
		if got, err := questionName(tt.word); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestQuestionType(t *testing.T) {
	tests := []struct {
		word string
		want uint16
	}{
		{"TXT", dns.TypeTXT}, {"caa", dns.TypeCAA}, {"type257", dns.TypeCAA}, {"TYPE65535", 65535},
		{"any", dns.TypeANY}, {"nsec3param", dns.TypeNSEC3PARAM}, {"NSAP-PTR", dns.TypeNSAPPTR}, {"https", dns.TypeHTTPS},
	}
	for _, tt := range tests {
		if got, err := questionType(tt.word); got != tt.want || err != nil {
			t.Errorf("%s: %d, %v; want %d", tt.word, got, err, tt.want)
		}
	}
	for _, word := range []string{"", "TYPE", "TYPE0", "TYPE-1", "OPT", "ixfr", "TYPE252", "TSIG", "maila", "None", "0"} {
		if got, err := questionType(word); err == nil {
			t.Errorf("%q became %d", word, got)
		}
	}
}

// What is asked has to come back in the question of the reply, or no reply
// would ever be taken.
func FuzzQuestionName(f *testing.F) {
	for _, s := range []string{".", "example.com", `a\.b`, `\032`, `\256`, `\`, `\1`, "bücher.example", "a..b", "xn--", "\x00", strings.Repeat("a.", 130)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := questionName(s)
		if err != nil {
			return
		}
		wire, err := new(dns.Msg).SetQuestion(name, dns.TypeA).Pack()
		if err != nil {
			t.Fatalf("%q became %q: %v", s, name, err)
		}
		var m dns.Msg
		if err := m.Unpack(wire); err != nil || m.Question[0].Name != name {
			t.Errorf("%q became %q and comes back as %q: %v", s, name, m.Question[0].Name, err)
		}
		if again, err := questionName(name); again != name || err != nil {
			t.Errorf("%q became %q, then %q: %v", s, name, again, err)
		}
	})
}

func TestRecordLine(t *testing.T) {
	tests := []struct{ name, record, want string }{
		{"an owner in mixed case", "WwW.Example.com. 60 A 192.0.2.1", "www.example.com. 60 IN A 192.0.2.1"},
		{"spaces within a string", `a. 60 TXT "two  spaces" "x"`, `a. 60 IN TXT "two  spaces" "x"`},
		{"names that may be compressed", "A.b. 1 SOA Ns.A.b. Admin.A.b. 1 2 3 4 5", "a.b. 1 IN SOA ns.a.b. admin.a.b. 1 2 3 4 5"},
		{"a value with case", `a. 60 CAA 0 ISSUE "CA.example"`, `a. 60 IN CAA 0 ISSUE "CA.example"`},
		{"no mnemonic", `a. 60 TYPE65280 \# 2 ab01`, `a. 60 IN TYPE65280 \# 2 AB01`},
		{"no octets", `a. 60 TYPE65280 \# 0`, `a. 60 IN TYPE65280 \# 0`},
		{"the root", ". 60 NS A.Root-Servers.net.", ". 60 IN NS a.root-servers.net."},
	}
	for _, tt := range tests {
		rr, err := dns.NewRR(tt.record)
		if err != nil {
			t.Fatal(err)
		}
		before := rr.String()
		if diff := cmp.Diff(tt.want, recordLine(rr)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if rr.String() != before {
			t.Errorf("%s: the record was changed", tt.name)
		}
	}
}
