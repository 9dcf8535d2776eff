//go:build linux

package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// recursor is where a resolver of this world listens: plain on port 53, which
// a router may send queries to, and over TLS.
var recursor = netip.MustParseAddr("10.53.3.9")

// networkCases are the networks that people sit in, as rules of their packet
// filter, and what is to be said of them and not of the servers.
var networkCases = []struct {
	name string
	hook string // where the rule stands
	rule string
	zone string // its tag is its first label
	args []string
	want outcome
}{
	{name: "open", hook: "filter hook input priority filter", zone: "healthy.com", want: outcome{Verdict: "ready"}},
	{
		name: "a firewall lets no UDP in", hook: "filter hook input priority filter", rule: "udp sport 53 drop", zone: "healthy.com",
		want: outcome{"unknown", 3, []string{"note could-not-look because local-port53-blocked", "note local-port53-blocked"}},
	},
	{
		name: "a firewall lets no UDP out", hook: "filter hook output priority filter", rule: "udp dport 53 drop", zone: "healthy.com",
		want: outcome{"unknown", 3, []string{"note could-not-look because local-port53-blocked", "note local-port53-blocked"}},
	},
	{
		name: "a firewall lets nothing in", hook: "filter hook input priority filter", rule: "meta l4proto { tcp, udp } th sport 53 drop", zone: "healthy.com",
		want: outcome{"unknown", 3, []string{"note could-not-look because local-port53-blocked", "note local-port53-blocked"}},
	},
	{
		name: "a firewall lets no TCP in", hook: "filter hook input priority filter", rule: "tcp sport 53 drop", zone: "healthy.com",
		want: outcome{"ready", 0, []string{"note local-port53-blocked"}},
	},
	{
		name: "a firewall lets no TCP in and a value needs it", hook: "filter hook input priority filter", rule: "tcp sport 53 drop", zone: "many.com",
		want: outcome{"unknown", 3, []string{"note could-not-look because local-port53-blocked", "note local-port53-blocked"}},
	},
	{
		name: "a router answers by its resolver", hook: "nat hook output priority -100", rule: "meta l4proto { tcp, udp } th dport 53 dnat ip to 10.53.3.9", zone: "healthy.com",
		want: outcome{"unknown", 3, []string{"note could-not-look because local-port53-intercepted", "note local-port53-intercepted"}},
	},
	{
		name: "a router answers by a server without the root", hook: "nat hook output priority -100", rule: "udp dport 53 dnat ip to 10.53.2.1", zone: "healthy.com",
		want: outcome{"unknown", 3, []string{"note could-not-look because local-port53-intercepted", "note local-port53-intercepted"}},
	},
	{
		name: "a router answers over TCP alone", hook: "nat hook output priority -100", rule: "tcp dport 53 dnat ip to 10.53.3.9", zone: "healthy.com",
		want: outcome{"ready", 0, []string{"note local-port53-intercepted"}},
	},
	{
		name: "nothing gets out but TLS to a resolver", hook: "filter hook input priority filter", rule: "meta l4proto { tcp, udp } th sport 53 drop", zone: "healthy.com",
		args: []string{"--resolvers", "tls://10.53.3.9"},
		want: outcome{"ready", 0, []string{"note local-port53-blocked"}},
	},
	{
		name: "a router answers, and TLS to a resolver gets out", hook: "nat hook output priority -100", rule: "udp dport 53 dnat ip to 10.53.3.9", zone: "missing.com",
		args: []string{"--resolvers", "tls://10.53.3.9"},
		want: outcome{"blocked", 1, []string{"error challenge-missing: tls://10.53.3.9 (10.53.3.9)", "note local-port53-intercepted"}},
	},
}

// networkChecks look from networks that do not let DNS through as it is.
func networkChecks(t *testing.T, world *namespace, keys keyring, binary string, flags []string) {
	trust := startRecursor(t, world, keys)
	for i, tt := range networkCases {
		t.Run(tt.name, func(t *testing.T) {
			client := world.attach(t, i)
			client.filter(t, fmt.Sprintf("table inet firewall {\nchain here {\ntype %s\n%s\n}\n}\n", tt.hook, tt.rule))
			args := slices.Concat([]string{"SSL_CERT_FILE=" + trust, binary}, flags, []string{tt.zone, "--timeout", "300ms"}, tt.args)
			for _, v := range networkValues(tt.zone) {
				args = append(args, "--value", v)
			}
			t.Parallel()
			env := program(t, "env")
			comesTo(t, tt.want, func() (outcome, string, error) { return runIn(client, env, args) })
		})
	}
}

func networkValues(zone string) []string {
	switch zone {
	case "healthy.com":
		return []string{value("healthy-apex"), value("healthy-wildcard")}
	case "many.com":
		return values("many", 30)
	}
	return []string{value("missing")}
}

// startRecursor starts a resolver inside, and returns the file that vouches
// for it.
func startRecursor(t *testing.T, world *namespace, keys keyring) (trust string) {
	t.Helper()
	dir := t.TempDir()
	cert, key := certificate(t, dir, recursor)
	world.Add(t, []netip.Addr{recursor}, false)
	config := write(t, dir, "unbound.conf", fmt.Sprintf(`server:
  directory: %q
  pidfile: ""
  chroot: ""
  username: ""
  use-syslog: no
  interface: %s@53
  interface: %s@853
  tls-port: 853
  tls-service-pem: %q
  tls-service-key: %q
  access-control: 10.53.0.0/16 allow
  do-ip6: no
  root-hints: %q
  trust-anchor-file: %q
  trust-anchor-signaling: no
`, dir, recursor, recursor, cert, key, rootHints(t), rootAnchor(t, keys)))
	log := filepath.Join(dir, "log")
	world.Start(t, log, program(t, "unbound"), "-d", "-p", "-c", config)
	if !eventually(func() bool {
		out, _ := world.Command("dig", "@"+recursor.String(), "+tries=1", "+time=1", "+short", "healthy.com", "SOA").Output()
		return strings.Contains(string(out), "hostmaster")
	}) {
		t.Fatal("the resolver does not answer")
	}
	return cert
}

// certificate makes one for an address, and its key.
func certificate(t *testing.T, dir string, addr netip.Addr) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{addr.AsSlice()},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert = write(t, dir, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return cert, write(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}
