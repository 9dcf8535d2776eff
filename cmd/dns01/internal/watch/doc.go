// Package watch keeps looking at a list of orders and tells what becomes of
// them: as metrics, as pages, and to whoever is to be called when a verdict
// changes. It is the engine of "dns01 watch".
//
// It asks no DNS and judges nothing. How an order is looked at, how a report
// is rendered, where changes are told, and what time it is, are functions
// passed in with [Config]; so all of it runs in virtual time in the tests.
//
// Start reading at watch.go, the life of a [Watcher]. schedule.go says when an
// order is due, standing.go when a changed verdict is believed, orders.go how
// the list is followed, state.go and keep.go what outlives a restart. What is known can be had through [Watcher.Handler]
// (handler.go, health.go) and as metrics (metrics.go). notify.go delivers what
// is to be told, webhook.go to a URL, with the guard against being sent to
// places that only this host can reach.
package watch
