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
		Remotes, Regions   int
		Classic, TLSServer time.Duration // how long a validation may be used
		Staging            time.Duration // by its classic profile
	}
	const sevenHours = 7 * time.Hour
	tests := []struct {
		day         time.Time
		before, now facts
	}{
		{day(2026, time.March, 15),
			facts{2, 1, days(30), sevenHours, days(30)},
			facts{3, 2, days(30), sevenHours, days(30)}},
		{day(2026, time.June, 15),
			facts{3, 2, days(30), sevenHours, days(30)},
			facts{4, 2, days(30), sevenHours, days(30)}},
		{day(2026, time.December, 15),
			facts{4, 2, days(30), sevenHours, days(30)},
			facts{5, 2, days(30), sevenHours, days(30)}},
		{day(2027, time.January, 11),
			facts{5, 2, days(30), sevenHours, days(30)},
			facts{5, 2, days(30), sevenHours, days(10)}},
		{day(2027, time.February, 10),
			facts{5, 2, days(30), sevenHours, days(10)},
			facts{5, 2, days(10), sevenHours, days(10)}},
		{day(2028, time.January, 17),
			facts{5, 2, days(10), sevenHours, days(10)},
			facts{5, 2, days(10), sevenHours, sevenHours}},
		{day(2028, time.February, 16),
			facts{5, 2, days(10), sevenHours, sevenHours},
			facts{5, 2, sevenHours, sevenHours, sevenHours}},
	}
	reuse := func(ca *CA, profile string, when time.Time) time.Duration {
		p, ok := ca.Profile(profile)
		if !ok {
			t.Errorf("%s has no profile %q", ca.ID, profile)
		}
		return p.AuthorizationReuse.At(when)
	}
	at := func(when time.Time) facts {
		ca, _ := Find("letsencrypt")
		staging, _ := Find("letsencrypt-staging")
		remotes, stated := ca.Perspectives.RemotesAt(when)
		if stated {
			t.Error("Let's Encrypt does not state how many remote perspectives it has")
		}
		return facts{remotes, ca.Perspectives.Regions.At(when), reuse(ca, "", when), reuse(ca, "tlsserver", when), reuse(staging, "classic", when)}
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

// The rows of the table of CAs: a fact lost here is a wrong record advised.
func TestTableOfCAs(t *testing.T) {
	type row struct {
		Production, Recommended string
		Binding                 bool
	}
	want := map[string]row{
		"letsencrypt":         {"https://acme-v02.api.letsencrypt.org/directory", "letsencrypt.org", false},
		"letsencrypt-staging": {"https://acme-staging-v02.api.letsencrypt.org/directory", "letsencrypt.org", false},
		"googletrust":         {"https://dv.acme-v02.api.pki.goog/directory", "pki.goog", true},
		"googletrust-staging": {"https://dv.acme-v02.test-api.pki.goog/directory", "pki.goog", true},
		"zerossl":             {"https://acme.zerossl.com/v2/DV90", "sectigo.com", true},
		"sectigo":             {"https://acme.sectigo.com/v2/DV", "sectigo.com", true},
		"sslcom":              {"https://acme.ssl.com/sslcom-dv-rsa", "ssl.com", true},
		"actalis":             {"https://acme-api.actalis.com/acme/directory", "actalis.it", true},
		"digicert":            {"https://one.digicert.com/mpki/api/v1/acme/v2/directory", "digicert.com", true},
		"globalsign":          {"https://emea.acme.atlas.globalsign.com/directory", "globalsign.com", true},
	}
	got := map[string]row{}
	for _, ca := range CAs() {
		got[ca.ID] = row{ca.Directories[0], ca.Identities[0], ca.AccountBinding}
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
		ca                                 *CA
		orders, domain, set, failures, ips int
	}{
		{production, 300, 50, 5, 5, 10},
		{staging, 1500, 0, 30000, 200, 50},
	} {
		l, ok := RateLimitsOf(tt.ca)
		got := []int{l.NewOrdersPer3Hours, l.CertificatesPerDomainPerWeek, l.SameSetPerWeek, l.AuthorizationFailuresPerHour, l.RegistrationsPer3Hours}
		want := []int{tt.orders, tt.domain, tt.set, tt.failures, tt.ips}
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s (-want +got):\n%s", tt.ca.ID, diff)
		}
	}
	if other, _ := Find("digicert"); other != nil {
		if _, ok := RateLimitsOf(other); ok {
			t.Error("limits of a CA that publishes none")
		}
	}
}
