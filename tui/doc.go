// Package tui is the terminal program: the check, live, to walk through from
// the verdict to the record and the packet that decided, to change something
// and to look again.
//
// It asks nothing and judges little. A run is a function, [Config.Look], that
// tells events while it goes on and returns a report; what is shown is made
// from that report, most of it by dns01/report. Only what needs no new answer
// is judged here, by the pure functions of dns01/check: another CA, account or
// expected value over what was seen, and CAA records that are not published.
//
// How it is made, in the order in which to read it:
//
//   - model.go: the one root [Model], and what it is about.
//   - update.go: messages to methods. commands.go: keys to methods, as data;
//     the footer and the help are made from the same list.
//   - run.go, watch.go: starting a run, taking in what it tells, looking again.
//   - browser.go: every view is a table of rows and the detail of the row under
//     the cursor. A pane only says which rows, and what the detail is; there is
//     one file for each, pane_*.go.
//   - layout.go: where everything stands, a pure function of the size. view.go
//     and frame.go draw it.
//
// Everything from the DNS is escaped by report.Clean before it is drawn. Every
// colour stands beside a word or a mark that says the same; colours are the
// terminal's own sixteen, so they suit its background.
package tui
