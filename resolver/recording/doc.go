// Package recording keeps what a run asked and what came back, as a text file
// that people can read, and lets the run be made again from it.
//
// A [Recorder] stands before any resolver.Exchanger and notes each exchange; its
// [Recording] is written with [Recording.Write] and read with [Read]. A
// [Player] is a resolver.Exchanger that answers from a recording and from
// nothing else: each question with what came to it then, after as long as it
// took then, since what a resolver asks next depends on what came when. A
// question that was not asked then fails with resolver.NotRecorded: what is not
// known is a gap, not silence. Questions that a run puts to one server of a zone,
// by chance, are answered as whichever server was asked then.
//
// # The file
//
// The first line is "dns01 recording 1", the last one "end: N exchanges". Lines
// that begin with ";" are comments, for people: messages in words. Blank lines
// mean nothing; a line that begins with white space goes on with the one before.
// All other lines are "key: value". The first ones say what was asked for, and
// where it began:
//
//	tool: dns01 v1.2.3              what made the recording
//	command: check                  which command
//	started: 2026-11-25T01:00:00Z   by the clock of the host
//	lab: stale-secondary            a made-up world; then times are its own
//	redacted: yes                   names and addresses are not the real ones
//	name: *.example.com             an identifier, or what lookup was asked
//	type: TXT                       of lookup
//	value: "example.com" "digest"   a TXT value expected; "" for all names
//	flag: --ca=letsencrypt          as given, but for those above
//	root: a.root-servers.net 198.41.0.4 2001:503:ba3e::2:30
//	anchor: . 172800 IN DS 20326 8 2 E06D…
//	signatures: 2026-11-01T00:00:00Z   judged as of then, not of when it started
//	allow: 192.0.2.0/24             a special range that may be asked
//	resolver: "google" 8.8.8.8:53 udp   a cache; "local" after it if this host's,
//	                                    then "around" if it may stand in for all
//	                                    servers
//
// Then come one or more looks, each with its exchanges:
//
//	look: 1 +0s 5bd1e995            number, when, the seed of what is left to chance
//	took: 61ms                      how long it took in all
//	exchange: 192.0.2.1:53 udp      whom, and how (see [Way])
//	sent: +20.1ms 1s                when, and how long a reply was waited for
//	query: AAAA…                    octets in base64, with the ID 0
//	got: 10.2ms                     or "failed: 1s timeout"; also from=, strays=
//	reply: AAAA…                    octets, as they came but for the ID, which is 0
//
// A look from elsewhere stands before the exchanges of its own:
//
//	vantage: "open-mpic at mpic.example.net"   an engine
//	unusable: "it does not answer"             or, where it could be used:
//	limit: "It has no view of single servers." what it cannot look at
//	verdict: "CAA of example.com" passes 6 5   its own: of 6 perspectives 5 had to
//	missing: "us-east-2" "no answer within 30s"
//	perspective: "eu-west-1" "RIPE NCC"        a place, and its registry
//	saw: answered                   what its resolver concluded,
//	server: "ns1.example.com" 192.0.2.1 udp 23ms lame refused   or one server said
//	message: AAAA…                  the question, and the records that answer it
//
// Start reading at recording.go, then recorder.go and player.go.
package recording
