package report

import (
	"bytes"
	"net/netip"
	"path/filepath"
	"testing"

	"dns01/resolver/survey"

	"github.com/google/go-cmp/cmp"
)

// probed is a run in which one of two servers mishandles much.
func probed() Report {
	r := healthy()
	z := r.Survey.Zone("example.com")
	for i, s := range z.Servers {
		for _, id := range []string{"edns", "case", "aa", "edns1", "ednsopt", "tcp", "type65534"} {
			s.Probes = append(s.Probes, survey.Probe{ID: id, Grade: survey.OK, Words: []string{"ok"}})
		}
		if i == 0 {
			s.Probes[3] = survey.Probe{ID: "edns1", Grade: survey.Odd, Words: []string{"soa", "noopt"}}
			s.Probes[5] = survey.Probe{ID: "tcp", Grade: survey.Broken, Words: []string{"timeout"}}
			s.Probes = append(s.Probes, survey.Probe{ID: "large", Grade: survey.Broken, Words: []string{"lost"}})
		}
	}
	r.Survey.Queries.Probes = 10
	return r
}

func TestProbesRead(t *testing.T) {
	for name, o := range map[string]TextOptions{
		"probes-verbose": {Verbose: true},
		"probes-40":      {Verbose: true, Width: 40, ASCII: true},
		"probes":         {},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Text(&b, probed(), o); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+".txt"), b.Bytes())
		})
	}
}

func TestProbesInJSON(t *testing.T) {
	got := probeWords(probed().Survey.Zone("example.com").Servers[0])
	want := map[string]string{
		"edns": "ok", "case": "ok", "aa": "ok", "edns1": "odd: soa,noopt", "ednsopt": "ok",
		"tcp": "broken: timeout", "type65534": "ok", "large": "broken: lost",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The command in the evidence has to put the same odd question.
func TestDigOfProbe(t *testing.T) {
	x := survey.Exchange{Addr: netip.MustParseAddrPort("192.0.2.53:53"), Transport: "udp", Name: "example.com", Type: "SOA", EDNS: true, Options: []string{"+edns=1", "+noednsnegotiation"}}
	const want = "dig @192.0.2.53 example.com SOA +norecurse +dnssec +bufsize=1232 +nocookie +edns=1 +noednsnegotiation +ignore"
	if got := Dig(x); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
