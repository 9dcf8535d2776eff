package report

import (
	"fmt"
	"slices"
)

// writeStrings says of values that are expected and stand in several
// character-strings that this is as good as one: a CA joins them (RFC 8555
// §8.4, RFC 7208 §3.3), and whoever sees the parts may think otherwise.
func writeStrings(p *page, r Report) {
	var told []string
	for _, i := range r.Result.Identifiers {
		c := i.Challenge
		want := slices.Concat(r.Order.Values[i.Identifier], r.Order.Values[""])
		for n, v := range c.Values {
			if n >= len(c.Strings) || c.Strings[n] < 2 || !slices.Contains(want, v) || slices.Contains(told, c.Target+v) {
				continue
			}
			told = append(told, c.Target+v)
			p.para(0, 2, fmt.Sprintf("%s: the value stands in %d character-strings of one record, which a CA joins: that is fine", bare(c.Target), c.Strings[n]))
		}
	}
}
