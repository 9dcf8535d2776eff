package known

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What changes on each announced day: the last second before it, and the day
// itself, midnight UTC.
func TestAnnouncedDays(t *testing.T) {
	type facts struct {
		Remotes, Regions      int
		MostReuse, MostValid  time.Duration // Baseline Requirements
		Classic, ClassicValid time.Duration // Let's Encrypt's default profile
		TLSServer             time.Duration
	}
	const sevenHours = 7 * time.Hour
	tests := []struct {
		day         time.Time
		before, now facts
	}{
		{day(2026, time.March, 15),
			facts{2, 1, days(398), days(398), days(30), days(90), sevenHours},
			facts{3, 2, days(200), days(200), days(30), days(90), sevenHours}},
		{day(2026, time.June, 15),
			facts{3, 2, days(200), days(200), days(30), days(90), sevenHours},
			facts{4, 2, days(200), days(200), days(30), days(90), sevenHours}},
		{day(2026, time.December, 15),
			facts{4, 2, days(200), days(200), days(30), days(90), sevenHours},
			facts{5, 2, days(200), days(200), days(30), days(90), sevenHours}},
		{day(2027, time.February, 10),
			facts{5, 2, days(200), days(200), days(30), days(90), sevenHours},
			facts{5, 2, days(200), days(200), days(10), days(64), sevenHours}},
		{day(2027, time.March, 15),
			facts{5, 2, days(200), days(200), days(10), days(64), sevenHours},
			facts{5, 2, days(100), days(100), days(10), days(64), sevenHours}},
		{day(2028, time.February, 16),
			facts{5, 2, days(100), days(100), days(10), days(64), sevenHours},
			facts{5, 2, days(100), days(100), sevenHours, days(45), sevenHours}},
		{day(2029, time.March, 15),
			facts{5, 2, days(100), days(100), sevenHours, days(45), sevenHours},
			facts{5, 2, days(10), days(47), sevenHours, days(45), sevenHours}},
	}
	at := func(when time.Time) facts {
		ca, _ := Find("letsencrypt")
		b := BaselineAt(when)
		classic, stated := ca.ReuseAt("", when)
		server, _ := ca.ReuseAt("tlsserver", when)
		remotes, _ := ca.Perspectives.RemotesAt(when)
		if !stated || remotes != b.Remotes {
			t.Errorf("%s: stated %t, %d remotes and %d at least", when, stated, remotes, b.Remotes)
		}
		p, _ := ca.Profile("classic")
		return facts{b.Remotes, b.Regions, b.AuthorizationReuse, b.Validity, classic, p.Validity.At(when), server}
	}
	for _, tt := range tests {
		name := tt.day.Format(time.DateOnly)
		if diff := cmp.Diff(tt.before, at(tt.day.Add(-time.Second))); diff != "" {
			t.Errorf("the day before %s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tt.now, at(tt.day)); diff != "" {
			t.Errorf("on %s (-want +got):\n%s", name, diff)
		}
	}
}

// Staging changes about a month before production.
func TestStagingIsEarly(t *testing.T) {
	ca, _ := Find("letsencrypt-staging")
	for when, want := range map[time.Time]time.Duration{
		day(2027, time.January, 10): days(30), day(2027, time.January, 11): days(10),
		day(2028, time.January, 16): days(10), day(2028, time.January, 17): 7 * time.Hour,
	} {
		if got, _ := ca.ReuseAt("classic", when); got != want {
			t.Errorf("%s: %s, want %s", when.Format(time.DateOnly), got, want)
		}
	}
}

// Of a CA that says nothing the most allowed counts, and says so.
func TestReuseOfASilentCA(t *testing.T) {
	ca, _ := Find("digicert")
	for when, want := range map[time.Time]time.Duration{
		day(2027, time.March, 14): days(200), day(2027, time.March, 15): days(100),
		day(2029, time.March, 14): days(100), day(2029, time.March, 15): days(10),
	} {
		if got, stated := ca.ReuseAt("", when); got != want || stated {
			t.Errorf("%s: %s, stated %t, want %s", when.Format(time.DateOnly), got, stated, want)
		}
	}
	if b := BaselineAt(day(2026, time.November, 22)); b.CAAAge != 8*time.Hour || b.PersistReuse != days(10) || BaselineSource().Date == "" {
		t.Errorf("%+v", b)
	}
}

// The rows of the table of CAs: a fact lost here is a wrong record advised.
func TestTableOfCAs(t *testing.T) {
	type row struct {
		Production, Recommended string
		Binding, Wildcards      bool
	}
	want := map[string]row{
		"letsencrypt":         {"https://acme-v02.api.letsencrypt.org/directory", "letsencrypt.org", false, true},
		"letsencrypt-staging": {"https://acme-staging-v02.api.letsencrypt.org/directory", "letsencrypt.org", false, true},
		"googletrust":         {"https://dv.acme-v02.api.pki.goog/directory", "pki.goog", true, true},
		"googletrust-staging": {"https://dv.acme-v02.test-api.pki.goog/directory", "pki.goog", true, true},
		"zerossl":             {"https://acme.zerossl.com/v2/DV90", "sectigo.com", true, true},
		"sectigo":             {"https://acme.sectigo.com/v2/DV", "sectigo.com", true, true},
		"sslcom":              {"https://acme.ssl.com/sslcom-dv-rsa", "ssl.com", true, false},
		"actalis":             {"https://acme-api.actalis.com/acme/directory", "actalis.it", true, false},
		"digicert":            {"https://one.digicert.com/mpki/api/v1/acme/v2/directory", "digicert.com", true, true},
		"globalsign":          {"https://emea.acme.atlas.globalsign.com/directory", "globalsign.com", true, false},
	}
	got := map[string]row{}
	for _, ca := range CAs() {
		got[ca.ID] = row{ca.Directories[0], ca.Identities[0], ca.AccountBinding, ca.Wildcards}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The limits of both environments, each as published.
func TestRateLimitsAsPublished(t *testing.T) {
	production, _ := Find("letsencrypt")
	staging, _ := Find("letsencrypt-staging")
	for _, tt := range []struct {
		ca                                              *CA
		orders, domain, set, failures, consecutive, ips int
	}{
		{production, 300, 50, 5, 5, 1152, 10},
		{staging, 1500, 0, 30000, 200, 3600, 50},
	} {
		l, ok := RateLimitsOf(tt.ca)
		got := []int{l.NewOrdersPer3Hours, l.CertificatesPerDomainPerWeek, l.SameSetPerWeek, l.AuthorizationFailuresPerHour, l.ConsecutiveFailures, l.RegistrationsPer3Hours}
		want := []int{tt.orders, tt.domain, tt.set, tt.failures, tt.consecutive, tt.ips}
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s (-want +got):\n%s", tt.ca.ID, diff)
		}
		if l.AuthorizationFailuresPerHour != tt.ca.AuthorizationFailuresPerHour || l.NewOrdersPer3Hours != tt.ca.NewOrdersPer3Hours {
			t.Errorf("%s: the two places that tell a limit differ", tt.ca.ID)
		}
	}
	if other, _ := Find("digicert"); other != nil {
		if _, ok := RateLimitsOf(other); ok {
			t.Error("limits of a CA that publishes none")
		}
	}
}
