package check

import "testing"

// Where the RFC's reading and Let's Encrypt's part, each CA is told what it
// does itself: allowed by the one and refused by the other, both ways.
func TestReadingsPart(t *testing.T) {
	for _, tt := range []struct {
		name         string
		records      []string
		boulder, rfc Verdict
	}{
		{"another CA", []string{`0 issue "ca.example"`}, Blocked, Blocked},
		{"flag 1 is taken for critical", []string{`0 issue "letsencrypt.org"`, `1 future "x"`}, Blocked, Ready},
		{"a critical contact", []string{`0 issue "letsencrypt.org"`, `128 contactemail "a@example.com"`}, Blocked, Ready},
		{"a parameter name in other letter case", []string{`0 issue "letsencrypt.org; validationMethods=http-01"`}, Ready, Blocked},
		{"an issuer in other letter case", []string{`0 issue "LetsEncrypt.org"`}, Blocked, Ready},
		{"a semicolon after a parameter", []string{`0 issue "letsencrypt.org; validationmethods=dns-01;"`}, Blocked, Blocked},
	} {
		for reading, want := range map[string]Verdict{"boulder": tt.boulder, "rfc8659": tt.rfc} {
			w := newWorld("example.com")
			w.ask("example.com", "example.com", "CAA", caaAnswer(tt.records...))
			o := letsEncrypt(v1)
			o.CA.CAAReading = reading
			if r := judgeAll(t, w, o); r.Verdict != want {
				t.Errorf("%s, read as %s: %s, want %s", tt.name, reading, r.Verdict, want)
			}
		}
	}
}
