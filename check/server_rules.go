package check

// probeRules are what the probe plan looks for (docs/probes.md).
var probeRules = []*Rule{
	{
		ID: "edns-dropped", Subject: "server", Severity: Error,
		Title:  "A server does not answer queries that carry EDNS (a warning when other servers answer)",
		Why:    "Every query of the CA's resolver carries EDNS, and it does not ask again without after silence. From such a server it gets nothing.",
		Fix:    "Let DNS queries with an OPT record through: it is often the DNS inspection of a firewall that drops them. Otherwise upgrade the name server.",
		Source: "RFC 6891 §7; RFC 8906 §3.2; Unbound 1.9.0 (no fallback after a time-out)",
	},
	{
		ID: "answer-from-wrong-address", Subject: "server", Severity: Error,
		Title:  "Replies come from another address or port than was asked (a warning when other servers answer)",
		Why:    "A resolver takes such a reply for forged and waits on.",
		Fix:    "Let the name server answer from the address asked: name each address in its configuration (BIND listen-on, NSD ip-address, Knot listen, PowerDNS local-address) instead of the wildcard, and look for address translation that works one way only.",
		Source: "RFC 2181 §4; RFC 5452 §9.1",
	},
	{
		ID: "edns-version-mishandled", Subject: "server", Severity: Note,
		Title:  "EDNS version 1 does not get BADVERS (an error when version 0 gets it)",
		Why:    "BADVERS to version 0, which all resolvers use, reads as an empty answer: the CA finds no TXT record. Version 1 nobody uses yet.",
		Fix:    "Upgrade the name server: answer EDNS version 0, and BADVERS with an OPT record of version 0 to others.",
		Source: "RFC 6891 §6.1.3; RFC 8906 §8.2.2",
	},
	{
		ID: "edns-option-mishandled", Subject: "server", Severity: Note,
		Title:  "A server does not pass over EDNS options that it does not know",
		Why:    "Resolvers that send cookies or other options get an error or nothing. The resolver of Let's Encrypt sends none; those of other CAs may.",
		Fix:    "Upgrade the name server, or the firewall before it: an option that is not known has to be ignored, and not sent back.",
		Source: "RFC 6891 §6.1.2; RFC 7873 §5.2; RFC 8906 §8.2.3",
	},
	{
		ID: "edns-flag-mishandled", Subject: "server", Severity: Note,
		Title:  "A server does not pass over EDNS flags that it does not know",
		Why:    "Nothing fails today. A flag that is defined one day will not work with this server.",
		Fix:    "Upgrade the name server: flags that are not known have to be ignored, and be clear in the answer.",
		Source: "RFC 6891 §6.1.4; RFC 8906 §8.2.4",
	},
	{
		ID: "fragments-lost", Subject: "server", Severity: Note,
		Title:  "Large UDP answers do not arrive (an error when the CA's resolver needs one)",
		Why:    "The CA's resolver offers 1232 octets and does not offer less after silence: an answer of that size that is lost on the way is lost for good.",
		Fix:    "Let UDP answers up to 1232 octets through (no firewall limit of 512), or have the server truncate at what passes: BIND max-udp-size 512, NSD ipv4-edns-size: 512, Knot udp-max-payload: 512, PowerDNS udp-truncation-threshold=512.",
		Source: "RFC 9715 §3; RFC 6891 §6.2.3",
	},
	{
		ID: "answer-truncated-early", Subject: "server", Severity: Note,
		Title:  "A server truncates answers that would fit what it was offered",
		Why:    "The CA's resolver offers 1232 octets and fetches over TCP what comes truncated: TCP has to work, and each such lookup takes a round trip or two more.",
		Fix:    "Let the server send up to 1232 octets over UDP: BIND max-udp-size 1232, NSD ipv4-edns-size and ipv6-edns-size: 1232, Knot udp-max-payload: 1232, PowerDNS udp-truncation-threshold=1232. Where less passes the way, leave it, and keep TCP port 53 open.",
		Source: "RFC 6891 §6.2.5; RFC 9715 §3",
	},
	{
		ID: "rate-limited", Subject: "server", Severity: Warning,
		Title:  "A server stops answering at the rate at which a CA's perspectives ask (a note when TCP helps)",
		Why:    "The CA asks for the challenge and for CAA at each label from several places at once. Answers beyond the limit are lost or come late.",
		Fix:    "Raise the limit of responses a second, and let limited clients come back over TCP: BIND rate-limit { responses-per-second …; slip 1; }, NSD rrl-ratelimit and rrl-slip: 1, Knot mod-rrl, dnsdist MaxQPSIPRule.",
		Source: "RFC 8906 §5; RFC 5358 §4",
	},
	{
		ID: "negative-answer-malformed", Subject: "server", Severity: Note,
		Title:  "A negative answer has no SOA of its zone",
		Why:    "A resolver asks another server before it believes it; Unbound 1.18 answered SERVFAIL. CAA lookups mostly have negative answers.",
		Fix:    "Have the server put the zone's SOA into the authority section of NODATA and NXDOMAIN.",
		Source: "RFC 2308 §2.1, §2.2; Unbound 1.18.0",
	},
	{
		ID: "server-recursive", Subject: "server", Severity: Note,
		Title:  "An authoritative server offers recursion",
		Why:    "A resolver that answers in the place of an authoritative server gives what its cache holds, and the CA's resolver asks it last.",
		Fix:    "Switch recursion off (BIND: recursion no;), or let the delegation name the authoritative server itself.",
		Source: "RFC 5358 §4; RFC 2182 §3",
	},
	{
		ID: "upward-referral", Subject: "server", Severity: Note,
		Title:  "A server answers questions for other zones with a referral to the root",
		Why:    "It is of no use to anybody, and large enough to be abused for amplification.",
		Fix:    "Answer REFUSED for zones that are not served: upgrade the server, or take the root hints out of its configuration.",
		Source: "RFC 1034 §4.3.2; RFC 5358 §3",
	},
}
