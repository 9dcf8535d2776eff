package main

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
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// orderLines shows orders as "line: words", one a line; a file's orders are
// told apart by that.
func orderLines(orders []asked) []string {
	var lines []string
	for _, o := range orders {
		var words []string
		for _, n := range o {
			words = append(words, n.word)
		}
		lines = append(lines, fmt.Sprintf("%d: %s", o[0].at.Line, strings.Join(words, " ")))
	}
	return lines
}

// readsAs wants a file of some kind to hold these orders.
func readsAs(t *testing.T, read func(*program, string) ([]asked, error), file string, want []string) {
	t.Helper()
	p, _, _ := newProgram(t)
	orders, err := read(p, file)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	if diff := cmp.Diff(want, orderLines(orders)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// complains wants a file not to be understood, with a sentence that says why.
func complains(t *testing.T, read func(*program, string) ([]asked, error), file string, want ...string) {
	t.Helper()
	p, _, _ := newProgram(t)
	orders, err := read(p, file)
	if err == nil {
		t.Errorf("%s is taken for %v", file, orderLines(orders))
		return
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is missing in: %v", w, err)
		}
	}
}

// files writes files below a folder of their own.
func files(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, text)
	}
	return dir
}

func TestEmptyLinesPartOrders(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"one a line", "a.example\n*.a.example\n", []string{"1: a.example *.a.example"}},
		{"two blocks", "a.example *.a.example\n\nb.example\n", []string{"1: a.example *.a.example", "3: b.example"}},
		{"comments part nothing", "# ours\na.example # the first\n# and\nb.example\n", []string{"2: a.example b.example"}},
		{"commas, CRLF, no final line feed", "\ufeffa.example,b.example\r\n\r\n\r\nc.example", []string{"1: a.example b.example", "4: c.example"}},
	}
	for _, tt := range tests {
		p, _, _ := newProgram(t)
		f := newCheckFlags("check")
		f.file = "-"
		p.stdin = strings.NewReader(tt.text)
		orders, err := p.orders(f.flags, nil)
		if diff := cmp.Diff(tt.want, orderLines(orders)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

func TestTooLargeAFileIsNotRead(t *testing.T) {
	dir := files(t, map[string]string{"large": strings.Repeat("a", maxNameFile+1)})
	for _, s := range nameSources() {
		complains(t, s.read, dir+"/large", "longer than")
		complains(t, s.read, dir+"/none", "no such file")
	}
}

// pemFiles are a certificate and a signing request for names.
func pemFiles(t *testing.T, names ...string) (certificate, request string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: names, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: names}, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})),
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))
}

func TestNamesOfRequestsAndCertificates(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	request := func(cn string, names ...string) string {
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn}, DNSNames: names}, key)
		if err != nil {
			t.Fatal(err)
		}
		return string(der)
	}
	certificate := func(names ...string) string {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		return string(der)
	}
	armour := func(kind, der string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(der)}))
	}
	leaf, ca := certificate("a.example", "*.a.example"), certificate("ca.example")
	dir := files(t, map[string]string{
		"a.csr":           armour("CERTIFICATE REQUEST", request("a.example", "*.a.example", "a.example")),
		"old.csr":         armour("NEW CERTIFICATE REQUEST", request("a.example")),
		"a.der":           request("Example Company", "b.example"),
		"nobody.csr":      armour("CERTIFICATE REQUEST", request("Example Company")),
		"broken.csr":      armour("CERTIFICATE REQUEST", "nonsense"),
		"cut.csr":         armour("CERTIFICATE REQUEST", request("a.example"))[:100],
		"chain.pem":       "# a bundle\n" + armour("PRIVATE KEY", "secret") + armour("CERTIFICATE", leaf) + armour("CERTIFICATE", ca),
		"leaf.der":        leaf,
		"renewal/x.conf":  "# renew_before_expiry = 30 days\nversion = 2.11.0\ncert = /nowhere/live/x/cert.pem\n[renewalparams]\nserver = x\n",
		"live/x/cert.pem": armour("CERTIFICATE", leaf),
		"late.conf":       "version = 2\n[renewalparams]\ncert = x\n",
		"gone.conf":       "cert = /nowhere/cert.pem\n",
	})
	readsAs(t, (*program).namesOfRequest, dir+"/a.csr", []string{"1: *.a.example a.example"})
	readsAs(t, (*program).namesOfRequest, dir+"/old.csr", []string{"1: a.example"})
	readsAs(t, (*program).namesOfRequest, dir+"/a.der", []string{"1: b.example"})
	readsAs(t, (*program).namesOfCertificate, dir+"/chain.pem", []string{"5: a.example *.a.example"})
	readsAs(t, (*program).namesOfCertificate, dir+"/leaf.der", []string{"1: a.example *.a.example"})
	for _, path := range []string{dir, dir + "/renewal", dir + "/renewal/x.conf"} {
		readsAs(t, (*program).namesOfCertbot, path, []string{"3: a.example *.a.example"})
	}
	complains(t, (*program).namesOfRequest, dir+"/nobody.csr", "no domain name")
	complains(t, (*program).namesOfRequest, dir+"/broken.csr", "no certificate signing request")
	complains(t, (*program).namesOfRequest, dir+"/cut.csr", "no whole certificate request")
	complains(t, (*program).namesOfRequest, dir+"/chain.pem", "no whole certificate request")
	complains(t, (*program).namesOfCertbot, dir+"/late.conf", "late.conf", "cert = PATH")
	complains(t, (*program).namesOfCertbot, dir+"/gone.conf", "gone.conf:1", "/nowhere/cert.pem", "no such file")
}

// A certificate for an address is judged, too: the CA refuses it over DNS-01.
func TestAnAddressInARequestIsKept(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1)}}, key)
	if err != nil {
		t.Fatal(err)
	}
	dir := files(t, map[string]string{"ip.csr": string(der)})
	readsAs(t, (*program).namesOfRequest, dir+"/ip.csr", []string{"1: 192.0.2.1"})
}

func TestNamesOfManifests(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"Certificate", `
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: a}
spec:
  commonName: a.example
  dnsNames:
    - a.example
    - "*.a.example"
  issuerRef: {name: letsencrypt}
---
kind: ConfigMap
---
apiVersion: cert-manager.io/v1
kind: Certificate
spec: {dnsNames: [b.example]}
`, []string{"8: a.example *.a.example", "16: b.example"}},
		{"Ingress", `
apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  tls:
  - hosts: [a.example, www.a.example]
    secretName: a
  - hosts:
    - b.example
  rules:
  - host: c.example
`, []string{"6: a.example www.a.example", "9: b.example"}},
		{"Gateway", `
kind: Gateway
spec:
  listeners:
  - {name: http, hostname: x.example, port: 80}
  - name: a
    hostname: a.example
    tls: {certificateRefs: [{name: one}]}
  - name: b
    hostname: "*.a.example"
    tls: {certificateRefs: [{name: one}]}
  - name: c
    hostname: c.example
    tls: {certificateRefs: [{name: two}]}
`, []string{"7: a.example *.a.example", "13: c.example"}},
		{"IngressRoute", "kind: IngressRoute\nspec:\n  routes:\n  - match: Host(`a.example`) && PathPrefix(`/x`)\n  - match: Host(`b.example`) || Host(`c.example`)\n  tls: {certResolver: le}\n",
			[]string{"4: a.example", "5: b.example c.example"}},
		{"IngressRoute with domains", "kind: IngressRoute\nspec:\n  routes: [{match: \"Host(`x.example`)\"}]\n  tls:\n    domains:\n    - main: a.example\n      sans: ['*.a.example']\n",
			[]string{"6: a.example *.a.example"}},
		{"IngressRoute without TLS beside a List", "kind: List\nitems:\n- kind: IngressRoute\n  spec: {routes: [{match: \"Host(`x.example`)\"}]}\n- kind: Certificate\n  spec: {dnsNames: [a.example]}\n",
			[]string{"6: a.example"}},
		{"Traefik, dynamic", "http:\n  routers:\n    one:\n      rule: \"Host(`a.example`, `b.example`)\"\n      tls: {certResolver: le}\n    two:\n      rule: HostRegexp(`.+`)\n      tls: {}\n    three:\n      rule: Host(`plain.example`)\ntcp:\n  routers:\n    any:\n      rule: HostSNI(`*`)\n      tls: {}\n",
			[]string{"4: a.example b.example"}},
		{"Traefik, static", "entryPoints:\n  websecure:\n    address: ':443'\n    http:\n      tls:\n        domains:\n        - {main: a.example, sans: [www.a.example]}\n",
			[]string{"7: a.example www.a.example"}},
		{"an anchor", "names: &n [a.example]\nkind: Certificate\nspec: {dnsNames: *n}\n", []string{"1: a.example"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := files(t, map[string]string{"x.yaml": tt.text})
			readsAs(t, (*program).namesOfManifest, dir+"/x.yaml", tt.want)
		})
	}
	dir := files(t, map[string]string{
		"helm.yaml":   "kind: Certificate\nspec:\n  dnsNames:\n  {{ .Values.names }}\n",
		"other.yaml":  "kind: Service\nspec: {dnsNames: [a.example]}\n",
		"scalar.yaml": "just words\n",
		"bomb.yaml":   "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n",
	})
	complains(t, (*program).namesOfManifest, dir+"/helm.yaml", "no YAML", "line", "rendered")
	complains(t, (*program).namesOfManifest, dir+"/other.yaml", "holds no Certificate")
	complains(t, (*program).namesOfManifest, dir+"/scalar.yaml", "holds no Certificate")
	complains(t, (*program).namesOfManifest, dir+"/bomb.yaml", "holds no Certificate")
}

func TestNamesOfCaddyfiles(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a site without braces", "a.example\n\nrespond ok\nreverse_proxy b.example\n", []string{"1: a.example"}},
		{"sites", "# ours\na.example, www.a.example {\n\treverse_proxy x.example {\n\t\theader_up Host y.example\n\t}\n}\n\n*.b.example {\n\ttls {\n\t\tdns acmedns\n\t}\n}\n",
			[]string{"2: a.example", "2: www.a.example", "8: *.b.example"}},
		{"addresses over lines", "a.example,\nb.example {\n}\n", []string{"1: a.example", "2: b.example"}},
		{"options, snippets and imports", "{\n\temail x@a.example\n}\n(common) {\n\tencode\n}\nimport sites/*\na.example {\n\timport common\n}\n", []string{"8: a.example"}},
		{"schemes and ports", "http://a.example {\n}\nhttps://b.example:8443/path {\n}\n:443 {\n}\nlocalhost {\n}\nc.example:80 {\n}\n192.0.2.1 {\n}\n", []string{"3: b.example"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := files(t, map[string]string{"Caddyfile": tt.text})
			readsAs(t, (*program).namesOfCaddyfile, dir+"/Caddyfile", tt.want)
		})
	}
	dir := files(t, map[string]string{
		"placeholder": "ok.example {\n}\n{$DOMAIN} {\n}\n",
		"plain":       ":80 {\n}\n",
	})
	complains(t, (*program).namesOfCaddyfile, dir+"/placeholder", "placeholder:3", "{$DOMAIN}", "caddy adapt")
	complains(t, (*program).namesOfCaddyfile, dir+"/plain", "no site")
}

// fuzzed runs a reader over any text: it must come back, with orders that name
// something or with an error.
func fuzzed(f *testing.F, read func(*program, string) ([]asked, error), seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, _, _ := newProgram(t)
		p.stdin = strings.NewReader(text)
		orders, err := read(p, "-")
		if err == nil && len(orders) == 0 {
			t.Error("neither orders nor an error")
		}
		for _, o := range orders {
			if len(o) == 0 {
				t.Error("an order without names")
			}
		}
	})
}

func FuzzCaddyfile(f *testing.F) {
	fuzzed(f, (*program).namesOfCaddyfile, "a.example {\n}\n", "{\n}\n(x) {\n}\nhttps://b.example:1/x, c.example {\n", "}\n{$X}\n", "a.example,\n")
}

func FuzzManifest(f *testing.F) {
	fuzzed(f, (*program).namesOfManifest, "kind: Certificate\nspec: {dnsNames: [a.example]}\n", "kind: List\nitems: [{kind: Ingress}]\n",
		"http: {routers: {x: {rule: 'Host(`a`)', tls: {}}}}\n", "a: &a {b: *a}\n", "---\n---\n", "kind: Gateway\nspec: {listeners: [{tls: {certificateRefs: [{}]}, hostname: x}]}\n")
}

func FuzzRequest(f *testing.F) {
	fuzzed(f, (*program).namesOfRequest, "", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "\x30\x03")
}

func FuzzCertificate(f *testing.F) {
	fuzzed(f, (*program).namesOfCertificate, "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN X-----\n", "\x30\x03")
}

func FuzzRenewal(f *testing.F) {
	fuzzed(f, (*program).namesOfRenewal, "cert = /nowhere\n", "[x]\ncert = y\n", "cert =\n", "cert")
}
