package dnssec

import (
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver/rpl"
)

// signatureFiles are those of Unbound's tests of signatures, with the day on
// which they hold (its testcode/unitverify.c). DSA and GOST are known to nobody
// any more, and test_sigs.sha1_and_256 wants two algorithms to hold at once.
var signatureFiles = map[string]string{
	"test_signatures.1": "20070818005004", "test_signatures.8": "20070829144150", "test_signatures.9": "20171215000000",
	"test_sigs.rsasha256": "20070829144150", "test_sigs.rsasha256_draft": "20090101000000", "test_sigs.rsasha512_draft": "20070829144150",
	"test_sigs.hinfo": "20090107100022", "test_sigs.revoked": "20080414005004",
	"test_sigs.ecdsa_p256": "20100908100439", "test_sigs.ecdsa_p384": "20100908100439",
	"test_sigs.ed25519": "20170530140439", "test_sigs.ed448": "20180408143630",
}

// TestOthersSignatures checks the record sets of Unbound's testdata, in the
// folder that DNS01_RPL_DIR names: all are signed, but for those whose name
// begins with "bogus".
func TestOthersSignatures(t *testing.T) {
	total := 0
	for file, day := range signatureFiles {
		now, err := time.Parse("20060102150405", day)
		if err != nil {
			t.Fatal(err)
		}
		entries := othersEntries(t, file)
		v := New(Config{Now: func() time.Time { return now }})
		ks := newKeySet(group(0, entries[0].Answer)[0][0])
		for _, m := range entries[1:] {
			for _, section := range group(0, m.Answer, m.Ns, m.Extra) {
				for _, s := range section {
					total++
					want := len(s.sigs) > 0 && !strings.HasPrefix(s.owner.String(), "bogus") && !strings.HasPrefix(m.Question[0].Name, "bogus")
					if f, _, ok := v.newWork(context.Background()).verify(s, ks, false); ok != want {
						t.Errorf("%s: %s %s: holds %t, want %t: %s", file, s.owner, dns.Type(s.rtype), ok, want, f.text)
					}
				}
			}
		}
	}
	t.Logf("%d sets", total)
}

// TestOthersDigests holds DS records against the keys beside them, and hashes
// of names against those of NSEC3 records.
func TestOthersDigests(t *testing.T) {
	for _, file := range []string{"test_ds.sha1", "test_ds.sha384"} {
		for _, m := range othersEntries(t, file) {
			var ks *keySet
			var ds *dns.DS
			for _, section := range group(0, m.Answer, m.Ns, m.Extra) {
				for _, s := range section {
					switch rr := s.rrs[0].(type) {
					case *dns.DNSKEY:
						ks = newKeySet(s)
					case *dns.DS:
						ds = rr
					}
				}
			}
			if ks == nil || ds == nil {
				t.Fatalf("%s: no key and digest in %s", file, m)
			}
			want := !strings.HasPrefix(m.Question[0].Name, "no.")
			if got := ks.digestFits(ks.keys[0], ds); got != want {
				t.Errorf("%s: %s: the digest fits: %t", file, m.Question[0].Name, got)
			}
		}
	}
	for _, m := range othersEntries(t, "test_nsec3_hash.1") {
		n3 := m.Ns[0].(*dns.NSEC3)
		q, _ := parseName(m.Question[0].Name)
		want, _, _ := strings.Cut(m.Answer[0].Header().Name, ".")
		salt, _ := hex.DecodeString(n3.Salt)
		if got := hash3(q, n3.Iterations, salt); got != decode3(want) {
			t.Errorf("%s: %x, want %s", q, got, want)
		}
	}
}

// othersEntries reads a file of messages.
func othersEntries(t *testing.T, file string) (out []*dns.Msg) {
	t.Helper()
	dir := os.Getenv("DNS01_RPL_DIR")
	if dir == "" {
		t.Skip("DNS01_RPL_DIR does not name Unbound's testdata")
	}
	text, err := os.ReadFile(filepath.Join(dir, file))
	if os.IsNotExist(err) {
		t.Skipf("no %s", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := rpl.Read(strings.NewReader("CONFIG_END\nRANGE_BEGIN 0 1\nADDRESS 192.0.2.1\n" + string(text) + "\nRANGE_END\nSCENARIO_END\n"))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, e := range s.Ranges[0].Entries {
		out = append(out, e.Msg)
	}
	return out
}
