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
//	-- sign --
//	example.com nsec3                       DNSSEC, see below
//	-- tamper --
//	badsig example.com/TXT @ ns2.example.com
//	                                        likewise, see below
//	-- faults --
//	ns2.example.com type=CAA drop           see below
//	-- caches --
//	Google 192.0.2.80                       a recursive resolver
//	local 192.0.2.90                        this host's own
//	-- cached Google --
//	example.com. 300 TXT "old"              what that cache still holds
//	; NXDOMAIN new.example.com TXT 300      likewise; NODATA, SERVFAIL too
//	-- perspectives --
//	eu-west RIPE NCC                        a place elsewhere, and its registry
//	-- network --
//	rtt 20ms                                no-ipv6, no-network, udp53-blocked,
//	                                        tcp53-blocked; udp53-intercepted: the
//	                                        local cache answers whatever is asked;
//	                                        each with after=5s until=9s if not
//	                                        all the time
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
// A line of the faults section names a server (HOST, ADDRESS or * for all, each
// with /udp or /tcp if only that is meant), then conditions and the fault in any
// order:
//
//	type=CAA,TXT   the query is of one of these types
//	name=N         it is for exactly this name
//	zone=N         it is for this name or one below
//	from=P,here    it comes from one of these perspectives; here is none of them
//	first=N        only the first N queries that match so far
//	after=90s      from that time on, counted from the start
//	until=3m       up to that time
//	p=0.3          in 3 of 10 cases, the same ones in every run
//
// The first line sees a query first. The faults are the keys of the table in
// fault.go, one small function each.
//
// # DNSSEC
//
// A zone that the sign section names is signed, and so is every zone above it,
// up to the root, that the section does not name; their parents get the DS
// records, and [World.Anchors] is the trust anchor. One word is enough:
//
//	-- sign --
//	example.com
//
// That is NSEC, a KSK and a ZSK with ECDSA P-256 and SHA-256, signatures from
// one day before the world begins to thirty days after. Other words on the
// line change it:
//
//	unsigned                  not signed after all (com unsigned: a gap in the chain)
//	nsec, nsec3, optout       how to deny; with iterations=N and salt=HEX
//	algorithm=8,13            numbers or mnemonics; every set is signed by each
//	bits=2048                 of RSA, 512 to 2048, default 1024
//	keys=single               one key in the place of KSK and ZSK
//	ksk-flags=385             the flags of those keys; zsk-flags=N likewise
//	expired, future           all signatures: two days too late or too early
//	inception=-2h             or any other times, from the beginning of the
//	expiration=+90s           world; d is for days
//	ds=none, wrong, stale     the parent has none; one whose digest does not
//	                          fit; one of a key that the zone does not have
//	digest=1,2,4,99           types of digest, one DS record each
//	anchor=ds, dnskey, wrong, none
//	                          what is trusted of this zone; ds is usual for the
//	                          root and none for all others
//
// With "@ HOST…" at its end a line changes what is different in the copies of
// those hosts: "example.com expired @ ns2.example.com", or unsigned there.
//
// Algorithms 5, 7, 8, 10, 13, 14 and 15 make real signatures. Those of any
// other number, Ed448 among them, are octets that nobody can verify. Keys come
// from the zone's name, and no signature has anything left to chance (RFC 6979
// for ECDSA), so that every run gives the same octets.
//
// A zone text may have keys, signatures and denials of its own; they are
// served as they are.
//
// The tamper section spoils zones once they are signed, one fault a line, with
// "@ HOST…" for the copies of those hosts only. SET is NAME/TYPE; a name means
// the zone it lies in, DS at a cut that above it, unless zone=ZONE says
// otherwise. NAME/NSEC3, and NAME with words about denials, mean the record
// for that name or else the one that covers it.
//
//	badsig SET                its signatures do not fit
//	nosig SET                 it has none
//	unknown-keytag SET        signed by a key that is not published
//	swap-signer SET ZONE      signed by another zone's ZSK, in its name
//	extra-sigs SET N          N that do not fit come before the right one
//	resign SET WORD…          signed with expired, future, inception=, expiration=,
//	                          by=ksk|zsk, signer=NAME, labels=N or ttl=N
//	edit NAME TYPE RDATA      other data under the old signature
//	nodenial ZONE             no NSEC or NSEC3 at all
//	drop-nsec NAME            the one for this name is missing in proofs
//	drop-cover NAME           the one that covers this name is
//	bitmap NAME +TYPE -TYPE   signed lies about what is there,
//	nsec-next NAME NEXT       about what comes next,
//	set-optout NAME           and about unsigned delegations;
//	no-optout NAME            likewise
//	stripped ZONE             no signatures and denials; the keys are there
//	no-dnskey ZONE            no keys; the rest is there
//	extra-keys ZONE N [ksk]   N keys with the ZSK's tag, or the KSK's
//	wrong-ds ZONE             the parent's digests do not fit; signed
//	extra-ds ZONE N           N that do not fit come before the right one; signed
//
// # Time
//
// The clock is that of package time, so that in a testing/synctest bubble all
// waiting is virtual. It starts with the first exchange or with [World.Start].
// The date is the world's own: [World.Epoch] when it starts, 1 November 2026 at
// midnight UTC, and [World.Now] from then on. Signatures are judged as of that.
//
// Start reading at scenario.go, then plan.go (what is made), zone.go (what a
// zone says), authority.go (what a server says) and exchange.go. DNSSEC begins
// at signing.go (what is asked for), then trust.go, sign.go and denial.go.
package lab
