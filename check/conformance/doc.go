// Package conformance holds dns01's predictions against the CA's own code.
//
// It is a module of its own, so that the tool does not carry the requirements
// of Boulder, Let's Encrypt's software. Nothing of Boulder stands here: go.mod
// names the newest release that the tool's Go version builds.
//
// A [World] is an order for a name, a wildcard or both, and everything the DNS
// says about it, made from a seed ([Generate]). It is told to both sides:
//
//   - Boulder's validation authority asks it over DoH, as it asks the CA's
//     resolver, and says what the CA says ([Authority.Validate]);
//   - dns01 plays it in its lab, surveys it from the root ([World.Survey]) and
//     judges it ([World.Predict]).
//
// Between Boulder and the world stands [World.Resolve], which is what a
// validating resolver concludes from it. It is written from the RFCs and shares
// no code with dns01, so the two do not share mistakes. The challenge of a world
// is of type dns-01, dns-account-01 or dns-persist-01. CAA sets are compared
// without a DNS on our side too, for every method of validation, and the names
// of orders without any DNS at all ([NewOrder], [GenerateOrder]).
//
// Both sides have to agree on pass or fail, on the type of the problem and on
// its text, octet for octet. Where dns01 follows a newer release than the one
// that is built here, the difference stands in [Differences] with the reason.
// Where dns01 is known to be wrong, it stands in [Faults]. Any other is an
// error.
//
// To run it, from this folder:
//
//	go test .                                 1,500 worlds and more
//	go test . -worlds 10000 -first 50000      other ones
//	go test . -worlds 1 -first 50017          one again, as a failure says
//
// -sets and -orders count CAA sets and orders. A world that disagrees is
// printed as a scenario of the lab. Cut down, it belongs in
// testdata/scenarios.
//
// What this does not cover: blocklists, which are the CA's secret; redundancy
// with a wildcard, which Boulder checks behind a database; names whose
// challenge name is too long; several perspectives; retries, of which the
// release here makes fewer than newer ones, and with other words ("networking
// error"); servers that do not all say the same; and what Unbound makes of
// servers that misbehave in ways that Resolve does not know.
//
// Start reading at world.go, then resolve.go, boulder.go and predict.go.
package conformance
