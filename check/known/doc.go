// Package known is what is known about certificate authorities and public
// resolvers: data, each fact with its source and the day on which it was read.
//
// [CAs] and [Find] give the certificate authorities, [Resolvers] the public
// resolvers. Facts that are announced to change stand in a [Schedule] and are
// asked for with the time at which they matter. The package imports none of
// ours and asks nobody: what a CA says of itself in its directory document is
// for the caller to prefer.
//
// A new fact is one field or row here, with a [Source]. Start reading at
// ca.go for the shape and letsencrypt.go for an example.
package known
