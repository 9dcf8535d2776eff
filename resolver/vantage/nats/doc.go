// Package nats joins agents of our own to whoever asks them, over NATS
// (https://nats.io). An agent stands in one perspective: a place with a
// network of its own, in the region of one registry.
//
// Two things are asked of agents. To look: every perspective is asked at once
// what it sees of an order's names, see [Agent] and [Vantage]. And to judge
// the orders of a batch: each goes to one agent through a work queue of
// JetStream, see [Agent] and [Dispatcher].
//
// What goes over the wire is in wire.go (messages) and sight.go (what was
// seen); docs/agents.md tells it to people. Everything that arrives is
// somebody else's: it is bounded, checked and refused with a reason. How an
// agent looks and judges is not here but passed in, so that nothing in this
// package asks the DNS.
package nats
