package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dns01/check"
	"dns01/check/known"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

const registration = "d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example.net"

func letsEncrypt(machines, accounts int, names ...string) Request {
	ca, _ := known.Find("letsencrypt")
	return Request{CA: ca, Challenge: dns01, Names: names, Machines: machines, Accounts: accounts, Now: noon}
}

// outline is a plan in few words.
type outline struct {
	Works    bool
	Orders   [][]string
	Rounds   int
	Findings []string
	Instead  []string
	Wait     time.Duration
}

func outlineOf(p Plan) outline {
	o := outline{Works: p.Works, Orders: p.Orders, Rounds: len(p.Rounds), Wait: p.Wait}
	for _, f := range p.Findings {
		o.Findings = append(o.Findings, string(f.Severity)+" "+f.Rule.ID)
	}
	for _, i := range p.Instead {
		o.Instead = append(o.Instead, i.ID)
	}
	return o
}

func TestMake(t *testing.T) {
	aliased := func(r Request, targets ...string) Request {
		r.Targets = map[string]string{}
		for i, target := range targets {
			r.Targets[ChallengeName(dns01, "", r.Names[i])] = target
		}
		return r
	}
	tests := []struct {
		name string
		r    Request
		want outline
	}{
		{"one machine, one name", letsEncrypt(1, 1, "example.com"),
			outline{Works: true, Orders: [][]string{{"example.com"}}, Rounds: 1}},
		{"a name and its wildcard", letsEncrypt(1, 1, "example.com", "*.example.com"),
			outline{Works: true, Orders: [][]string{{"example.com", "*.example.com"}}, Rounds: 1}},
		{
			// The worst case known: each machine needs two values, and two stand.
			"twelve machines, a name and its wildcard, one acme-dns registration",
			aliased(letsEncrypt(12, 12, "example.com", "*.example.com"), registration),
			outline{
				Orders: [][]string{{"example.com", "*.example.com"}}, Rounds: 12, Wait: 238 * time.Hour,
				Findings: []string{"error alias-slots-exceeded", "note order-near-rate-limit"},
				Instead:  []string{"one-order", "shared-account", "roomier-zone", "own-name-each", "dns-account-01", "dns-persist-01"},
			},
		},
		{
			"the same with one account: the first order validates for all",
			aliased(letsEncrypt(4, 1, "example.com", "*.example.com"), registration),
			outline{
				Orders: [][]string{{"example.com", "*.example.com"}}, Rounds: 2,
				Findings: []string{"error alias-slots-exceeded", "note order-near-rate-limit"},
				Instead:  []string{"one-order", "roomier-zone", "dns-persist-01"},
			},
		},
		{
			"three names at one registration", aliased(letsEncrypt(1, 1, "example.com", "www.example.com", "mail.example.com"), registration, registration, registration),
			outline{
				Orders: [][]string{{"example.com", "www.example.com"}, {"mail.example.com"}}, Rounds: 2,
				Findings: []string{"error alias-slots-exceeded"},
				Instead:  []string{"own-targets", "roomier-zone", "validate-first", "dns-persist-01"},
			},
		},
		{
			"DuckDNS", letsEncrypt(1, 1, "home.duckdns.org", "*.home.duckdns.org"),
			outline{
				Orders: [][]string{{"home.duckdns.org"}, {"*.home.duckdns.org"}}, Rounds: 2,
				Findings: []string{"error alias-slots-exceeded"},
				Instead:  []string{"roomier-zone", "validate-first", "dns-persist-01"},
			},
		},
		{
			"a host beside the wildcard that covers it", letsEncrypt(1, 1, "*.example.com", "www.example.com"),
			outline{Orders: [][]string{{"*.example.com"}, {"www.example.com"}}, Rounds: 1, Findings: []string{"error name-redundant-with-wildcard"}},
		},
		{
			"a name that the CA refuses", letsEncrypt(1, 1, "a_b.example.com", "example.com"),
			outline{Orders: [][]string{{"example.com"}}, Rounds: 1, Findings: []string{"error name-invalid"}},
		},
		{
			"a name given twice", letsEncrypt(1, 1, "example.com", "example.com"),
			outline{Works: true, Orders: [][]string{{"example.com"}}, Rounds: 1, Findings: []string{"note order-duplicate-names"}},
		},
		{
			"twenty machines with two values each need TCP", letsEncrypt(20, 20, "example.com", "*.example.com"),
			outline{
				Orders: [][]string{{"example.com", "*.example.com"}}, Rounds: 1, Wait: 510 * time.Hour,
				Findings: []string{"note challenge-needs-tcp", "note order-near-rate-limit"},
				Instead:  []string{"one-order", "shared-account", "own-name-each"},
			},
		},
		{
			"too many values for 4096 octets", letsEncrypt(40, 40, "example.com", "*.example.com"),
			outline{
				Orders: [][]string{{"example.com", "*.example.com"}}, Rounds: 2, Wait: 35 * 34 * time.Hour,
				Findings: []string{"warning challenge-over-4096", "note order-near-rate-limit"},
				Instead:  []string{"one-order", "shared-account", "own-name-each", "dns-account-01", "dns-persist-01"},
			},
		},
		{
			"a target that its operator alone can write to", aliased(letsEncrypt(1, 1, "example.com"), "example.com.d420c923.dcv.cloudflare.com"),
			outline{Works: true, Orders: [][]string{{"example.com"}}, Rounds: 1, Findings: []string{"note alias-foreign-operator"}},
		},
		{"nothing that can be ordered", letsEncrypt(1, 1, "co.uk"), outline{Findings: []string{"error name-is-public-suffix"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Make(tt.r)
			if diff := cmp.Diff(tt.want, outlineOf(p)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
				for _, f := range p.Findings {
					t.Log(f.Rule.ID, f.Detail)
				}
			}
		})
	}
}

// Other challenge types have other names and records.
func TestOtherChallengeTypes(t *testing.T) {
	r := letsEncrypt(3, 3, "example.com", "*.example.com")
	r.Challenge, r.Account = account01, "https://example.com/acme/acct/ExampleAccount"
	p := Make(r)
	if p.Challenges[0].Name != "_ujmmovf2vn55tgye._acme-challenge.example.com" || len(p.Rounds) != 1 || p.Holders[0].AtOnce != 2 {
		t.Errorf("dns-account-01: %+v", p)
	}
	r.Challenge = persist01
	p = Make(r)
	want := []Record{{
		Owner: "_validation-persist.example.com", Type: "TXT", TTL: steadyTTL,
		Data: `"letsencrypt.org; accounturi=https://example.com/acme/acct/ExampleAccount; policy=wildcard"`,
	}}
	if diff := cmp.Diff(want, p.Records()); diff != "" {
		t.Errorf("dns-persist-01 (-want +got):\n%s", diff)
	}
}

// What has been seen counts: old values leave less room, and a target is where
// the aliases lead.
func TestSeen(t *testing.T) {
	r := letsEncrypt(10, 10, "example.com")
	name := "_acme-challenge.example.com"
	r.Seen = map[string]check.ChallengeResult{"example.com": {
		Name: name, Target: "v.example.net", Bytes: 56 + 70*56, Needed: 1, Forecast: 56 + 71*56, RoomAt: map[int]int{},
	}}
	p := Make(r)
	h := p.Holders[0]
	if h.Name != "v.example.net" || h.Now != 56+70*56 || h.Bytes != 56+80*56 || h.Capacity != 2 || len(p.Rounds) != 5 {
		t.Errorf("%+v in %d rounds", h, len(p.Rounds))
	}
}

// Whatever is asked for, the rounds place each order of each machine once, no
// round needs more values at a name than it holds, and no order is one that
// the CA would refuse.
func TestRoundsAreSound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	hosts := []string{"a", "b", "c", "d"}
	for range 2000 {
		r := letsEncrypt(1+rng.IntN(15), 1+rng.IntN(15))
		r.Challenge = []string{dns01, account01, persist01}[rng.IntN(3)]
		r.Profile = []string{"", "tlsserver"}[rng.IntN(2)]
		r.Targets = map[string]string{}
		for range 1 + rng.IntN(40) {
			n := fmt.Sprintf("%s%d.example.com", hosts[rng.IntN(4)], rng.IntN(6))
			if rng.IntN(3) == 0 {
				n = "*." + n
			}
			if rng.IntN(4) == 0 {
				n = hosts[rng.IntN(4)] + "." + n
			}
			if rng.IntN(8) == 0 {
				n = "x.duckdns.org"
			}
			r.Names = append(r.Names, n)
			switch rng.IntN(3) {
			case 0:
				r.Targets[ChallengeName(r.Challenge, "", n)] = registration
			case 1:
				r.Targets[ChallengeName(r.Challenge, "", n)] = "shared.example.net"
			}
		}
		sound(t, Make(r))
	}
}

func sound(t *testing.T, p Plan) {
	t.Helper()
	most := p.CA.MaxNames(p.Profile)
	var ordered []string
	for _, o := range p.Orders {
		ordered = append(ordered, o...)
		if len(o) > most {
			t.Fatalf("%d names in an order", len(o))
		}
		if refusal := check.NewOrderProblem(o, most, false); refusal != nil {
			t.Fatalf("%v is refused: %s", o, refusal.Detail)
		}
	}
	var want []string
	for _, c := range p.Challenges {
		want = append(want, c.Identifier)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(ordered))); diff != "" {
		t.Fatalf("names of the orders:\n%s", diff)
	}
	placed := map[[2]int]int{}
	for _, r := range p.Rounds {
		for m := range r.Machines {
			for _, i := range r.Orders {
				placed[[2]int{i, r.First + m}]++
			}
		}
		for name, n := range r.Values {
			i := slices.IndexFunc(p.Holders, func(h Holder) bool { return h.Name == name })
			if h := p.Holders[i]; n > h.Capacity {
				t.Fatalf("%d values at %s, which holds %d: %+v", n, name, h.Capacity, r)
			}
		}
	}
	if len(placed) != len(p.Orders)*p.Machines {
		t.Fatalf("%d of %d orders of %d machines are placed", len(placed), len(p.Orders), p.Machines)
	}
	for at, n := range placed {
		if n != 1 || at[1] < 1 || at[1] > p.Machines {
			t.Fatalf("order %d of machine %d is placed %d times", at[0], at[1], n)
		}
	}
}
