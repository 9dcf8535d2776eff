// Package resolver asks DNS servers.
//
// Its only door to the world is the [Exchanger]: one query to one server over
// one transport, one reply or one error. Live sockets ([Live]), the in-memory
// internet of dns01/resolver/lab and every wrapper ([Pace], [Observe]) have
// that shape. On top of it a [Client] holds what one run has learnt: it asks a
// server as a CA's resolver would (retry, TCP, EDNS and letter-case fallback:
// [Client.Ask]), walks from the root by delegation ([Client.Delegate]), finds
// the addresses of name servers ([Client.Addresses]) and looks a name up
// iteratively ([Client.Lookup]).
//
// Nothing here judges what was seen, and nothing here knows what is looked
// for: that is dns01/resolver/survey and dns01/check. Start reading at
// exchange.go, then ask.go, then walk.go.
package resolver
