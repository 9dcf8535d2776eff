// Package lab is a small internet in memory, with name servers that misbehave
// on request.
//
// A [Scenario] is read from one txtar file ([Parse]); [Scenario.World] builds
// a fresh [World] from it, which is a resolver.Exchanger and can listen on
// real sockets too ([World.Serve]). The lab is a world, not a test: it answers
// by the RFCs alone and shares no code with the resolver that asks it, so that
// the two do not share mistakes either.
//
// # The scenario file
//
// The first line of the txtar comment is the title, the rest the story. Then
// come sections; in all of them but zone text "#" begins a comment. Names in
// section titles and in all sections but zone text are absolute, with or
// without the final dot.
//
//	-- target --
//	example.com *.example.com --value …     words of the command line
//	-- servers --
//	ns1.example.com 192.0.2.1 2001:db8::1   a name server and its addresses
//	-- zone example.com @ ns1.example.com ns2.example.com --
//	@ CAA 0 issue "ca.example"              RFC 1035 §5 text, $TTL 300
//	-- zone example.com @ ns2.example.com --
//	                                        another copy, on that host only
//	-- after 90s zone example.com @ ns2.example.com --
//	                                        the copy from that time on
//	-- delegation example.com --
//	@ NS ns1                                what the parent says instead
//	-- faults --
//	ns2.example.com type=CAA drop           see below
//	-- caches --
//	Google 192.0.2.80                       a recursive resolver
//	local 192.0.2.90                        this host's own
//	-- cached Google --
//	example.com. 300 TXT "old"              what that cache still holds
//	; NXDOMAIN new.example.com TXT 300      likewise; NODATA, SERVFAIL too
//	-- network --
//	rtt 20ms                                no-ipv6, no-network, udp53-blocked,
//	                                        tcp53-blocked
//	-- want --
//	verdict ready                           kept as lines, not understood here
//
// What a zone text leaves out is made: the SOA; apex NS records for every host
// that serves the zone; addresses of name servers within the zone, unless the
// text has anything at their name. RDATA may be given as octets (RFC 3597 §5)
// and need not be valid for its type.
//
// What the file leaves out is made too. The root is on a.root-servers.net
// (198.51.100.1, 2001:db8:ffff::1) and b.root-servers.net (.2, ::2). Each TLD
// is on a.nic.TLD and b.nic.TLD, at 198.51.100.10 and 2001:db8:fffe::10 and
// upwards in the order of TLD names; no TLD is made for a name that is only
// the target. A name server's name that lies in no zone of the file gets a
// zone of its own, the last two labels, served by itself. The nearest zone
// above each zone delegates to it with glue for all hosts below that zone,
// unless its text has NS records there or a delegation section says otherwise
// (an empty one: not delegated).
//
// # Faults
//
// A line of the faults section names a server (HOST or ADDRESS, each with /udp
// or /tcp if only that is meant), then conditions and the fault in any order:
//
//	type=CAA,TXT   the query is of one of these types
//	name=N         it is for exactly this name
//	zone=N         it is for this name or one below
//	first=N        only the first N queries that match so far
//	after=90s      from that time on, counted from the start
//	until=3m       up to that time
//	p=0.3          in 3 of 10 cases, the same ones in every run
//
// The first line sees a query first. The faults are the keys of the table in
// fault.go, one small function each.
//
// # Time
//
// The clock is that of package time, so that in a testing/synctest bubble all
// waiting is virtual. It starts with the first exchange or with [World.Start].
//
// Start reading at scenario.go, then plan.go (what is made), zone.go (what a
// zone says), authority.go (what a server says) and exchange.go.
package lab
