package nats

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	natsgo "github.com/nats-io/nats.go"
)

// Options are how a NATS server is reached. Secrets stand in files, or in the
// URL as nats://USER:PASSWORD@HOST or nats://TOKEN@HOST.
type Options struct {
	URL   string // one, or several of one cluster with commas between
	Creds string // file of a user's JWT and seed, as nsc and the NATS tools write it
	NKey  string // file of an NKey seed
	CA    string // PEM file of the authorities that the server's certificate comes from
	Cert  string // PEM file of the client's certificate
	Key   string // and of its key
	Name  string // what the server calls the connection: "dns01 agent eu-west"

	Timeout time.Duration // of connecting; 0 is five seconds
	// Lost and Back are told when a connection breaks, and when it stands
	// again. They may be nil.
	Lost func(error)
	Back func()
}

// An OptionError is what is wrong with options: theirs who gave them.
type OptionError struct {
	Part string // "URL", "Creds" and so on
	Text string // a clause: "cannot be read: permission denied"
}

func (e *OptionError) Error() string { return e.Text }

// A Denied is a server that does not take the credentials, or wants some.
type Denied struct {
	Host  string
	Named bool // something was given that says who asks
}

func (e *Denied) Error() string {
	if !e.Named {
		return fmt.Sprintf("%s wants to know who asks, and nothing says so; give a file of credentials or an NKey (--nats-creds, --nats-nkey; DNS01_NATS_CREDS, DNS01_NATS_NKEY), or a user in DNS01_NATS", e.Host)
	}
	return fmt.Sprintf("%s refuses the credentials; check the user, token, creds or nkey file or certificate that is given, and what the server's account allows", e.Host)
}

// Host is the URL without secrets, for people: "nats.example.net:4222".
func (o Options) Host() string {
	var hosts []string
	for u := range strings.SplitSeq(o.URL, ",") {
		p, err := url.Parse(withScheme(strings.TrimSpace(u)))
		if err != nil || p.Host == "" {
			return "the NATS server"
		}
		hosts = append(hosts, p.Host)
	}
	return strings.Join(hosts, ",")
}

// Secret reports whether the URL holds a password or token.
func (o Options) Secret() bool {
	for u := range strings.SplitSeq(o.URL, ",") {
		if p, err := url.Parse(withScheme(strings.TrimSpace(u))); err != nil || p.User != nil {
			return true
		}
	}
	return false
}

func withScheme(u string) string {
	if strings.Contains(u, "://") {
		return u
	}
	return "nats://" + u
}

// Check reports options that make no sense, without connecting. The error is
// an [*OptionError].
func (o Options) Check() error {
	for u := range strings.SplitSeq(o.URL, ",") {
		p, err := url.Parse(withScheme(strings.TrimSpace(u)))
		switch {
		case err != nil || p.Host == "":
			return &OptionError{"URL", "is no address of a NATS server; write nats://HOST:4222 or tls://HOST:4222"}
		case p.Scheme != "nats" && p.Scheme != "tls" && p.Scheme != "ws" && p.Scheme != "wss":
			return &OptionError{"URL", fmt.Sprintf("begins with %s://; write nats://, tls://, ws:// or wss://", p.Scheme)}
		}
	}
	switch {
	case o.Creds != "" && o.NKey != "":
		return &OptionError{"NKey", "and a credentials file are two ways to say who you are; give one of them"}
	case o.Cert != "" && o.Key == "":
		return &OptionError{"Cert", "needs its key as well"}
	case o.Key != "" && o.Cert == "":
		return &OptionError{"Key", "needs its certificate as well"}
	}
	for _, f := range []struct{ part, file string }{{"Creds", o.Creds}, {"NKey", o.NKey}, {"CA", o.CA}, {"Cert", o.Cert}, {"Key", o.Key}} {
		if f.file == "" {
			continue
		}
		if err := readable(f.file); err != nil {
			return &OptionError{f.part, "cannot be read: " + err.Error()}
		}
	}
	return o.usable()
}

// readable wants a file that can be read again, as each connection does it: a
// pipe can not, and would keep whoever reads it waiting.
func readable(file string) error {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		return errors.New("it is no regular file, and every connection reads it again; name one")
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(file)
	}
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// connect opens a connection that comes back by itself. Errors name no secret.
func (o Options) connect() (*natsgo.Conn, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	opts, err := o.native()
	if err != nil {
		return nil, err
	}
	conn, err := natsgo.Connect(o.URL, opts...)
	if err != nil {
		return nil, o.why(err)
	}
	return conn, nil
}

// native are the options in the words of the NATS client.
func (o Options) native() ([]natsgo.Option, error) {
	timeout := o.Timeout
	if timeout == 0 {
		timeout = 5 * time.Second
	}
	opts := []natsgo.Option{
		natsgo.Name(o.Name), natsgo.Timeout(timeout), natsgo.MaxReconnects(-1),
		natsgo.ReconnectWait(time.Second), natsgo.ReconnectJitter(500*time.Millisecond, 500*time.Millisecond),
		natsgo.ErrorHandler(func(*natsgo.Conn, *natsgo.Subscription, error) {}), // told where they matter
		natsgo.DisconnectErrHandler(func(_ *natsgo.Conn, err error) {
			if o.Lost != nil && err != nil {
				o.Lost(o.why(err))
			}
		}),
		natsgo.ReconnectHandler(func(*natsgo.Conn) {
			if o.Back != nil {
				o.Back()
			}
		}),
	}
	if o.Creds != "" {
		opts = append(opts, natsgo.UserCredentials(o.Creds))
	}
	if o.NKey != "" {
		nkey, err := natsgo.NkeyOptionFromSeed(o.NKey)
		if err != nil {
			return nil, noSeed
		}
		opts = append(opts, nkey)
	}
	if o.CA != "" {
		opts = append(opts, natsgo.RootCAs(o.CA))
	}
	if o.Cert != "" {
		opts = append(opts, natsgo.ClientCert(o.Cert, o.Key))
	}
	return opts, nil
}
