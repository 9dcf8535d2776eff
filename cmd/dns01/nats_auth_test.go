package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// An issuer signs certificates.
type issuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // of its own certificate
}

func newIssuer(t *testing.T, name string) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	i := &issuer{t: t, cert: c, key: key, file: filepath.Join(t.TempDir(), name+".crt")}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if i.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	write(t, i.file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return i
}

// pair is a certificate for an address, with its key, that ends at a time.
func (i *issuer) pair(address string, until time.Time) (cert, key string) {
	i.t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "dns01"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		NotBefore:   time.Now().Add(-2 * time.Hour), NotAfter: until, IPAddresses: []net.IP{net.ParseIP(address)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, i.cert, secret.Public(), i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	b, err := x509.MarshalECPrivateKey(secret)
	if err != nil {
		i.t.Fatal(err)
	}
	dir := i.t.TempDir()
	cert, key = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	write(i.t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(i.t, key, string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: b})))
	return cert, key
}

// server are the TLS options of a server with a certificate for an address; it
// wants certificates of clients when there is an issuer of those.
func (i *issuer) server(address string, clients *issuer) func(*server.Options) {
	i.t.Helper()
	cert, key := i.pair(address, time.Now().Add(time.Hour))
	p, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		i.t.Fatal(err)
	}
	c := &tls.Config{Certificates: []tls.Certificate{p}}
	if clients != nil {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		c.ClientCAs.AddCert(clients.cert)
	}
	return func(o *server.Options) {
		o.TLS, o.TLSVerify, o.TLSConfig, o.TLSTimeout = true, clients != nil, c, long.Seconds()
	}
}

// An entry is one way to be let in.
type entry struct {
	name   string
	server func(*server.Options)
	flags  string // that let in
	wrong  []refusal
}

// A refusal is what a wrong way in comes to.
type refusal struct {
	flags  string
	status int
	want   string // in the message
}

// seedFile writes the seed of an NKey to a file.
func seedFile(t *testing.T, kp nkeys.KeyPair) string {
	t.Helper()
	seed, err := kp.Seed()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "user.nk")
	write(t, file, string(seed)+"\n")
	return file
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// An operated server knows accounts by their operator's word, and users by
// their account's.
type operated struct {
	operator, account, system nkeys.KeyPair
}

func newOperated() operated {
	return operated{must(nkeys.CreateOperator()), must(nkeys.CreateAccount()), must(nkeys.CreateAccount())}
}

func (o operated) options(into *server.Options) {
	claims := jwt.NewOperatorClaims(must(o.operator.PublicKey()))
	text := must(claims.Encode(o.operator))
	into.TrustedOperators = []*jwt.OperatorClaims{must(jwt.DecodeOperatorClaims(text))}
	known := &server.MemAccResolver{}
	for _, kp := range []nkeys.KeyPair{o.account, o.system} {
		a := jwt.NewAccountClaims(must(kp.PublicKey()))
		if kp == o.account {
			a.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
		}
		if err := known.Store(a.Subject, must(a.Encode(o.operator))); err != nil {
			panic(err)
		}
	}
	into.AccountResolver, into.SystemAccount = known, must(o.system.PublicKey())
}

// creds is a credentials file of a user of an account, who may come until then.
func (o operated) creds(t *testing.T, account nkeys.KeyPair, until time.Time) string {
	t.Helper()
	kp := must(nkeys.CreateUser())
	u := jwt.NewUserClaims(must(kp.PublicKey()))
	u.Expires = until.Unix()
	file := filepath.Join(t.TempDir(), "user.creds")
	write(t, file, string(must(jwt.FormatUserConfig(must(u.Encode(account)), must(kp.Seed())))))
	return file
}

// entries are the ways in.
func entries(t *testing.T) []entry {
	ours, theirs := newIssuer(t, "ours"), newIssuer(t, "theirs")
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Minute)
	pair := func(i *issuer, until time.Time) string {
		cert, key := i.pair("127.0.0.1", until)
		return " --nats-cert " + cert + " --nats-key " + key
	}
	cert, _ := ours.pair("127.0.0.1", soon)
	_, key := theirs.pair("127.0.0.1", soon)
	user, stranger := must(nkeys.CreateUser()), must(nkeys.CreateUser())
	op := newOperated()
	ca, nameless, denied := " --nats-ca "+ours.file, "wants to know who asks, and nothing says so; give a file of credentials or an NKey", "refuses the credentials; check the user"
	const unknown = "signed by unknown authority; give the file of the authority that it comes from (--nats-ca, DNS01_NATS_CA)"
	const another = "see that it takes certificates from the authority that the client's comes from, and until when that is good"
	return []entry{
		{"TLS", ours.server("127.0.0.1", nil), ca, []refusal{
			{"", statusUnknown, unknown},
			{" --nats-ca " + theirs.file, statusUnknown, unknown},
			{" --nats-ca " + key, statusUsage, "holds no certificate in PEM"},
		}},
		{"TLS for another host", ours.server("127.0.0.9", nil), "", []refusal{
			{ca, statusUnknown, "certificate is valid for 127.0.0.9, not 127.0.0.1; write a name or address that stands in it"},
		}},
		{"mutual TLS", ours.server("127.0.0.1", ours), ca + pair(ours, soon), []refusal{
			{ca, statusUnknown, "if it wants a certificate of its clients, give one (--nats-cert and --nats-key, DNS01_NATS_CERT and DNS01_NATS_KEY)"},
			{ca + pair(theirs, soon), statusUnknown, another},
			{ca + pair(ours, past), statusUnknown, another},
			{ca + " --nats-cert " + cert + " --nats-key " + key, statusUsage, "and its key cannot be used: tls: private key does not match public key"},
		}},
		{"NKey", func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: must(user.PublicKey())}} }, " --nats-nkey " + seedFile(t, user), []refusal{
			{"", statusUsage, nameless},
			{" --nats-nkey " + seedFile(t, stranger), statusUsage, denied},
			{" --nats-nkey " + ours.file, statusUsage, "holds no NKey seed of a user"},
		}},
		{"credentials", op.options, " --nats-creds " + op.creds(t, op.account, soon), []refusal{
			{"", statusUsage, nameless},
			{" --nats-creds " + op.creds(t, must(nkeys.CreateAccount()), soon), statusUsage, denied},
			{" --nats-creds " + op.creds(t, op.account, past), statusUsage, denied},
			{" --nats-creds " + ours.file, statusUsage, "holds no credentials of a user"},
		}},
	}
}

// environmentOf says by variables what flags say.
func environmentOf(flags string) func(string) string {
	env := map[string]string{}
	for words := split(flags); len(words) > 1; words = words[2:] {
		env[variable(strings.TrimPrefix(words[0], "--"))] = words[1]
	}
	return func(name string) string { return env[name] }
}

// Each way into a NATS server that the help names lets an agent, a check and a
// batch in; each wrong one is told with what to give instead, by the commands
// that have flags for it and by --vantage, which has variables.
func TestWaysIntoNATS(t *testing.T) {
	for _, e := range entries(t) {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := natsServer(t, e.server)
			url := "nats://" + s.Addr().String()
			if e.flags != "" {
				e.letsIn(t, url)
			}
			for _, r := range e.wrong {
				r.keepsOut(t, url)
			}
		})
	}
}

// letsIn has an agent, a check and a batch come in.
func (e entry) letsIn(t *testing.T, url string) {
	p, _, _ := newProgram(t, split("agent --perspective eu-west --rir RIPE --demo healthy --timeout 20s --nats "+url+e.flags)...)
	stderr := newHeardLines()
	p.stderr = stderr
	defer runs(t, p, stderr)()

	p, stdout, complaints := newProgram(t, "check", "--demo", "healthy", "--vantage", "nats="+url)
	p.env = environmentOf(e.flags)
	if status := p.run(t.Context()); status != statusOK || !strings.Contains(unwrapped(stdout), "1 of 1 pass for the challenge") {
		t.Errorf("check: status %d, %s%s", status, stdout, complaints)
	}
	p, stdout, complaints = newProgram(t, split("batch -q --nats "+url+e.flags)...)
	p.stdin, p.now = strings.NewReader(orders(3)), time.Now
	if status := p.run(t.Context()); status != statusOK {
		t.Errorf("batch: status %d, %s", status, complaints)
	}
	exactlyOnce(t, from1(3), numbers(t, stdout.Bytes()))
}

// keepsOut wants a batch and a check to be told why they stay outside.
func (r refusal) keepsOut(t *testing.T, url string) {
	p, _, stderr := newProgram(t, split("batch --nats "+url+r.flags)...)
	p.stdin = strings.NewReader(orders(1))
	if status := p.run(t.Context()); status != r.status || !strings.Contains(stderr.String(), r.want) || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("batch%s: status %d, %s\nwant %d, %s", r.flags, status, stderr, r.status, r.want)
	}
	p, stdout, stderr := newProgram(t, "check", "--demo", "healthy", "--vantage", "nats="+url)
	p.env = environmentOf(r.flags)
	status := p.run(t.Context())
	if said := unwrapped(stdout) + stderr.String(); !strings.Contains(said, r.want) || status != statusOK && status != statusUsage {
		t.Errorf("check with%s: status %d, %s\nwant %s", r.flags, status, said, r.want)
	}
}
