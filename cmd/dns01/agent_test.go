package main

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"dns01/resolver"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
	"dns01/resolver/vantage/nats"
)

// Three agents in three places see three worlds, and say so.
func TestAgentsTellWhatTheirWorldsShow(t *testing.T) {
	leavesNothingRunning(t)
	s := natsServer(t, nil)
	stop, stderr := agentRunning(t, s, "--perspective", "eu-west", "--rir", "ripe", "--demo", "healthy", "--timeout", "20s")
	agentRunning(t, s, "--perspective", "us-east", "--rir", "ARIN", "--demo", "challenge-missing", "--timeout", "20s")
	agentRunning(t, s, "--perspective", "ap-south", "--rir", "APNIC", "--demo", "all-lame")

	v := &nats.Vantage{Options: nats.Options{URL: s.ClientURL()}}
	sight, err := v.Look(t.Context(), vantage.Target{Survey: &survey.Survey{Identifiers: []survey.Identifier{{Name: "example.com"}}}})
	if err != nil || len(sight.Missing) > 0 {
		t.Fatalf("%v, missing %v", err, sight.Missing)
	}
	got := map[string]survey.Status{}
	for _, p := range sight.Perspectives {
		for _, a := range p.Answers {
			got[p.Name+" "+p.RIR+" "+a.Name+" "+a.Type] = a.Status
		}
	}
	want := map[string]survey.Status{
		"eu-west RIPE NCC _acme-challenge.example.com TXT": survey.Answered,
		"eu-west RIPE NCC example.com CAA":                 survey.Answered,
		"eu-west RIPE NCC com CAA":                         survey.NoData,
		"us-east ARIN _acme-challenge.example.com TXT":     survey.NXDomain,
		"us-east ARIN example.com CAA":                     survey.Answered,
		"us-east ARIN com CAA":                             survey.NoData,
		"ap-south APNIC _acme-challenge.example.com TXT":   survey.Lame,
		"ap-south APNIC example.com CAA":                   survey.Lame,
		"ap-south APNIC com CAA":                           survey.NoData,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if n := len(sight.Perspectives[1].Servers); n == 0 {
		t.Error("no single server's answer came back")
	}
	if status := stop(); status != statusOK || !strings.Contains(stderr.String(), "looked at 1 name for a request") {
		t.Errorf("status %d, stderr:\n%s", status, stderr)
	}
}

// The agents of a world's five places are asked, and the CA's quorum is
// applied: two of five that hear nothing are one too many, one is not.
func TestCheckAppliesTheQuorumToAgents(t *testing.T) {
	s := natsServer(t, nil)
	places := map[string]string{"us-east": "ARIN", "us-west": "ARIN", "eu-central": "RIPE", "ap-southeast": "APNIC"}
	agent := func(place, rir string) {
		agentRunning(t, s, "--perspective", place, "--rir", rir, "--demo", "perspectives-two-fail", "--timeout", "500ms")
	}
	for place, rir := range places {
		agent(place, rir)
	}
	run := func() *heardLines {
		p, stdout, stderr := newProgram(t, "check", "--demo", "perspectives-two-fail", "--vantage", "nats="+s.ClientURL(), "--fail-on", "never")
		if status := p.run(t.Context()); status != statusOK || stderr.Len() > 0 {
			t.Errorf("status %d, %s", status, stderr)
		}
		h := newHeardLines()
		_, _ = h.Write(stdout.Bytes())
		return h
	}
	got := run().String()
	if !strings.HasPrefix(got, "AT RISK") || !strings.Contains(got, "by agents at 127.0.0.1") || strings.Contains(got, "sa-east") {
		t.Errorf("with one of four that fails:\n%s", got)
	}
	agent("sa-east", "LACNIC")
	got = run().String()
	for _, want := range []string{"BLOCKED", "During secondary validation: ", "sa-east", "ap-southeast"} {
		if !strings.Contains(got, want) {
			t.Errorf("with two of five that fail, no %q:\n%s", want, got)
		}
	}
}

// A password may not stand where everybody on the host can read it, and what
// is wrong with a URL is said without it.
func TestVantageOfAgentsKeepsPasswordsOffTheCommandLine(t *testing.T) {
	for arg, want := range map[string]string{
		"nats":                           "nats=nats://HOST:4222",
		"nats=http://127.0.0.1":          "begins with http://",
		"nats=nats://u:secret@127.0.0.1": "DNS01_VANTAGE",
		"nats=nats://secret@127.0.0.1":   "DNS01_VANTAGE",
	} {
		p, stdout, stderr := newProgram(t, "check", "example.com", "--vantage", arg)
		if status := p.run(t.Context()); status != statusUsage || !strings.Contains(stderr.String(), want) || strings.Contains(stderr.String()+stdout.String(), "secret") {
			t.Errorf("%s: status %d, %s", arg, status, stderr)
		}
	}
}

// guarded fails the test when a special address is asked.
type guarded struct {
	t testing.TB
	resolver.Exchanger
	allowed []netip.Prefix

	mu    sync.Mutex
	asked int
}

func (g *guarded) Exchange(ctx context.Context, q resolver.Query) (resolver.Reply, error) {
	a := q.Server.Addr()
	public := resolver.Special(a) == ""
	for _, p := range g.allowed {
		public = public || p.Contains(a)
	}
	if !public {
		g.t.Errorf("%s was asked", a)
	}
	g.mu.Lock()
	g.asked++
	g.mu.Unlock()
	return g.Exchanger.Exchange(ctx, q)
}

// Whoever may send requests must not be able to make an agent ask inside the
// network that it stands in: it refuses, says why, and sends nothing there.
func TestAgentRefusesTargetsAtPrivateAddresses(t *testing.T) {
	for _, tt := range []struct {
		world   string
		refused bool
	}{{"private-addresses-only", true}, {"private-address-server", false}} {
		t.Run(tt.world, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, err := labWorld(worldFrom(t, "../../testdata/scenarios/"+tt.world+".txtar"))
				if err != nil {
					t.Fatal(err)
				}
				w.exchanger = &guarded{t: t, Exchanger: w.exchanger, allowed: w.allow}
				p, _, _ := newProgram(t)
				sight, err := lookIn(t, p, w, "example.com")
				if tt.refused {
					r, ok := err.(*nats.Refusal)
					if !ok || r.Code != 403 || !strings.Contains(r.Text, "private") {
						t.Errorf("%v", err)
					}
					return
				}
				if err != nil || len(sight.Withheld) == 0 || len(sight.Perspective.Answers) == 0 {
					t.Errorf("%+v, %v", sight, err)
				}
			})
		})
	}
}

// One request must not make an agent send questions without end, whatever
// hostile zones it leads to (NXNSAttack): the agent's budget holds, and the
// limits of the survey keep it far from there.
func TestOneRequestCannotMakeAnAgentFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := labWorld(worldFrom(t, "../../testdata/scenarios/resolver-nxns.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		g := &guarded{t: t, Exchanger: w.exchanger, allowed: w.allow}
		w.exchanger = g
		p, _, _ := newProgram(t)
		names := strings.Fields(strings.Repeat("example.com www.example.com a.example.com ", 33))
		if _, err := lookIn(t, p, w, names...); err != nil {
			t.Fatal(err)
		}
		if g.asked > 1000 {
			t.Errorf("%d questions", g.asked)
		}
	})
}

// An agent whose network lets no DNS out has no opinion: it must not count as
// a perspective that fails.
func TestAnAgentWithoutNetworkHasNoOpinion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, err := labWorld(worldFrom(t, "../../testdata/scenarios/no-network.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		p, _, _ := newProgram(t)
		_, err = lookIn(t, p, w, "example.com")
		if r, ok := err.(*nats.Refusal); !ok || r.Code != 503 {
			t.Errorf("%v", err)
		}
	})
}

// lookIn looks at names in a world as an agent does.
func lookIn(t *testing.T, p *program, w world, names ...string) (nats.Sighting, error) {
	t.Helper()
	f := newAgentFlags()
	s, err := f.settings()
	if err != nil {
		t.Fatal(err)
	}
	from, err := f.start(w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), s.deadline)
	defer cancel()
	return p.judging(w, from, s).look(ctx, nats.Request{Version: nats.Version, Names: names})
}

func TestAgentWantsToKnowWhereItStands(t *testing.T) {
	full := map[string]string{"--nats": "nats://127.0.0.1", "--perspective": "eu-west", "--rir": "RIPE"}
	tests := []struct {
		flag, value string // "" leaves it out
		want        string
	}{
		{"--nats", "", "--nats URL is missing"},
		{"--nats", "http://127.0.0.1", "begins with http://"},
		{"--nats", "nats://u:secret@127.0.0.1", "DNS01_NATS"},
		{"--nats", "nats://secret@127.0.0.1", "DNS01_NATS"},
		{"--perspective", "", "--perspective NAME is missing"},
		{"--perspective", "eu.west", `"eu.west"`},
		{"--perspective", "eu-*", `"eu-*"`},
		{"--rir", "", "--rir is missing"},
		{"--rir", "NASA", "ARIN, RIPE NCC, APNIC, LACNIC, AFRINIC"},
		{"--jobs", "0", "--jobs 0"},
		{"--drain", "soon", "--drain"},
		{"--nats-creds", "no-such-file", "--nats-creds no-such-file cannot be read: no such file"},
		{"--nats-creds", "/dev/null", "--nats-creds /dev/null cannot be read: it is no regular file"},
		{"--nats-cert", "agent_test.go", "needs its key"},
		{"--pace", "fast", "--pace"},
		{"--demo", "nowhere", `"nowhere"`},
		{"", "example.com", `"example.com"`},
	}
	for _, tt := range tests {
		args := []string{"agent"}
		for flag, value := range full {
			if flag != tt.flag {
				args = append(args, flag, value)
			}
		}
		if tt.value != "" {
			args = append(args, strings.Fields(tt.flag+" "+tt.value)...)
		}
		p, _, stderr := newProgram(t, args...)
		if status := p.run(t.Context()); status != statusUsage || !strings.Contains(stderr.String(), tt.want) || strings.Contains(stderr.String(), "secret") {
			t.Errorf("%s %s: status %d, %s", tt.flag, tt.value, status, stderr)
		}
	}
}

// Wrong credentials are told at once and are wrong usage; nothing secret is
// written anywhere.
func TestWrongCredentialsAreRefusedAndNotShown(t *testing.T) {
	s := natsServer(t, func(o *server.Options) { o.Username, o.Password = "dns01", "right-secret" })
	url := strings.Replace(s.ClientURL(), "nats://", "nats://dns01:wrong-secret@", 1)
	p, _, stderr := newProgram(t, "agent", "--perspective", "eu-west", "--rir", "RIPE")
	p.env = onlyNATS(url)
	if status := p.run(t.Context()); status != statusUsage || !strings.Contains(stderr.String(), "refuses the credentials") || strings.Contains(stderr.String(), "secret") {
		t.Errorf("status %d, stderr: %s", status, stderr)
	}
}
