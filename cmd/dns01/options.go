package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// options are flags and names that make sense.
type options struct {
	names     []string                // as a CA has them
	places    map[string]report.Place // where they were named, if in a file
	order     check.Order
	resolvers []survey.Resolver   // caches to ask
	seek      map[string][]string // values to look for elsewhere when they are missing
	vantages  []vantage.Vantage   // who is to look from elsewhere
	supposed  []check.CAAChange   // of the CAA records
	start
	settings
}

// A start is where a resolution begins: at these root servers, trusting these
// records.
type start struct {
	roots    []resolver.Root // nil: IANA's
	anchors  []dns.RR        // none: nothing is validated
	signedAt time.Time       // when signatures are judged; zero: by the clock
}

// settings are the options that need no looking up.
type settings struct {
	allowPrivate, only4, only6   bool
	timeout, deadline            time.Duration
	json, strict, verbose, quiet bool
	color                        string
	probes                       survey.Probing
	pace                         resolver.Pacing
	timeline                     *timeline // nil: none is kept
	tape                         tape
	events                       bool // every exchange is a line of JSON on the standard output
}

// options makes sense of flags and names, for a world. The error is a
// usageError.
func (p *program) options(ctx context.Context, f *flags, names []string, w world) (o options, err error) {
	if names, err = p.names(f, names); err != nil {
		return o, err
	}
	return p.optionsFor(ctx, f, names, w)
}

// optionsFor is options for names as a CA has them.
func (p *program) optionsFor(ctx context.Context, f *flags, names []string, w world) (o options, err error) {
	o.names = names
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	if o.order, err = p.order(ctx, f, o.names, w); err != nil {
		return o, err
	}
	if o.supposed, err = f.suppositions(); err != nil {
		return o, err
	}
	if !f.noProbe {
		o.seek = o.order.Values
	}
	if o.start, err = f.start(w); err != nil {
		return o, err
	}
	if o.vantages, err = p.vantages(f, w); err != nil {
		return o, err
	}
	o.resolvers, err = f.caches(w, o.settings)
	return o, err
}

func (f *flags) settings() (s settings, err error) {
	s = settings{
		allowPrivate: f.allowPrivate, only4: f.only4, only6: f.only6,
		strict: f.strict, verbose: f.verbose, quiet: f.quiet, color: f.color,
		tape: f.tape(),
	}
	if s.probes, err = f.probing(); err != nil {
		return s, err
	}
	if s.pace, err = f.pacing(); err != nil {
		return s, err
	}
	if f.trace != "" {
		s.timeline = &timeline{file: f.trace}
		if err := f.writable("trace", f.trace); err != nil {
			return s, err
		}
	}
	if s.timeout, err = f.duration("timeout", f.timeout); err != nil {
		return s, err
	}
	if s.deadline, err = f.duration("deadline", f.deadline); err != nil {
		return s, err
	}
	if s.json, err = f.wantsJSON(); err != nil {
		return s, err
	}
	if err := s.tape.redactable(); err != nil {
		return s, err
	}
	switch {
	case f.only4 && f.only6:
		return s, usagef("-4 and -6 leave nothing to ask; give one of them, or none")
	case f.quiet && f.verbose:
		return s, usagef("-q and -v contradict each other; give one of them")
	case f.quiet && s.json:
		return s, usagef("-q prints one word and --json a document; give one of them")
	}
	switch f.color {
	case "auto", "always", "never":
		return s, nil
	}
	return s, usagef("%s is auto, always or never, not %q", f.source("color"), f.color)
}

// probing is how far servers are probed.
func (f *flags) probing() (survey.Probing, error) {
	switch {
	case f.noProbe && f.Changed("probe") && !f.fromEnv["probe"]:
		return "", usagef("--no-probe and --probe contradict each other; give one of them")
	case f.noProbe || f.probe == "none" || f.probe == "": // a command without probes has no such flag
		return survey.ProbesNone, nil
	case f.probe == "default":
		return survey.ProbesDefault, nil
	case f.probe == "deep":
		return survey.ProbesDeep, nil
	}
	return "", usagef("%s is none, default or deep, not %q", f.source("probe"), f.probe)
}

// pacing is how fast one server address is asked: so many questions a second
// once as many have been asked at once.
func (f *flags) pacing() (resolver.Pacing, error) {
	p := resolver.DefaultPacing
	switch f.pace {
	case "": // a command without the flag
		return p, nil
	case "none":
		return resolver.Pacing{}, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(f.pace, "/s"))
	if err != nil || n < 1 || n > 100_000 {
		return p, usagef("%s is how many questions a second one server gets, such as 50/s, or none; not %q", f.source("pace"), f.pace)
	}
	p.PerSecond, p.Burst, p.InFlight = float64(n), n, max(1, min(n, 16*n/100))
	return p, nil
}

func (f *flags) duration(flag, text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, usagef("%s %q is not a duration; write a number with its unit, such as 500ms or 30s", f.source(flag), text)
	}
	if d <= 0 {
		return 0, usagef("%s %s leaves no time; it has to be more than zero", f.source(flag), text)
	}
	return d, nil
}

func (f *flags) wantsJSON() (bool, error) {
	switch f.format {
	case "json":
		return true, nil
	case "text":
		if f.json && f.Changed("format") && !f.fromEnv["format"] {
			return false, usagef("--json and --format text contradict each other; give one of them")
		}
		return f.json, nil
	}
	return false, usagef("%s is text or json, not %q", f.source("format"), f.format)
}

// order makes the order to be judged.
func (p *program) order(ctx context.Context, f *flags, names []string, w world) (o check.Order, err error) {
	ca, err := p.chosenCA(ctx, f, w)
	if err != nil {
		return o, err
	}
	o = check.Order{CA: ca, Account: f.account, Challenge: f.challenge}
	if err := f.checkChallenge(); err != nil {
		return o, err
	}
	if err := f.checkAccount(); err != nil {
		return o, err
	}
	if o.Values, err = f.expected(names); err != nil {
		return o, err
	}
	o.Sources = f.sources
	o.Now, err = f.time(p.now)
	return o, err
}

func caIDs() []string {
	var ids []string
	for _, ca := range known.CAs() {
		ids = append(ids, ca.ID)
	}
	return ids
}

func (f *flags) checkChallenge() error {
	switch f.challenge {
	case "dns-01":
		return nil
	case "dns-account-01", "dns-persist-01":
		return f.checkAccountChallenge()
	}
	return usagef("%s %q is no DNS challenge; write dns-01, dns-account-01 or dns-persist-01", f.source("challenge"), f.challenge)
}

// checkAccountChallenge wants the account that the challenge is tied to, and
// no value where there is none.
func (f *flags) checkAccountChallenge() error {
	switch {
	case f.account == "" && f.challenge == "dns-account-01":
		return usagef("%s dns-account-01 needs --account: the challenge name is made of it", f.source("challenge"))
	case f.account == "":
		return usagef("%s dns-persist-01 needs --account: the record has to name it", f.source("challenge"))
	case f.challenge == "dns-persist-01" && len(f.values)+len(f.tokens) > 0:
		return usagef("%s dns-persist-01 has no value for each order; leave --value and --token out", f.source("challenge"))
	}
	return nil
}

// checkAccount wants an account URL (RFC 8555 §7.1.2), which CAA's accounturi
// is compared with (RFC 8657 §3).
func (f *flags) checkAccount() error {
	if f.account == "" {
		return nil
	}
	u, err := url.Parse(f.account)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return usagef("%s %q is not an https URL; an account looks like https://acme-v02.api.letsencrypt.org/acme/acct/12345", f.source("account"), f.account)
	}
	return nil
}

// time is when dated facts are judged: --now, or the present.
func (f *flags) time(now func() time.Time) (time.Time, error) {
	if f.now == "" {
		return now(), nil
	}
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, f.now); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("%s %q is no time; write 2026-11-25 or 2026-11-25T10:00:00Z", f.source("now"), f.now)
}

// start is the world's, as far as no flag says otherwise.
func (f *flags) start(w world) (s start, err error) {
	s = start{w.roots, w.anchors, w.signedAt}
	if f.rootHints != "" {
		if s.roots, err = f.roots(); err != nil {
			return s, err
		}
	}
	if len(f.trustAnchors) > 0 {
		if s.anchors, err = f.anchors(); err != nil {
			return s, err
		}
	}
	if f.now != "" {
		s.signedAt, err = f.time(nil)
	}
	return s, err
}

// roots reads --root-hints.
func (f *flags) roots() (roots []resolver.Root, err error) {
	err = f.read("root-hints", f.rootHints, func(r io.Reader) (err error) {
		roots, err = resolver.ParseRoots(r)
		return err
	})
	return roots, err
}

// anchors reads the records of every --trust-anchor; the word none, which
// stands alone, means that there are none.
func (f *flags) anchors() ([]dns.RR, error) {
	var all []dns.RR
	for _, file := range f.trustAnchors {
		switch {
		case file != "none":
		case len(f.trustAnchors) > 1:
			return nil, usagef("%s none contradicts the files beside it; give one or the other", f.source("trust-anchor"))
		default:
			return nil, nil
		}
		err := f.read("trust-anchor", file, func(r io.Reader) error {
			rrs, err := resolver.ParseAnchors(r)
			all = append(all, rrs...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// maxRoots is how long a file of root hints or trust anchors may be, in octets:
// that of all top-level domains' keys would do.
const maxRoots = 4 << 20

// read parses the file that a flag names.
func (f *flags) read(flag, name string, parse func(io.Reader) error) error {
	file, err := openInput(name)
	if err != nil {
		return usagef("%s %s cannot be read: %s", f.source(flag), name, reason(err))
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxRoots+1))
	switch {
	case err != nil:
		return usagef("%s %s cannot be read: %s", f.source(flag), name, reason(err))
	case len(text) > maxRoots:
		return usagef("%s %s is longer than %d octets, which no such file is", f.source(flag), name, maxRoots)
	}
	if err := parse(bytes.NewReader(text)); err != nil {
		return usagef("%s %s cannot be used: %v", f.source(flag), name, err)
	}
	return nil
}

// stream parses the file that a flag names, without reading all of it first.
func (f *flags) stream(flag, name string, parse func(io.Reader) error) error {
	file, err := openInput(name)
	if err != nil {
		return usagef("%s %s cannot be read: %s", f.source(flag), name, reason(err))
	}
	defer file.Close()
	if err := parse(file); err != nil {
		return usagef("%s %s cannot be used: %v", f.source(flag), name, err)
	}
	return nil
}

// reason is what is wrong with a file, without repeating its name.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return fmt.Sprint(err)
}
