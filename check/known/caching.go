package known

// A Caching is what the resolvers of a CA keep of an answer. TTLs, those of
// denials included, delay a CA only as far as it does.
type Caching struct {
	None bool // every validation asks the authoritative servers anew

	Source string
	Date   string // YYYY-MM-DD
}

// CachingOf returns what is known of the resolvers of a CA, and false where
// nothing is: such a CA may keep an answer for as long as its TTL allows.
func CachingOf(ca *CA) (Caching, bool) {
	if ca == nil || ca.ID != "letsencrypt" && ca.ID != "letsencrypt-staging" {
		return Caching{}, false
	}
	return Caching{
		None: true, Source: "https://github.com/jsha/unboundtest/commit/bc81430", Date: "2026-04-28",
	}, true
}
