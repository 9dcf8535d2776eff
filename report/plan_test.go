package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"dns01/check/known"
	"dns01/check/plan"
)

// planSamples are plans that need every part of the page.
func planSamples() map[string]Planned {
	ca, _ := known.Find("letsencrypt")
	staging, _ := known.Find("letsencrypt-staging")
	now := time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
	tool := Tool{Name: "dns01", Version: "1.2.3"}
	const registration = "d420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example.net"
	made := func(looked bool, r plan.Request) Planned {
		return Planned{Tool: tool, Plan: plan.Make(r), Looked: looked}
	}
	return map[string]Planned{
		"plan-fits": made(true, plan.Request{CA: ca, Challenge: "dns-01", Names: []string{"example.com", "*.example.com"}, Now: now}),
		"plan-worst-case": made(false, plan.Request{
			CA: ca, Challenge: "dns-01", Names: []string{"example.com", "*.example.com"}, Machines: 12, Accounts: 12, Now: now,
			Targets: map[string]string{"_acme-challenge.example.com": registration},
		}),
		"plan-shared-account": made(false, plan.Request{
			CA: ca, Challenge: "dns-01", Names: []string{"example.com"}, Machines: 3, Accounts: 1, Now: now,
		}),
		"plan-spread":  made(false, plan.Request{CA: ca, Challenge: "dns-01", Names: []string{"example.com"}, Machines: 9, Accounts: 9, Now: now}),
		"plan-refused": made(false, plan.Request{CA: ca, Challenge: "dns-01", Names: []string{"a_b.example.com"}, Now: now}),
		"plan-persist": made(false, plan.Request{
			CA: staging, Challenge: "dns-persist-01", Names: []string{"*.example.com", "www.example.com"}, Machines: 2, Accounts: 2, Now: now,
			Account: "https://acme-staging-v02.api.letsencrypt.org/acme/acct/1",
		}),
	}
}

func TestPlan(t *testing.T) {
	for name, pl := range planSamples() {
		t.Run(name, func(t *testing.T) {
			var text, narrow, zone, doc bytes.Buffer
			for _, err := range []error{
				PlanText(&text, pl, TextOptions{Verbose: name == "plan-refused"}), PlanText(&narrow, pl, TextOptions{Width: 40, ASCII: true}),
				PlanZone(&zone, pl), PlanJSON(&doc, pl),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "testdata/"+name+".txt", text.Bytes())
			golden(t, "testdata/"+name+".zone", zone.Bytes())
			golden(t, "testdata/"+name+".json", doc.Bytes())
			if name == "plan-worst-case" {
				golden(t, "testdata/"+name+"-40.txt", narrow.Bytes())
			}
			if strings.ContainsFunc(narrow.String(), func(r rune) bool { return r > '~' }) {
				t.Error("more than ASCII")
			}
			var any map[string]any
			if err := json.Unmarshal(doc.Bytes(), &any); err != nil || any["schema"] != float64(PlanSchema) {
				t.Errorf("schema %v: %v", any["schema"], err)
			}
			if strings.Contains(doc.String(), ": null") {
				t.Error("a list is null")
			}
		})
	}
}

// A plan of many names is read from its head: what is alike is counted, and a
// name that cannot hold its values is never among the counted ones alone.
func TestPlanOfManyNames(t *testing.T) {
	var pl plan.Plan
	for i := range 40 {
		name := fmt.Sprintf("host%d.example.com", i)
		pl.Names = append(pl.Names, name)
		pl.Challenges = append(pl.Challenges, plan.Challenge{Identifier: name, Name: "_acme-challenge." + name, Target: "_acme-challenge." + name})
		pl.Holders = append(pl.Holders, plan.Holder{Name: "_acme-challenge." + name, PerOrder: 1, AtOnce: 1 + i/39, Capacity: 1})
	}
	text := func(o TextOptions) string {
		p := newPage(&strings.Builder{}, o)
		writeHolders(p, pl)
		return p.String()
	}
	short := text(TextOptions{ASCII: true})
	for _, want := range []string{
		"\n  ... and 32 more (-v shows them)\n",
		"\n  ... and 32 more, with room for theirs (-v shows them)\n",
		"\n  _acme-challenge.host39.example.com ",
	} {
		if !strings.Contains(short, want) {
			t.Errorf("no %q in\n%s", want, short)
		}
	}
	if lines := strings.Count(short, "\n"); lines > 22 {
		t.Errorf("%d lines:\n%s", lines, short)
	}
	if long := text(TextOptions{ASCII: true, Verbose: true}); strings.Count(long, "_acme-challenge.host") != 80 {
		t.Errorf("-v:\n%s", long)
	}
	for i := range pl.Holders {
		pl.Holders[i].AtOnce = 2
	}
	if short := text(TextOptions{ASCII: true}); !strings.Contains(short, "... and 32 more, 32 of them with too many (-v shows them)") {
		t.Errorf("too many everywhere:\n%s", short)
	}
}
