//go:build linux

package main_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lookups asks questions of one kind each, of the servers of TestRealServers.
func lookups(t *testing.T, world *namespace, binary string, start []string) {
	type answer struct {
		Rcode   string
		Answers []string
	}
	tests := []struct {
		name, question string
		want           answer
	}{
		{"an alias abroad", "_acme-challenge.alias.com TXT", answer{"NOERROR", []string{
			"_acme-challenge.alias.com. CNAME d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example-dns.org.",
			`d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example-dns.org. TXT "` + value("alias") + `"`,
		}}},
		{"CAA", "healthy.com caa", answer{"NOERROR", []string{`healthy.com. CAA 0 issue "letsencrypt.org"`}}},
		{"nothing there", "nothing.healthy.com A", answer{"NXDOMAIN", []string{}}},
		{"one server is lame", "_acme-challenge.onelame.com TXT", answer{"NOERROR", []string{
			`_acme-challenge.onelame.com. TXT "` + value("onelame") + `"`,
		}}},
		{"all servers are lame", "alllame.com A", answer{"SERVFAIL", []string{}}},
		{"aliases without end", "_acme-challenge.loop.com TXT", answer{"SERVFAIL", []string{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := slices.Concat([]string{"lookup", "--json"}, start, strings.Fields(tt.question))
			cmd := world.Command(binary, args...)
			cmd.Env = []string{"LC_ALL=C"}
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var got answer
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			for i, line := range got.Answers { // TTLs are each server's own
				f := strings.SplitN(line, " ", 4)
				got.Answers[i] = f[0] + " " + f[3]
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s\n%s", tt.question, diff, out)
			}
		})
	}
}
