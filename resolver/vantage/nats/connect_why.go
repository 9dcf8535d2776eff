package nats

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

var noSeed = &OptionError{"NKey", "holds no NKey seed of a user"}

// usable reports files that can be read and do not hold what they should.
func (o Options) usable() error {
	if o.Creds != "" {
		text, err := os.ReadFile(o.Creds)
		if err == nil {
			_, err = nkeys.ParseDecoratedUserNKey(text)
		}
		if err != nil {
			return &OptionError{"Creds", "holds no credentials of a user, which are a JWT and a seed as nsc writes them"}
		}
	}
	if o.NKey != "" {
		if _, err := natsgo.NkeyOptionFromSeed(o.NKey); err != nil {
			return noSeed
		}
	}
	if o.CA != "" {
		text, err := os.ReadFile(o.CA)
		if err != nil || !x509.NewCertPool().AppendCertsFromPEM(text) {
			return &OptionError{"CA", "holds no certificate in PEM"}
		}
	}
	if o.Cert != "" {
		if _, err := tls.LoadX509KeyPair(o.Cert, o.Key); err != nil {
			return &OptionError{"Cert", "and its key cannot be used: " + err.Error()}
		}
	}
	return nil
}

// why tells what went wrong, and what to do.
func (o Options) why(err error) error {
	switch {
	case denied(err):
		return &Denied{o.Host(), o.Secret() || o.Creds+o.NKey+o.Cert != ""}
	case errors.Is(err, natsgo.ErrNoServers):
		return fmt.Errorf("no NATS server answers at %s; see that it runs, and that no firewall is in between", o.Host())
	case errors.Is(err, natsgo.ErrSecureConnRequired):
		return fmt.Errorf("%s wants TLS; write tls:// instead of nats://", o.Host())
	case errors.Is(err, natsgo.ErrSecureConnWanted):
		return fmt.Errorf("%s does not offer TLS; write nats:// if its network is to be trusted", o.Host())
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return o.distrusted(e.Err)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok { // its text has addresses, and no secret
		return o.broken(e)
	}
	text := err.Error()
	for u := range strings.SplitSeq(o.URL, ",") {
		if p, perr := url.Parse(withScheme(strings.TrimSpace(u))); perr == nil && p.User != nil {
			text = strings.ReplaceAll(text, p.User.String()+"@", "")
		}
	}
	return fmt.Errorf("%s: %s", o.Host(), strings.TrimPrefix(text, "nats: "))
}

// distrusted is why the server's certificate is not accepted.
func (o Options) distrusted(err error) error {
	advice := ""
	switch {
	case isA[x509.UnknownAuthorityError](err):
		advice = "; give the file of the authority that it comes from (--nats-ca, DNS01_NATS_CA)"
	case isA[x509.HostnameError](err):
		advice = "; write a name or address that stands in it"
	}
	return fmt.Errorf("the certificate of %s is not accepted: %w%s", o.Host(), err, advice)
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// broken is a connection that was not made, or broke off while it was: with
// TLS 1.3 a server that wants another certificate says so after it has taken
// the client's first message, which may get lost.
func (o Options) broken(e *net.OpError) error {
	switch {
	case e.Op == "dial":
		return fmt.Errorf("%s cannot be reached: %w", o.Host(), e)
	case e.Timeout():
		return fmt.Errorf("%s takes the connection and does not answer; see that a NATS server listens there, and that it is not overloaded", o.Host())
	case o.Cert == "":
		return fmt.Errorf("%s broke the connection off (%w); if it wants a certificate of its clients, give one (--nats-cert and --nats-key, DNS01_NATS_CERT and DNS01_NATS_KEY)", o.Host(), e.Err)
	}
	return fmt.Errorf("%s broke the connection off (%w); see that it takes certificates from the authority that the client's comes from, and until when that is good", o.Host(), e.Err)
}

// denied reports whether a server turned the credentials down.
func denied(err error) bool {
	return errors.Is(err, natsgo.ErrAuthorization) || errors.Is(err, natsgo.ErrAuthExpired) ||
		errors.Is(err, natsgo.ErrAuthRevoked) || errors.Is(err, natsgo.ErrAccountAuthExpired)
}
