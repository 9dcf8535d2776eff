// Package rpl reads replay files: the form in which the makers of Unbound and
// of Knot Resolver (Deckard) describe how their resolvers are tested. A file
// says what every server answers to what question at which step, what is asked
// of the resolver, and what it has to answer.
//
// [Read] turns a file into a [Scenario], [NewWorld] into servers that answer.
// Nothing here resolves anything: tests have real resolvers and ours ask in
// such a world. Start at [Scenario].
package rpl
