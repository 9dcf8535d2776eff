package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"dns01/resolver/vantage"
	"dns01/resolver/vantage/nats"
)

// natsFlags say how a NATS server is reached. What is secret stands in files,
// or in the environment.
type natsFlags struct {
	url, creds, nkey, ca, cert, key string
}

// defineNATS adds the flags of commands that talk to agents.
func (n *natsFlags) defineNATS(f *pflag.FlagSet) {
	f.StringVar(&n.creds, "nats-creds", "", "")
	f.StringVar(&n.nkey, "nats-nkey", "", "")
	f.StringVar(&n.ca, "nats-ca", "", "")
	f.StringVar(&n.cert, "nats-cert", "", "")
	f.StringVar(&n.key, "nats-key", "", "")
}

// natsVantage asks the agents at a NATS server. How to be let in stands in the
// environment, as for the commands with flags for it.
func natsVantage(p *program, f *flags, at string) (vantage.Vantage, error) {
	if at == "" {
		return nil, errors.New("needs to know where: nats=nats://HOST:4222")
	}
	env := func(flag string) string { return p.env(variable(flag)) }
	o := nats.Options{
		URL: at, Creds: env("nats-creds"), NKey: env("nats-nkey"),
		CA: env("nats-ca"), Cert: env("nats-cert"), Key: env("nats-key"),
	}
	if err := o.Check(); err != nil {
		if e, ok := errors.AsType[*nats.OptionError](err); ok && e.Part != "URL" {
			return nil, fmt.Errorf("cannot be used: %s %w", variable(natsParts[e.Part]), err)
		}
		return nil, err
	}
	if o.Secret() && !f.fromEnv["vantage"] {
		return nil, errors.New("has a password or token in its URL, which everybody on this host can read; set DNS01_VANTAGE instead, or DNS01_NATS_CREDS")
	}
	return &nats.Vantage{Options: o}, nil
}

// natsParts are the flags by the part of the options that they give.
var natsParts = map[string]string{"URL": "nats", "Creds": "nats-creds", "NKey": "nats-nkey", "CA": "nats-ca", "Cert": "nats-cert", "Key": "nats-key"}

// natsOptions makes sense of the flags. A password on a command line is one
// that everybody on the host can read, so it has to come from elsewhere.
func (f *flags) natsOptions(n natsFlags) (nats.Options, error) {
	o := nats.Options{URL: n.url, Creds: n.creds, NKey: n.nkey, CA: n.ca, Cert: n.cert, Key: n.key}
	if err := o.Check(); err != nil {
		return o, f.natsError(err)
	}
	if o.Secret() && !f.fromEnv["nats"] {
		return o, usagef("--nats has a password or token in it, which everybody on this host can read; set DNS01_NATS instead, or use --nats-creds FILE")
	}
	return o, nil
}

// natsError words an error of the package for who gave the flags. Credentials
// that are refused are theirs to mend too.
func (f *flags) natsError(err error) error {
	if e, ok := errors.AsType[*nats.OptionError](err); ok {
		flag := natsParts[e.Part]
		value := ""
		if x := f.Lookup(flag); x != nil && flag != "nats" {
			value = " " + x.Value.String()
		}
		return usagef("%s%s %s", f.source(flag), value, e.Text)
	}
	if e, ok := errors.AsType[*nats.Denied](err); ok {
		return usagef("%s", e)
	}
	return err
}
