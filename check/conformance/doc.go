// Package conformance holds dns01's predictions against the CA's own code.
//
// It is a module of its own, so that the tool does not carry the requirements
// of Boulder, Let's Encrypt's software. Nothing of Boulder stands here: go.mod
// names the newest release that the tool's Go version builds.
//
// A [World] is one identifier and everything the DNS says about it, made from
// a seed. It is told to both sides:
//
//   - Boulder's validation authority asks it over DoH, as it asks the CA's
//     resolver, and says what the CA says ([Authority]);
//   - dns01 plays it in its lab, surveys it from the root and judges it
//     ([World.Predict]).
//
// Between the two stands [World.Resolve], which is what a validating resolver
// concludes from such a world. It is written from the RFCs and shares no code
// with dns01, so the two do not share mistakes. Names alone are compared
// without any DNS: [NewOrderProblem].
//
// Both sides have to agree on pass or fail, on the type of the problem and on
// its text, octet for octet. Where dns01 follows a newer release than the one
// that is built here, the difference stands in [Differences] with the reason,
// and any other is an error.
//
// To run it, from this folder:
//
//	go test .                              1,500 worlds, 3,000 orders
//	go test . -worlds 10000 -first 50000   other ones
//	go test . -worlds 1 -first 50017 -v    one again, as a failure names it
//
// A world that disagrees is printed as a scenario of the lab. Cut down, it
// belongs in testdata/scenarios.
//
// What this does not cover: rules that Boulder keeps to itself (blocklists),
// redundancy with a wildcard, which is checked behind a database, and what
// Unbound makes of servers that misbehave in ways that Resolve does not know.
// Start reading at world.go.
package conformance
