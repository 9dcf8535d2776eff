//go:build linux

package main_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"dns01/check"
)

// sizeCounts are numbers of values around which something changes: 8 fill 512
// octets, 21 the 1232 of a UDP answer, 72 the 4096 beyond which a CA may
// refuse; fewer with aliases and signatures.
var sizeCounts = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 19, 20, 21, 22, 66, 67, 68, 69, 70, 71, 72, 73, 100}

// A sizedServer is a make of server with a plain zone and a signed one, in
// which _acme-challenge.v21 has 21 values, and that of a21 is an alias of a
// name with 21.
type sizedServer struct {
	name string
	addr string
	software
}

var sizedServers = []sizedServer{
	{"bind", "10.54.2.1", bind},
	{"nsd", "10.54.2.2", nsd},
	{"knot", "10.54.2.3", knot},
	{"pdns", "10.54.2.4", pdns},
}

// zone is the name of the plain or of the signed zone.
func (s sizedServer) zone(signed bool) string {
	if signed {
		return s.name[:1] + "s.com"
	}
	return s.name[:1] + "p.com"
}

// text is the zone file.
func (s sizedServer) text(signed bool, keys string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "$ORIGIN %s.\n$TTL 60\n@ SOA ns hostmaster 1 7200 3600 1209600 60\n@ NS ns\nns A %s\n@ CAA 0 issue \"letsencrypt.org\"\n%s",
		s.zone(signed), s.addr, keys)
	for _, n := range sizeCounts {
		fmt.Fprintf(&b, "_acme-challenge.a%03d CNAME v%03d.values\nv%03d A %s\nv%03d.values A %s\n", n, n, n, s.addr, n, s.addr)
		for _, v := range values("sized", n) {
			fmt.Fprintf(&b, "_acme-challenge.v%03d TXT %q\nv%03d.values TXT %q\n", n, v, n, v)
		}
	}
	return b.String()
}

// message is what the arithmetic of check takes the answer for.
func (s sizedServer) message(signed, alias bool, n int) check.TXTMessage {
	zone := s.zone(signed)
	m := check.TXTMessage{Question: fmt.Sprintf("_acme-challenge.v%03d.%s", n, zone)}
	if alias {
		m.Question = fmt.Sprintf("_acme-challenge.a%03d.%s", n, zone)
		m.Aliases = []string{fmt.Sprintf("v%03d.values.%s", n, zone)}
	}
	if signed {
		m.Signer, m.SignatureSize = zone, 64
	}
	return m.With(n)
}

// startSizedServers starts them, below a root and a com of their own.
func startSizedServers(t *testing.T) (n *namespace, hints string) {
	t.Helper()
	for _, p := range []string{"dig", "nsenter", "dnssec-keygen", "dnssec-signzone"} {
		program(t, p)
	}
	z := &movingZone{namespace: newNamespace(t), dir: t.TempDir()}
	start := func(name, ip string, s software, zones ...zoneFile) {
		addrs := []netip.Addr{netip.MustParseAddr(ip)}
		z.Add(t, addrs, false)
		home := z.home(t, name)
		z.Start(t, filepath.Join(home, "log"), program(t, s.program), s.setup(t, home, addrs, zones)...)
	}
	com := "$TTL 60\ncom. SOA a.nic.com. hostmaster. 1 7200 3600 1209600 60\ncom. NS a.nic.com.\na.nic.com. A 10.54.1.1\n"
	for _, s := range sizedServers {
		var files []zoneFile
		for _, signed := range []bool{false, true} {
			name := s.zone(signed)
			com += fmt.Sprintf("%s. NS ns.%s.\nns.%s. A %s\n", name, name, name, s.addr)
			file := zoneFile{name: name + "."}
			if signed {
				k := newKey(t, z.dir, name, "", true)
				file.keys, file.sign = []key{k}, signing{by: byBind}
				ds := k.records.ToDS(dns.SHA256)
				com += ds.String() + "\n"
				file.path = file.sign.signed(t, zone{name: name}, write(t, z.dir, name+".zone", s.text(true, k.records.String()+"\n")), file.keys)
			} else {
				file.path = write(t, z.dir, name+".zone", s.text(false, ""))
			}
			files = append(files, file)
		}
		start(s.name, s.addr, s.software, files...)
	}
	start("root", "10.54.0.1", nsd, zoneFile{name: ".", path: write(t, z.dir, "root.zone",
		"$TTL 60\n. SOA a.root-servers.net. hostmaster. 1 7200 3600 1209600 60\n. NS a.root-servers.net.\na.root-servers.net. A 10.54.0.1\ncom. NS a.nic.com.\na.nic.com. A 10.54.1.1\n")})
	start("com", "10.54.1.1", nsd, zoneFile{name: "com.", path: write(t, z.dir, "com.zone", com)})
	z.await(t, "10.54.0.1", ".", "SOA", "hostmaster.")
	z.await(t, "10.54.1.1", "com.", "SOA", "hostmaster.")
	for _, s := range sizedServers {
		z.await(t, s.addr, s.zone(false), "SOA", "hostmaster.")
		z.await(t, s.addr, s.zone(true), "SOA", "hostmaster.")
	}
	return z.namespace, write(t, z.dir, "root.hints", "$TTL 60\n. NS a.root-servers.net.\na.root-servers.net. A 10.54.0.1\n")
}

// A sent answer is what a server sends for TXT records: its octets over TCP,
// and the sizes of those below 4096 into which it fits over UDP, without TC.
type sent struct {
	octets int
	fits   map[int]bool
}

// within reports whether an answer fits a limit.
func (a sent) within(limit int) bool {
	if fits, ok := a.fits[limit]; ok {
		return fits
	}
	return a.octets <= limit
}

var (
	digAsked  = regexp.MustCompile(`(?m)^;(_\S+)\.\s`)
	digHeader = regexp.MustCompile(`(?m)^;; flags: ([a-z ]*);`)
	digOctets = regexp.MustCompile(`(?m)^;; MSG SIZE  rcvd: (\d+)`)
)

// sizes asks a server for every name, as the CA's resolver does but for the
// letter case, which is that of the zone or all upper: BIND compresses only
// what is equal to the letter, so that the CA's questions, in mixed case, lie
// between the two.
func (s sizedServer) sizes(t *testing.T, world *namespace, names []string, letters func(string) string) map[string]sent {
	t.Helper()
	all := map[string]sent{}
	for _, how := range []string{"+tcp", "+bufsize=512", "+bufsize=1232"} {
		args := []string{"@" + s.addr, "+norecurse", "+dnssec", "+nocookie", "+ignore", how, "+tries=5"}
		for _, n := range names {
			args = append(args, letters(n), "TXT")
		}
		out, err := world.Command("dig", args...).Output()
		if err != nil {
			t.Fatalf("dig: %v\n%s", err, out)
		}
		limit, _ := strconv.Atoi(strings.TrimPrefix(how, "+bufsize="))
		for _, reply := range strings.Split(string(out), ";; Got answer:")[1:] {
			asked, header, octets := digAsked.FindStringSubmatch(reply), digHeader.FindStringSubmatch(reply), digOctets.FindStringSubmatch(reply)
			if asked == nil || header == nil || octets == nil {
				t.Fatalf("%s %s: what dig prints cannot be read:\n%s", s.name, how, reply)
			}
			name := strings.ToLower(asked[1])
			a := all[name]
			if a.fits == nil {
				a.fits = map[int]bool{}
			}
			if limit == 0 {
				a.octets, _ = strconv.Atoi(octets[1])
			} else {
				a.fits[limit] = !slices.Contains(strings.Fields(header[1]), "tc")
			}
			all[name] = a
		}
	}
	return all
}

// A sized challenge is what the program says of one.
type sized struct {
	ResponseBytes int         `json:"response_bytes"`
	ForecastBytes int         `json:"forecast_bytes"`
	RoomAt        map[int]int `json:"room_at"`
}

// measured is what the program says of the challenge of each name.
func measured(t *testing.T, world *namespace, binary, hints string, domains []string) map[string]sized {
	t.Helper()
	args := append([]string{"check", "--json", "--deadline", "10m", "--no-probe", "--resolvers", "none", "--root-hints", hints, "--trust-anchor", "none", "--allow-private"}, domains...)
	var out []byte
	var err error
	for range 3 { // twenty answers at a time need TCP, and a busy host may not make it in the time there is
		cmd := world.Command(binary, args...)
		cmd.Env = []string{"LC_ALL=C"}
		if out, err = cmd.Output(); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatalf("dns01 %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	var doc struct {
		Identifiers []struct {
			Identifier string
			Challenge  sized
		}
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	all := map[string]sized{}
	for _, i := range doc.Identifiers {
		all[i.Identifier] = i.Challenge
	}
	return all
}

// TestRealSizes measures what BIND, NSD, Knot and PowerDNS send for so many
// values, signed and not, behind an alias and not. Who trusts the forecast must
// not be surprised by an answer that needs TCP, or by one that did not: the
// octets are those that the arithmetic makes, and the room is the room there is.
func TestRealSizes(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // see TestRealServers
	world, hints := startSizedServers(t)
	binary := build(t)
	for _, s := range sizedServers {
		for _, signed := range []bool{false, true} {
			var names, domains []string
			for _, kind := range []string{"v", "a"} {
				for _, n := range sizeCounts {
					domains = append(domains, fmt.Sprintf("%s%03d.%s", kind, n, s.zone(signed)))
					names = append(names, "_acme-challenge."+domains[len(domains)-1])
				}
			}
			lower, upper := s.sizes(t, world, names, strings.ToLower), s.sizes(t, world, names, strings.ToUpper)
			said := measured(t, world, binary, hints, domains)
			for _, alias := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, signed %t, alias %t", s.name, signed, alias), func(t *testing.T) {
					s.hold(t, signed, alias, lower, upper, said)
				})
			}
		}
	}
}

// hold compares the numbers of one zone.
func (s sizedServer) hold(t *testing.T, signed, alias bool, lower, upper map[string]sent, said map[string]sized) {
	t.Helper()
	// What the server adds to every answer: name servers and their addresses.
	one := s.message(signed, alias, 1)
	more := lower[one.Question].octets - one.Size()
	if adds := s.name == "bind" || s.name == "nsd"; adds != (more > 0) {
		t.Errorf("%d octets more than the answer itself", more)
	}
	for _, n := range sizeCounts {
		m := s.message(signed, alias, n)
		low, up := lower[m.Question], upper[m.Question]
		its := said[strings.TrimPrefix(m.Question, "_acme-challenge.")]
		if n == 0 {
			s.holdEmpty(t, its, lower[one.Question].octets, upper[one.Question].octets)
		} else {
			if want := m.Size() + more; low.octets != want {
				t.Errorf("%d values: %d octets computed, %d sent", n, want, low.octets)
			}
			least := low.octets
			if up.fits[1232] {
				least = m.Size() // and what is added as far as there is space
			}
			if its.ResponseBytes < least || its.ResponseBytes > up.octets {
				t.Errorf("%d values: %d octets measured, %d to %d sent", n, its.ResponseBytes, least, up.octets)
			}
			if its.ForecastBytes != its.ResponseBytes+check.ValueSize() {
				t.Errorf("%d values: %d octets measured and %d forecast", n, its.ResponseBytes, its.ForecastBytes)
			}
		}
		for _, limit := range check.SizeLimits() {
			for _, with := range sizeCounts {
				if with <= n {
					continue
				}
				q := s.message(signed, alias, with)
				promised, fits := with-n <= its.RoomAt[limit], lower[q.Question].within(limit)
				if n == 0 && !promised && q.Size()+len(s.zone(signed)) > limit {
					continue // it fits by luck with the letters, which the forecast does not count on
				}
				if promised != fits && !s.undecided(q, limit, lower[q.Question], upper[q.Question]) {
					t.Errorf("%d values have room for %d more within %d octets; %d values fit: %t", n, its.RoomAt[limit], limit, with, fits)
				}
			}
		}
	}
}

// holdEmpty compares what is forecast before there is a value with what is sent
// with the first one: how names are compressed in it is known to a few octets,
// less than a value has.
func (s sizedServer) holdEmpty(t *testing.T, its sized, low, up int) {
	t.Helper()
	if its.ResponseBytes != 0 {
		t.Errorf("no value: %d octets measured", its.ResponseBytes)
	}
	if its.ForecastBytes <= low-check.ValueSize() || its.ForecastBytes >= up+check.ValueSize() {
		t.Errorf("no value: %d octets forecast with the first, %d to %d sent", its.ForecastBytes, low, up)
	}
}

// undecided reports whether it is for something else than the values to decide
// whether an answer fits: the letter case, the records that a server adds as
// long as there is space, and the authority section, which NSD leaves out before
// it counts an answer as truncated, and BIND where 512 octets are all it has.
func (s sizedServer) undecided(m check.TXTMessage, limit int, lower, upper sent) bool {
	if lower.within(limit) != upper.within(limit) {
		return true
	}
	adds := s.name == "nsd" || s.name == "bind" && limit != 1232
	return adds && m.Size() <= limit && upper.octets > limit
}
