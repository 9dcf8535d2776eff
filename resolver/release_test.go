package resolver

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// What the CA makes of a few malformed answers depends on the release of its
// resolver: who gives them has to be told.
func TestReleasesDisagree(t *testing.T) {
	tests := map[string]struct {
		text string
		kind Kind
		want []string
	}{
		"value":             {`aa` + "\n" + `an _acme-challenge.example.com. 60 IN TXT "v"`, Answered, nil},
		"nothing at all":    {``, NoData, []string{"1.18"}},
		"BADVERS":           {`badvers`, NoData, []string{"1.18"}},
		"its own NS, no AA": {`ns example.com. 60 IN NS ns1.example.com.`, Lame, []string{"1.24"}},
		"NODATA with SOA":   {`ns example.com. 60 IN SOA ns1.example.com. h.example.com. 1 2 3 4 5`, NoData, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := &Answer{Name: challenge, Type: dns.TypeTXT, Msg: message(t, tt.text)}
			if got := Read("example.com", a).Kind; got != tt.kind {
				t.Errorf("newest reads %s, want %s", got, tt.kind)
			}
			if d := cmp.Diff(tt.want, Disagree("example.com", a)); d != "" {
				t.Error(d)
			}
		})
	}
	if !slices.Contains(Releases(), newest) {
		t.Error("the newest release is not in the list")
	}
}
