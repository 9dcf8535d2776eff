package survey_test

import (
	"testing"

	"dns01/resolver/lab"
)

// twoServers begins the text of a world with the two name servers of
// example.com; its records come next.
const twoServers = `Two servers

-- servers --
ns1.example.com 192.0.2.1
ns2.example.com 203.0.113.1
-- zone example.com @ ns1.example.com ns2.example.com --
`

// worldOf makes the world that a text describes.
func worldOf(tb testing.TB, text string) *lab.World {
	tb.Helper()
	s, err := lab.Parse("world", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	w, err := s.World()
	if err != nil {
		tb.Fatal(err)
	}
	return w
}
