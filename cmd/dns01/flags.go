package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dns01/check"
)

// flags are the flags of the commands that ask, as given. options.go makes
// sense of them.
type flags struct {
	*pflag.FlagSet
	command string
	fromEnv map[string]bool // flags whose value comes from the environment

	// The order.
	values                 []string
	tokens                 []string
	thumbprint             string
	sources                map[string]check.Source // of values, as far as known
	ca, account, challenge string
	caDirectory            string
	whatIf                 []string
	file                   string
	from                   []nameSource // other kinds of files with names

	// Where to ask.
	resolvers, rootHints       string
	trustAnchors               []string
	allowPrivate, only4, only6 bool
	noCaches                   bool
	vantage                    []string
	vantageBudget              string

	// How long, and as of when.
	timeout, deadline, now string
	noProbe                bool
	probe, pace            string

	// What comes out.
	json, strict, verbose, quiet bool
	format, color, trace         string
	record                       string
	redact                       bool

	help bool
}

// newFlags defines those of check, for a command that has them all.
func newFlags(command string) *flags {
	f := noFlags(command)
	f.StringArrayVar(&f.values, "value", nil, "")
	f.StringArrayVar(&f.tokens, "token", nil, "")
	f.StringVar(&f.thumbprint, "thumbprint", "", "")
	f.StringVar(&f.ca, "ca", "letsencrypt", "")
	f.StringVar(&f.caDirectory, "ca-directory", "", "")
	f.StringArrayVar(&f.whatIf, "what-if", nil, "")
	f.StringVar(&f.account, "account", "", "")
	f.StringVar(&f.challenge, "challenge", "dns-01", "")
	f.StringVarP(&f.file, "file", "f", "", "")
	f.StringVar(&f.resolvers, "resolvers", "", "")
	f.BoolVar(&f.noCaches, "no-caches", false, "")
	f.StringArrayVar(&f.vantage, "vantage", nil, "")
	f.StringVar(&f.vantageBudget, "vantage-budget", "", "")
	f.defineResolution()
	f.BoolVar(&f.noProbe, "no-probe", false, "")
	f.StringVar(&f.probe, "probe", "default", "")
	f.StringVar(&f.pace, "pace", "100/s", "")
	f.BoolVar(&f.strict, "strict", false, "")
	f.StringVar(&f.trace, "trace", "", "")
	f.defineOutput()
	return f
}

// noFlags is the set that a command adds its flags to.
func noFlags(command string) *flags {
	f := &flags{FlagSet: pflag.NewFlagSet(command, pflag.ContinueOnError), command: command, fromEnv: map[string]bool{}}
	f.SortFlags = false
	f.Usage = func() {}
	return f
}

// defineNameFiles adds those of files, besides --file, that names stand in.
func (f *flags) defineNameFiles() {
	f.from = nameSources()
	for i := range f.from {
		f.StringArrayVar(&f.from[i].files, f.from[i].flag, nil, "")
	}
}

// namesElsewhere reports whether names come from a file.
func (f *flags) namesElsewhere() bool {
	return f.file != "" || slices.ContainsFunc(f.from, func(s nameSource) bool { return len(s.files) > 0 })
}

// defineResolution adds the flags of every command that resolves names.
func (f *flags) defineResolution() {
	f.defineAsking()
	f.StringVar(&f.deadline, "deadline", "30s", "")
	f.StringVar(&f.now, "now", "", "")
	f.StringVar(&f.record, "record", "", "")
	switch f.command {
	case "lookup", "wait", "tui": // what they conclude is not kept
	default:
		f.BoolVar(&f.redact, "redact", false, "")
	}
}

// defineAsking adds the flags of every program that asks servers, for itself or
// for others.
func (f *flags) defineAsking() {
	f.StringVar(&f.rootHints, "root-hints", "", "")
	f.StringArrayVar(&f.trustAnchors, "trust-anchor", nil, "")
	f.BoolVar(&f.allowPrivate, "allow-private", false, "")
	f.BoolVarP(&f.only4, "ipv4", "4", false, "")
	f.BoolVarP(&f.only6, "ipv6", "6", false, "")
	f.StringVar(&f.timeout, "timeout", "1s", "")
}

// defineOutput adds the flags of every command that prints what it found.
func (f *flags) defineOutput() {
	f.StringVar(&f.format, "format", "text", "")
	f.BoolVar(&f.json, "json", false, "")
	f.BoolVarP(&f.verbose, "verbose", "v", false, "")
	f.BoolVarP(&f.quiet, "quiet", "q", false, "")
	f.StringVar(&f.color, "color", "auto", "")
	f.BoolVarP(&f.help, "help", "h", false, "")
}

// parse reads the arguments. The error is a usageError.
func (f *flags) parse(args []string) error {
	err := f.Parse(args)
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return f.unknown(e, args)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usagef("%s needs a value; see \"dns01 help %s\"", dashed(e.GetFlag()), f.command)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usagef("%s takes true or false, not %q", dashed(e.GetFlag()), e.GetValue())
	}
	if err != nil {
		return usagef("%v; see \"dns01 help %s\"", err, f.command)
	}
	return nil
}

// An unknownFlag is the complaint about one, with those that there are.
type unknownFlag struct {
	usageError
	set *pflag.FlagSet
}

func (e unknownFlag) Unwrap() error { return e.usageError }

// hide marks flags that are told of nowhere: they exist to be refused with the
// reason.
func (f *flags) hide(names []string) {
	for _, name := range names {
		f.Lookup(name).Hidden = true
	}
}

// names are the flags with their dashes.
func (f *flags) names() []string {
	var names []string
	f.VisitAll(func(x *pflag.Flag) { names = append(names, dashed(x)) })
	return names
}

func dashed(f *pflag.Flag) string { return "--" + f.Name }

// alternatives are flags of which one on the command line makes the
// environment's word on the others void.
var alternatives = [][]string{{"ipv4", "ipv6"}, {"json", "format", "nagios"}, {"quiet", "verbose"}, {"strict", "fail-on"}}

// readEnv takes flags that were not given from DNS01_… variables; only says
// which, all of them when nil.
func (f *flags) readEnv(env func(string) string, only []string) error {
	given := map[string]bool{}
	f.Visit(func(x *pflag.Flag) { given[x.Name] = true })
	for _, group := range alternatives {
		if slices.ContainsFunc(group, func(name string) bool { return given[name] }) {
			for _, name := range group {
				given[name] = true
			}
		}
	}
	var err error
	f.VisitAll(func(x *pflag.Flag) {
		if err != nil || given[x.Name] || x.Name == "help" || only != nil && !slices.Contains(only, x.Name) {
			return
		}
		if v := env(variable(x.Name)); v != "" {
			err = f.setFromEnv(x, v)
		}
	})
	return err
}

// setFromEnv gives a flag the value of its variable. One that may be repeated
// has its values separated by white space.
func (f *flags) setFromEnv(x *pflag.Flag, v string) error {
	vs := []string{v}
	switch {
	case x.Name == "what-if": // records have white space of their own
		vs = strings.FieldsFunc(v, func(r rune) bool { return r == '\n' })
	case x.Value.Type() == "stringArray":
		vs = strings.Fields(v)
	}
	f.fromEnv[x.Name] = true
	for _, v := range vs {
		if f.Set(x.Name, v) != nil {
			return usagef("%s takes true or false, not %q", variable(x.Name), v)
		}
	}
	return nil
}

// variable is the environment variable of a flag: DNS01_ROOT_HINTS.
func variable(flag string) string {
	return "DNS01_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// source names where a flag's value came from, for complaints.
func (f *flags) source(flag string) string {
	if f.fromEnv[flag] {
		return variable(flag)
	}
	return "--" + flag
}
