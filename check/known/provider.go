package known

import (
	"strings"
	"time"
)

// A Provider is a DNS host, recognised by the names of its name servers, with
// what it does to a value between the call of its API and the last of its
// servers.
type Provider struct {
	ID   string
	Name string // what people call it
	// Suffixes end the names of its name servers.
	Suffixes []string
	// Numbered is set where a suffix is followed by what differs from server
	// to server: "awsdns-" is the beginning of a label.
	Numbered bool

	// Usual is how long publishing takes as a rule, and Longest what to plan
	// for; zero when not known.
	Usual, Longest time.Duration
	// Batch is set where changes are published together, at every multiple of
	// it past the hour.
	Batch time.Duration

	Source string
	Date   string // when the facts were current, YYYY-MM-DD
}

// Providers returns every DNS host whose rhythm is known. Times that clients
// wait by default stand for what their authors found to be enough.
func Providers() []Provider {
	const (
		lego    = "https://github.com/go-acme/lego/tree/v5.3.1/providers/dns"
		certbot = "https://eff-certbot.readthedocs.io/en/stable/using.html#dns-plugins"
		posh    = "https://poshac.me/docs/latest/Plugins/"
		read    = "2026-11-22"
	)
	return []Provider{
		{ID: "cloudflare", Name: "Cloudflare", Suffixes: []string{"ns.cloudflare.com"},
			Usual: 10 * time.Second, Longest: 120 * time.Second, Source: certbot + "; " + lego, Date: read},
		{ID: "route53", Name: "Amazon Route 53", Suffixes: []string{"awsdns-"}, Numbered: true,
			Longest: 120 * time.Second, Source: lego, Date: read},
		{ID: "azure", Name: "Azure DNS", Suffixes: []string{"azure-dns.com", "azure-dns.net", "azure-dns.org", "azure-dns.info"},
			Longest: 120 * time.Second, Source: lego, Date: read},
		{ID: "google", Name: "Google Cloud DNS", Suffixes: []string{"googledomains.com"},
			Usual: 60 * time.Second, Longest: 180 * time.Second, Source: certbot + "; " + lego, Date: read},
		{ID: "desec", Name: "deSEC", Suffixes: []string{"desec.io", "desec.org"},
			Longest: 120 * time.Second, Source: lego, Date: read},
		{ID: "digitalocean", Name: "DigitalOcean", Suffixes: []string{"digitalocean.com"},
			Usual: 10 * time.Second, Longest: 60 * time.Second, Source: certbot + "; " + lego, Date: read},
		{ID: "hetzner", Name: "Hetzner", Suffixes: []string{"ns.hetzner.com", "ns.hetzner.de"},
			Longest: 60 * time.Second, Source: lego, Date: read},
		{ID: "godaddy", Name: "GoDaddy", Suffixes: []string{"domaincontrol.com"},
			Longest: 120 * time.Second, Source: lego, Date: read},
		{ID: "namecheap", Name: "Namecheap", Suffixes: []string{"registrar-servers.com"},
			Longest: time.Hour, Source: lego, Date: read},
		{ID: "gandi", Name: "Gandi", Suffixes: []string{"gandi.net"},
			Longest: 20 * time.Minute, Source: lego, Date: read},
		// Quarter-hour batches ended in 2020: certbot waits 120 s since, while
		// Posh-ACME still plans for one.
		{ID: "linode", Name: "Linode", Suffixes: []string{"linode.com"},
			Usual: 120 * time.Second, Longest: 1020 * time.Second, Source: certbot + "; " + posh, Date: read},
		{ID: "namesilo", Name: "NameSilo", Suffixes: []string{"dnsowl.com"},
			Batch: 15 * time.Minute, Longest: 1020 * time.Second,
			Source: posh + "; https://github.com/go-acme/lego/issues/967", Date: read},
		{ID: "netcup", Name: "netcup", Suffixes: []string{"root-dns.netcup.net", "second-dns.netcup.net", "third-dns.netcup.net"},
			Usual: 15 * time.Minute, Longest: 20 * time.Minute, Source: lego, Date: read},
		{ID: "ionos", Name: "IONOS", Suffixes: []string{"ui-dns.com", "ui-dns.de", "ui-dns.org", "ui-dns.biz"},
			Longest: 15 * time.Minute, Source: lego, Date: read},
		{ID: "porkbun", Name: "Porkbun", Suffixes: []string{"ns.porkbun.com"},
			Longest: 10 * time.Minute, Source: lego, Date: read},
		{ID: "loopia", Name: "Loopia", Suffixes: []string{"loopia.se"},
			Longest: 40 * time.Minute, Source: lego, Date: read},
	}
}

// ProviderOf returns the DNS host that a name server belongs to. The name is
// in presentation form, lower case, without final dot.
func ProviderOf(nameServer string) (Provider, bool) {
	for _, p := range Providers() {
		if p.runs(nameServer) {
			return p, true
		}
	}
	return Provider{}, false
}

// runs reports whether a name server is one of the provider's.
func (p Provider) runs(nameServer string) bool {
	for _, s := range p.Suffixes {
		switch {
		case p.Numbered:
			if strings.Contains(nameServer, "."+s) {
				return true
			}
		case nameServer == s, strings.HasSuffix(nameServer, "."+s):
			return true
		}
	}
	return false
}

// NextBatch is when changes made at t are published next, and false when the
// provider publishes each at once.
func (p Provider) NextBatch(t time.Time) (time.Time, bool) {
	if p.Batch <= 0 {
		return time.Time{}, false
	}
	return t.UTC().Truncate(p.Batch).Add(p.Batch), true
}
