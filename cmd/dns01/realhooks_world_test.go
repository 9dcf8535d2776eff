//go:build linux

package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A certifiedWorld is a moving zone with a CA that issues for its names. The
// CA's resolver meets the secondary each time, which gets every change late:
// whoever asks for validation too early is refused.
type certifiedWorld struct {
	*movingZone
	binary     string // dns01
	resolvConf string // file that names the resolver of this world
	trust      string // file of the certificate that the CA's own server has
	log        string // file of what the CA says
}

const (
	caResolver = "10.54.3.1"
	directory  = "https://127.0.0.1:14000/dir"
)

func startCertifiedWorld(t *testing.T) *certifiedWorld {
	t.Helper()
	pebble := buildPebble(t)
	w := &certifiedWorld{movingZone: startMovingZone(t, true), binary: build(t)}
	w.resolvConf = write(t, w.dir, "resolv.conf", "nameserver "+caResolver+"\n")
	w.startResolver(t)
	w.startPebble(t, pebble)
	return w
}

// buildPebble builds the ACME server, which has a module of its own.
func buildPebble(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pebble")
	cmd := exec.Command("go", "build", "-mod=readonly", "-o", path, "github.com/letsencrypt/pebble/v2/cmd/pebble")
	cmd.Dir = filepath.Join("internal", "pebble")
	if out, err := cmd.CombinedOutput(); err != nil {
		unavailable(t, "building pebble: %v\n%s", err, out)
	}
	return path
}

// startResolver starts the resolver of the CA and of the clients: from the
// root, without a cache, and for hooked.com at the secondary alone.
func (w *certifiedWorld) startResolver(t *testing.T) {
	t.Helper()
	w.Add(t, []netip.Addr{netip.MustParseAddr(caResolver)}, false)
	home := w.home(t, "resolver")
	config := write(t, home, "unbound.conf", fmt.Sprintf(`server:
  directory: %q
  pidfile: ""
  chroot: ""
  username: ""
  use-syslog: no
  interface: %s
  access-control: 0.0.0.0/0 allow
  do-ip6: no
  num-threads: 1
  root-hints: %q
  module-config: "iterator"
  qname-minimisation: no
  cache-max-ttl: 0
  cache-max-negative-ttl: 0
  neg-cache-size: 0
remote-control:
  control-enable: no
stub-zone:
  name: %q
  stub-addr: %s
  stub-no-cache: yes
`, home, caResolver, w.hints, movingName+".", secondary))
	w.Start(t, filepath.Join(home, "log"), program(t, "unbound"), "-d", "-p", "-c", config)
	w.await(t, caResolver, movingName, "CAA", "letsencrypt.org", "+recurse")
}

func (w *certifiedWorld) startPebble(t *testing.T, pebble string) {
	t.Helper()
	home := w.home(t, "pebble")
	key := w.certifyServer(t, home)
	config := write(t, home, "pebble.json", fmt.Sprintf(`{"pebble": {
	"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
	"certificate": %q, "privateKey": %q, "httpPort": 5002, "tlsPort": 5001,
	"retryAfter": {"authz": 1, "order": 1}, "profiles": {"default": {"description": "default", "validityPeriod": 7776000}}
}}`, w.trust, key))
	w.log = filepath.Join(home, "log")
	w.Start(t, w.log, "env", "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0",
		pebble, "-config", config, "-dnsserver", caResolver+":53")
	if !eventually(func() bool { return strings.Contains(w.said(t), "Listening on: 127.0.0.1:14000") }) {
		t.Fatalf("pebble does not start:\n%s", w.said(t))
	}
}

// said is the log of the CA.
func (w *certifiedWorld) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(w.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// certifyServer makes the certificate of the CA's own server, signed by
// itself, and returns the file of its key.
func (w *certifiedWorld) certifyServer(t *testing.T, dir string) (key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pebble"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, form, form, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	w.trust = write(t, dir, "server.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	return write(t, dir, "server.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
}

// client is an ACME client as it runs on a host of this world: with its
// resolver, dns01 in the path, and the CA trusted.
func (w *certifiedWorld) client(env []string, name string, args ...string) *exec.Cmd {
	const here = `mount --bind "$1" /etc/resolv.conf && shift && exec "$@"`
	cmd := w.Command("unshare", slices.Concat([]string{"--mount", "--", "sh", "-c", here, "sh", w.resolvConf, name}, args)...)
	cmd.Dir = w.dir
	cmd.Env = slices.Concat(w.environment(), []string{
		"PATH=" + filepath.Dir(w.binary) + ":" + os.Getenv("PATH"), "HOME=" + w.dir,
		"DNS01_INTERVAL=500ms",
		"REQUESTS_CA_BUNDLE=" + w.trust, "LEGO_CA_CERTIFICATES=" + w.trust,
		"CURL_CA_BUNDLE=" + w.trust, "SSL_CERT_FILE=" + w.trust,
	}, env)
	return cmd
}

// hook writes the script that --print-hook prints for a client, with the key
// of this world.
func (w *certifiedWorld) hook(t *testing.T, dir, client string) (path string) {
	t.Helper()
	text, err := exec.Command(w.binary, "wait", "--print-hook", client).Output()
	if err != nil {
		t.Fatal(err)
	}
	return w.script(t, dir, client, strings.ReplaceAll(string(text), "/etc/dns01/update.key", w.key))
}

func (w *certifiedWorld) script(t *testing.T, dir, name, text string) (path string) {
	t.Helper()
	path = write(t, dir, name, text)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
