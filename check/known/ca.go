// Package known is what is known about CAs and public resolvers: data, each
// fact with its source and date.
package known

// A CA is one certificate authority environment, as far as known.
type CA struct {
	ID string // short name
}
