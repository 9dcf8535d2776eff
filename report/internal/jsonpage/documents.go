package jsonpage

// A document is one thing that is written as JSON.
type document struct {
	def   string // in the schema
	typ   string // in Go
	title string
	about string
}

// documents are those that the page describes, in its order.
var documents = []document{
	{"report", "jsonDocument", "The report", `What ` + "`dns01 check --json`" + ` writes for one order: always the whole of it, on NXDOMAIN, at the deadline, when
interrupted and without a network too. ` + "`--format jsonl`" + ` ends with it in one line, ` + "`demo`, `replay`" + ` and
` + "`batch --full`" + ` have the same.`},
	{"orders", "jsonOrders", "Several orders", `What ` + "`dns01 check --json`" + ` writes when its names come from files that hold several orders. ` + "`.verdict`" + ` can
be read from both.`},
	{"error_document", "jsonErrorDocument", "An error", `What stands on the standard output in place of a report when there is none: wrong usage (exit status 2), or a
failure before anything was looked at (3). The same sentence is on the standard error.`},
	{"start", "jsonStart", "Event: start", `The first line of an order with ` + "`check --format jsonl`" + `.`},
	{"exchange", "jsonSent", "Event: exchange", `One query and what came of it, as it happens, with ` + "`check --format jsonl`" + `.`},
	{"wait_document", "jsonWaitDocument", "The report of a wait", `What ` + "`dns01 wait --json`" + ` writes: the report of the last look, and one object more.`},
	{"round", "jsonRound", "Event: round", `One look of ` + "`dns01 wait --format jsonl`" + `; its last line is the report of the wait.`},
	{"transition", "jsonTransition", "Event: transition", `A verdict that changed: what ` + "`dns01 watch`" + ` posts to ` + "`--webhook`" + ` and gives ` + "`--on-change`" + ` on its
standard input ([monitoring.md](monitoring.md)).`},
	{"batch_line", "jsonBatchLine", "A line of a batch", `What ` + "`dns01 batch`" + ` writes for each order of its list, as soon as it is judged. What is no order has
` + "`error`" + ` in place of ` + "`verdict`" + `.`},
}

// enums are the types whose values are words of a closed list.
var enums = map[string][]string{
	"check.Standing":  {"passes", "fails", "depends", "not-known"},
	"check.Verdict":   {"ready", "at_risk", "retry", "blocked", "unknown"},
	"check.Severity":  {"error", "warning", "note"},
	"check.Mode":      {"preflight", "validation"},
	"TransitionEvent": {"changed", "flapping", "settled"},
	"Ending":          {"ready", "never", "not-yet", "unknown", "interrupted"},
}
