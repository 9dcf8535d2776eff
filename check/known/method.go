package known

import "strings"

// MethodsAsOf is the source of what the CA is known to offer: the newest that
// covers Methods. A challenge type that was added later is not in it.
func (c *CA) MethodsAsOf() Source {
	var newest Source
	for _, s := range c.Sources {
		for f := range strings.FieldsSeq(s.Facts) {
			if f == "Methods" && s.Date > newest.Date {
				newest = s
			}
		}
	}
	return newest
}
