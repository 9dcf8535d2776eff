package conformance

import (
	"testing"

	"dns01/check"
	_ "dns01/resolver/survey"
	"github.com/letsencrypt/boulder/bdns"
	"github.com/letsencrypt/boulder/identifier"
	"github.com/letsencrypt/boulder/policy"
	"github.com/letsencrypt/boulder/va"
	blog "github.com/letsencrypt/boulder/log"
	"github.com/jmhodges/clock"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/miekg/dns"
	"github.com/google/go-cmp/cmp"
)

func TestX(t *testing.T) {
	_ = bdns.NewStaticProvider
	_ = va.NewValidationAuthorityImpl
	_ = policy.WellFormedIdentifiers
	_ = identifier.NewDNS
	_ = check.Judge
	_ = blog.NewMock
	_ = clock.New
	_ = prometheus.NewRegistry
	_ = dns.Fqdn
	_ = cmp.Diff
}
