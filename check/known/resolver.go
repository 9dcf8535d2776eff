package known

// A Resolver is a public recursive resolver: a cache that anyone may ask.
type Resolver struct {
	ID     string   // short name, as --resolvers takes it
	Name   string   // its operator's
	Addrs  []string // IPv4 addresses first, then IPv6; all serve port 53
	Source string   // the operator's own page
	Date   string   // when the addresses were current, YYYY-MM-DD
}

// Resolvers returns the public resolvers that are asked unless told otherwise:
// the four that guide books name most.
func Resolvers() []Resolver {
	return []Resolver{
		{
			ID: "google", Name: "Google Public DNS",
			Addrs:  []string{"8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"},
			Source: "https://developers.google.com/speed/public-dns/docs/using",
			Date:   "2026-11-22",
		},
		{
			ID: "cloudflare", Name: "Cloudflare 1.1.1.1",
			Addrs:  []string{"1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"},
			Source: "https://developers.cloudflare.com/1.1.1.1/ip-addresses/",
			Date:   "2026-11-22",
		},
		{
			ID: "quad9", Name: "Quad9",
			Addrs:  []string{"9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9"},
			Source: "https://quad9.net/service/service-addresses-and-features/",
			Date:   "2026-11-22",
		},
		{
			ID: "opendns", Name: "OpenDNS",
			Addrs:  []string{"208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53"},
			Source: "https://www.opendns.com/setupguide/",
			Date:   "2026-11-22",
		},
	}
}
