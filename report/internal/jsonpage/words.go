package jsonpage

import "fmt"

// words say what each field means, by its type and key.
var words = map[string]string{
	"jsonDocument.schema":        "1.",
	"jsonDocument.tool":          "The program that wrote it.",
	"jsonDocument.started_at":    "When the run began.",
	"jsonDocument.via":           "The resolver that was asked in the place of all servers, because direct DNS does not leave this network or is answered in it.",
	"jsonDocument.duration_ms":   "How long it took.",
	"jsonDocument.order":         "What was judged.",
	"jsonDocument.verdict":       "What will become of the order: its worst identifier's.",
	"jsonDocument.retry_after_s": "For `retry`: when to try again.",
	"jsonDocument.identifiers":   "Each name of the order, once.",
	"jsonDocument.findings":      "What was found: errors first, a consequence right after its cause.",
	"jsonDocument.zones":         "The zones whose servers were asked, parents first.",
	"jsonDocument.queries":       "What it cost.",
	"jsonDocument.order_errors":  "What the CA would answer for the order as a whole.",
	"jsonDocument.supposed":      "Records that `--what-if` supposes.",
	"jsonDocument.without":       "How each name fares without them.",

	"jsonDocument.vantages":     "The engines that were asked to look from elsewhere (`--vantage`).",
	"jsonDocument.perspectives": "What each place elsewhere saw.",

	"jsonVantage.name":    "What to call it.",
	"jsonVantage.failure": "Why nothing at all was seen through it, or `\"\"`.",
	"jsonVantage.missing": "Perspectives that were asked and told nothing.",
	"jsonVantage.limits":  "What it cannot look at, a sentence each.",

	"jsonMissing.perspective": "Its name.",
	"jsonMissing.reason":      "Why.",

	"jsonPerspective.name":    "Its name.",
	"jsonPerspective.rir":     "The registry in whose region it stands: `ARIN`, `RIPE NCC`, `APNIC`, `LACNIC`, `AFRINIC`, or `\"\"`.",
	"jsonPerspective.vantage": "The engine it belongs to: a `name` of `vantages`.",
	"jsonPerspective.passes":  "Whether every name passes there, as far as it looked; null when it saw nothing that counts.",
	"jsonPerspective.saw":     "What its resolver concluded.",
	"jsonPerspective.servers": "What single servers answered there.",

	"jsonSaw.question": "Name and type.",
	"jsonSaw.status":   "`answered`, `nodata`, `nxdomain`, or how it failed: `lame`, `timeout`, `unreachable`, `malformed`.",
	"jsonSaw.records":  "RDATA in presentation form.",

	"jsonSawOne.server":    "Name of the server.",
	"jsonSawOne.address":   "Its address, or `\"\"` when the engine does not tell.",
	"jsonSawOne.transport": "`udp` or `tcp`.",
	"jsonSawOne.question":  "Name and type.",
	"jsonSawOne.status":    "As in `saw`.",
	"jsonSawOne.serial":    "Serial of the zone there; null when it was not asked for.",
	"jsonSawOne.records":   "RDATA in presentation form.",

	"jsonStanding.name":      "Name of the perspective.",
	"jsonStanding.rir":       "As in `perspectives`.",
	"jsonStanding.vantage":   "As in `perspectives`.",
	"jsonStanding.challenge": "How the challenge fares there.",
	"jsonStanding.caa":       "How CAA fares there.",
	"jsonStanding.problems":  "What the CA would answer if this place decided.",

	"jsonTool.name":    "`dns01`.",
	"jsonTool.version": "Its version.",

	"jsonOrder.ca":        "Short name of the CA, or `\"\"`.",
	"jsonOrder.challenge": "Type of the challenge.",
	"jsonOrder.account":   "URI of the account, or `\"\"`.",
	"jsonOrder.mode":      "`preflight` asks \"may I order?\", `validation` \"is it published?\": values were given.",

	"jsonIdentifier.identifier":       "The name, with `*.` if given.",
	"jsonIdentifier.verdict":          "What will become of it.",
	"jsonIdentifier.retry_after_s":    "For `retry`: when to try again.",
	"jsonIdentifier.challenge":        "Where its value is looked for.",
	"jsonIdentifier.caa":              "How CAA was decided (RFC 8659).",
	"jsonIdentifier.predicted_errors": "What the CA would answer; empty when it passes.",
	"jsonIdentifier.secondary_errors": "What it would answer where remote perspectives alone fail.",
	"jsonIdentifier.perspectives":     "How it fares at each place elsewhere.",
	"jsonIdentifier.recheck_errors":   "What it would answer at finalize, where an old validation is reused.",

	"jsonChallenge.name":            "The challenge name.",
	"jsonChallenge.target":          "Where its aliases end.",
	"jsonChallenge.chain":           "Every name from `name` to `target`.",
	"jsonChallenge.values":          "TXT values seen at `target`, of all servers together.",
	"jsonChallenge.response_bytes":  "Octets of the largest TXT answer; 0 when there was none.",
	"jsonChallenge.value_strings":   "In how many character-strings each of values stands. A CA joins them.",
	"jsonChallenge.room_for_values": "How many values more fit 1232 octets.",
	"jsonChallenge.room_at":         "The same by limit, in octets.",
	"jsonChallenge.values_needed":   "Values of this order that are still to be published at `target`.",
	"jsonChallenge.forecast_bytes":  "Octets of the answer with those.",
	"jsonChallenge.service":         "The known service that `target` belongs to, or `\"\"`.",
	"jsonChallenge.slots":           "Values that it keeps at a time; 0: not limited, or not known.",

	"jsonCAA.relevant_name": "Where the relevant set was found, or `\"\"`.",
	"jsonCAA.via":           "The alias target that it came from, or `\"\"`.",
	"jsonCAA.records":       "The set, in presentation form.",
	"jsonCAA.authorized":    "Whether the CA may issue; null when not known.",
	"jsonCAA.reason":        "The decision in one sentence.",
	"jsonCAA.queries":       "Questions of the climb at the CA: one a label.",

	"jsonProblem.stage":  "`new-order`, `validation` or `finalize`.",
	"jsonProblem.type":   "Last part of the problem's URN: `dns`, `unauthorized`, `caa`.",
	"jsonProblem.detail": "Its text, as the CA words it.",

	"jsonRefusal.subproblems": "Its subproblems (RFC 8555 section 6.7.1).",

	"jsonSubproblem.identifier": "The name.",
	"jsonSubproblem.type":       "Last part of its URN.",
	"jsonSubproblem.detail":     "Its text.",

	"jsonFinding.id":          "The rule, permanent: see findings.md.",
	"jsonFinding.severity":    "`error`: a CA that asks now refuses; `warning`: it may; `note`: nothing fails.",
	"jsonFinding.transient":   "A retry may pass without any change.",
	"jsonFinding.identifiers": "Names of the order that it concerns.",
	"jsonFinding.name":        "Where in the DNS it is, or `\"\"`.",
	"jsonFinding.servers":     "Servers that it is about: `ns1.example.net (192.0.2.53)`.",
	"jsonFinding.title":       "The fault in general.",
	"jsonFinding.detail":      "What was seen, with values.",
	"jsonFinding.fix":         "What to change; records to publish on lines of their own.",
	"jsonFinding.because":     "Id of the finding that explains this one.",
	"jsonFinding.evidence":    "The exchanges behind it.",

	"jsonEvidence.server":    "Who was asked.",
	"jsonEvidence.transport": "`udp`, `tcp`, `tls` or `https`.",
	"jsonEvidence.question":  "Name and type.",
	"jsonEvidence.rcode":     "`NOERROR`, `NXDOMAIN` and so on; `\"\"` when nothing came.",
	"jsonEvidence.flags":     "Of the reply, as far as set: `aa tc rd ra ad`.",
	"jsonEvidence.bytes":     "Octets of the reply.",
	"jsonEvidence.ms":        "Round trip in milliseconds.",
	"jsonEvidence.dig":       "A command that repeats it, quoted for a shell.",
	"jsonEvidence.failure":   "Why nothing came.",

	"jsonSupposed.owner":   "Where.",
	"jsonSupposed.mode":    "`replace`, `add` or `drop`.",
	"jsonSupposed.records": "The records, in presentation form.",

	"jsonWithoutOf.identifier": "The name.",
	"jsonWithout.verdict":      "Its verdict without what is supposed.",
	"jsonWithout.reason":       "How CAA was decided then.",
	"jsonWithout.turned_by":    "The supposed record that turned it, or `\"\"`.",

	"jsonZone.name":    "The zone.",
	"jsonZone.servers": "Each address of its servers.",

	"jsonServer.name":    "Name of the server.",
	"jsonServer.address": "Its address.",
	"jsonServer.answers": "`ok`, `private`, or what stands against it: `lame`, `timeout`, `unreachable`, `malformed`, `truncated`, `no-route`, `not-asked`.",
	"jsonServer.serial":  "Serial of the zone there; null when not seen.",
	"jsonServer.rtt_ms":  "Round trip; null when nothing came.",
	"jsonServer.probes":  "What probes showed, by their id: see probes.md.",

	"jsonQueries.total":     "Messages sent.",
	"jsonQueries.udp":       "Of those, over UDP.",
	"jsonQueries.tcp":       "Of those, over TCP, TLS and HTTPS.",
	"jsonQueries.probes":    "Of those, to probe servers.",
	"jsonQueries.by_server": "The same by address.",
	"jsonQueries.caa":       "Those about CAA.",

	"jsonCAAQueries.sent":            "Sent in this run.",
	"jsonCAAQueries.estimated_at_ca": "What the CA will send for the order, all perspectives together.",

	"jsonOrders.schema":  "1.",
	"jsonOrders.verdict": "Of the worst order.",
	"jsonOrders.orders":  "A report for each.",

	"jsonErrorDocument.schema": "1.",
	"jsonErrorDocument.tool":   "The program that wrote it.",
	"jsonErrorDocument.error":  "What went wrong.",

	"jsonError.kind":    "`usage`: wrong input; `failure`: anything else.",
	"jsonError.message": "One sentence that names what is wrong and says what to do.",
	"jsonError.status":  "The exit status.",

	"jsonStart.schema":      "1.",
	"jsonStart.event":       "`start`.",
	"jsonStart.tool":        "The program that writes.",
	"jsonStart.at":          "When.",
	"jsonStart.ca":          "Short name of the CA.",
	"jsonStart.identifiers": "The names of the order.",

	"jsonSent.schema":    "1.",
	"jsonSent.event":     "`exchange`.",
	"jsonSent.at":        "When the query was sent.",
	"jsonSent.server":    "The address asked, with its port: `192.0.2.53#53`.",
	"jsonSent.transport": "`udp`, `tcp`, `tls` or `https`.",
	"jsonSent.question":  "Name and type.",
	"jsonSent.rcode":     "`NOERROR` and so on; `\"\"` when nothing came.",
	"jsonSent.flags":     "Of the reply, as far as set.",
	"jsonSent.bytes":     "Octets of the reply.",
	"jsonSent.ms":        "How long it took.",
	"jsonSent.failure":   "Why nothing came.",

	"jsonWaitDocument.wait": "How the wait went.",

	"jsonWait.outcome":    "How it ended.",
	"jsonWait.because":    "For `never`: id of the finding; else `\"\"`.",
	"jsonWait.started_at": "When it began.",
	"jsonWait.waited_ms":  "How long it lasted.",
	"jsonWait.rounds":     "Looks taken.",
	"jsonWait.in_row":     "Of the last ones, those that came to the same.",
	"jsonWait.settle":     "How many in a row it takes.",
	"jsonWait.servers":    "Each address at the last look.",
	"jsonWait.changes":    "What changed, in order.",
	"jsonWait.estimate":   "When it may happen; null when there is none.",
	"jsonWait.queries":    "Queries of all looks.",

	"jsonWaitQueries.total": "Messages sent.",
	"jsonWaitQueries.udp":   "Of those, over UDP.",
	"jsonWaitQueries.tcp":   "Of those, over TCP.",

	"jsonState.name":    "The target, asked for TXT.",
	"jsonState.zone":    "Its zone.",
	"jsonState.server":  "Name of the server.",
	"jsonState.address": "Its address.",
	"jsonState.answer":  "What it answered, in words.",
	"jsonState.serial":  "Serial of the zone there; null when it gave none.",
	"jsonState.asked":   "False when it was left out for a reason of ours.",
	"jsonState.has_set": "It has every value expected.",

	"jsonChange.at":       "When it was seen.",
	"jsonChange.after_ms": "The same from the beginning of the wait.",
	"jsonChange.from":     "The answer before, `\"\"` at the first look.",
	"jsonChange.state":    "The address now.",

	"jsonEstimate.from":  "At the earliest, or `\"\"`.",
	"jsonEstimate.until": "At the latest, or `\"\"`.",
	"jsonEstimate.why":   "What it rests on.",

	"jsonRound.schema":    "1.",
	"jsonRound.event":     "`round`.",
	"jsonRound.round":     "Number of the look, from 1.",
	"jsonRound.at":        "When.",
	"jsonRound.waited_ms": "Since the beginning.",
	"jsonRound.verdict":   "Of this look.",
	"jsonRound.passing":   "It came to what is waited for.",
	"jsonRound.in_row":    "Looks in a row that did.",
	"jsonRound.settle":    "How many it takes.",
	"jsonRound.queries":   "Sent in this look.",
	"jsonRound.servers":   "Each address.",
	"jsonRound.changes":   "What changed since the look before.",
	"jsonRound.estimate":  "When it may happen; null when there is none.",
	"jsonRound.next_ms":   "Pause until the next look; 0 when there is none.",
}

// wordsOf says what a field means. A field without words is an error.
func wordsOf(f field) (string, error) {
	w, ok := words[f.in+"."+f.key]
	if !ok {
		return "", fmt.Errorf("say in report/internal/jsonpage/words.go what %s of %s means", f.key, f.in)
	}
	return w, nil
}
