package main

import (
	"context"
	"slices"
	"strings"

	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/survey"
)

// caaFlags are those of caa, as given.
type caaFlags struct {
	*flags
	cas              []string
	zoneFile, origin string
	intent           string
	scenario         string
}

func newCAAFlags() *caaFlags {
	f := &caaFlags{flags: noFlags("caa")}
	f.StringArrayVar(&f.cas, "ca", nil, "")
	f.StringVar(&f.caDirectory, "ca-directory", "", "")
	f.StringVar(&f.account, "account", "", "")
	f.StringVar(&f.challenge, "challenge", "dns-01", "")
	f.StringVarP(&f.file, "file", "f", "", "")
	f.StringArrayVar(&f.whatIf, "what-if", nil, "")
	f.StringVar(&f.zoneFile, "zone-file", "", "")
	f.StringVar(&f.origin, "origin", "", "")
	f.StringVar(&f.intent, "intent", "", "")
	f.StringVar(&f.scenario, "demo", "", "")
	f.defineResolution()
	f.BoolVar(&f.strict, "strict", false, "")
	f.defineOutput()
	return f
}

// caaOptions are flags and names that make sense.
type caaOptions struct {
	names     []string
	cas       []*known.CA
	order     check.Order // without the CA
	directory *known.Directory
	supposed  []check.CAAChange
	zone      *survey.ZoneText // judged in place of the DNS
	intent    string
	publish   []report.CAAPublish
	// use is what an intent allows at a CA; nil without one.
	use         func(*known.CA) (account, method string)
	methodGiven bool // by a flag
	start
	settings
}

// world is the one that --demo names, or the one at hand.
func (f *caaFlags) world(w world) (world, error) {
	if f.scenario == "" {
		return w, nil
	}
	if f.zoneFile != "" || f.intent != "" {
		return w, usagef("--demo asks a made-up world, and --zone-file and --intent ask nobody; give one of them")
	}
	file := f.file
	w, _, err := f.inLab(f.scenario)
	f.file = file
	return w, err
}

// options makes sense of flags and names, for a world. The error is a
// usageError.
func (f *caaFlags) options(ctx context.Context, p *program, w world) (o caaOptions, err error) {
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	if err := f.agree(); err != nil {
		return o, err
	}
	if o.order.Now, err = f.time(p.now); err != nil {
		return o, err
	}
	if err := f.checkAccount(); err != nil {
		return o, err
	}
	if o.order.Account, o.order.Challenge = f.account, f.challenge; !slices.Contains(check.Methods(), f.challenge) {
		return o, usagef("%s %q is no challenge type; write one of %s", f.source("challenge"), f.challenge, strings.Join(check.Methods(), ", "))
	}
	o.methodGiven = f.Changed("challenge")
	if o.supposed, err = f.suppositions(); err != nil {
		return o, err
	}
	if o.start, err = f.start(w); err != nil {
		return o, err
	}
	if err := f.subjects(p, &o); err != nil {
		return o, err
	}
	return o, f.chooseCAs(ctx, p, &o, w)
}

// agree refuses flags that contradict each other.
func (f *caaFlags) agree() error {
	switch {
	case f.origin != "" && f.zoneFile == "":
		return usagef("%s says which zone a file is of; give --zone-file beside it", f.source("origin"))
	case f.zoneFile != "" && f.intent != "":
		return usagef("--zone-file judges a zone and --intent makes records; give one of them")
	case f.intent != "" && len(f.whatIf) > 0:
		return usagef("--intent makes records and --what-if supposes some; give one of them")
	}
	return nil
}

// chooseCAs reads every --ca, several in one with commas; with an intent those
// that it names are meant unless others are.
func (f *caaFlags) chooseCAs(ctx context.Context, p *program, o *caaOptions, w world) error {
	words := splitNames(f.cas)
	if f.caDirectory != "" {
		return f.chooseOne(ctx, p, o, w, words)
	}
	for _, word := range words {
		ca, err := f.knownCA(word)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(o.cas, func(c *known.CA) bool { return c.ID == ca.ID }) {
			o.cas = append(o.cas, ca)
		}
	}
	if len(o.cas) == 0 {
		ca, err := f.knownCA("letsencrypt")
		o.cas = append(o.cas, ca)
		return err
	}
	return nil
}

// chooseOne reads the CA that a directory document is of.
func (f *caaFlags) chooseOne(ctx context.Context, p *program, o *caaOptions, w world, words []string) (err error) {
	if len(words) > 1 {
		return usagef("%s describes one CA, and --ca names %d; give one --ca, or none", f.source("ca-directory"), len(words))
	}
	d, err := p.directory(ctx, f.flags, w)
	if err != nil {
		return err
	}
	ca := d.CA(f.caDirectory)
	if len(words) == 1 {
		if ca, err = f.knownCA(words[0]); err != nil {
			return err
		}
		ca = d.Over(ca)
	}
	o.cas, o.directory = []*known.CA{ca}, &d
	return nil
}
