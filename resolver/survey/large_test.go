package survey_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"dns01/resolver/survey"
	"dns01/testdata"
)

// Servers are blamed for answers that got lost only where others' of that size
// come; what could not be found out is left open.
func TestLargeLost(t *testing.T) {
	const narrow, one = "network-large-udp-lost-unevenly", "server-large-answers-lost-on-one"
	registry := strings.Join([]string{"-- zone com @ a.nic.com b.nic.com c.nic.com --", "@ NS a.nic", "@ NS b.nic", "@ NS c.nic", "$GENERATE 1-44 @ NS spare$.nic", ""}, "\n")
	servers := "-- servers --\na.nic.com 203.0.113.10\nb.nic.com 203.0.113.11\nc.nic.com 203.0.113.12\n"
	narrowRegistry := strings.NewReplacer(
		"-- servers --\n", servers,
		"-- zone example.com", registry+"-- zone example.com",
		"-- faults --\n", "-- faults --\na.nic.com/udp lost-over 512\nb.nic.com/udp lost-over 512\nc.nic.com/udp lost-over 512\n")
	for _, test := range []struct {
		name, world, want string
		change            *strings.Replacer
	}{
		{"a narrow way", narrow, "lost", strings.NewReplacer()},
		{"a narrow way, and no TCP", narrow, "lost", strings.NewReplacer("-- want --", "-- network --\ntcp53-blocked after=1.5s\n-- want --")},
		{"a narrow way, and no TCP from the beginning", narrow, "lost", strings.NewReplacer("-- want --", "-- network --\ntcp53-blocked\n-- want --")},
		{"one server of a registry alone loses them", narrow, "unclear", strings.NewReplacer("b.nic.com/udp lost-over 530\n", "b.nic.com drop\n", "c.nic.com/udp lost-over 530\n", "c.nic.com drop\n")},
		{"one server loses them, and another does not", one, "", strings.NewReplacer()},
		{"one server and the registry lose them, and another does not", one, "", narrowRegistry},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := testdata.Scenario(test.world)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				s, _ := look(t, test.change.Replace(string(text)), survey.ProbesDefault)
				if s.Network.Large != test.want {
					t.Errorf("large answers over UDP are %q, want %q", s.Network.Large, test.want)
				}
			})
		})
	}
}
