package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dns01/check/plan"
)

// mostMachines is as many as a plan is made for.
const mostMachines = 10000

// planFlags are those of plan, as given.
type planFlags struct {
	*flags
	machines, accounts int
	aliases            []string
	profile, scenario  string
	look, zone         bool
}

func newPlanFlags() *planFlags {
	f := &planFlags{flags: noFlags("plan")}
	f.IntVar(&f.machines, "machines", 1, "")
	f.IntVar(&f.accounts, "accounts", 0, "")
	f.StringArrayVar(&f.aliases, "alias", nil, "")
	f.StringVar(&f.ca, "ca", "letsencrypt", "")
	f.StringVar(&f.caDirectory, "ca-directory", "", "")
	f.StringVar(&f.profile, "profile", "", "")
	f.StringVar(&f.challenge, "challenge", "dns-01", "")
	f.StringVar(&f.account, "account", "", "")
	f.StringVarP(&f.file, "file", "f", "", "")
	f.defineNameFiles()
	f.BoolVar(&f.look, "look", false, "")
	f.StringVar(&f.scenario, "demo", "", "")
	f.defineResolution()
	f.BoolVar(&f.zone, "zone", false, "")
	f.StringVar(&f.format, "format", "text", "")
	f.BoolVar(&f.json, "json", false, "")
	f.BoolVarP(&f.verbose, "verbose", "v", false, "")
	f.StringVar(&f.color, "color", "auto", "")
	f.BoolVarP(&f.help, "help", "h", false, "")
	return f
}

// planOptions are flags and names that make sense.
type planOptions struct {
	request    plan.Request
	look, zone bool
	start
	settings
}

// world is the one that --demo names, or the one at hand.
func (f *planFlags) world(w world) (world, error) {
	if f.scenario == "" {
		return w, nil
	}
	var wrong error
	f.Visit(func(x *pflag.Flag) {
		if slices.Contains(fixedByWorld, x.Name) && !f.fromEnv[x.Name] {
			wrong = usagef("%s has no meaning with --demo: its world brings its own; leave it out", dashed(x))
		}
	})
	if wrong != nil {
		return w, wrong
	}
	f.look, f.rootHints, f.trustAnchors, f.allowPrivate = true, "", nil, false
	s, err := scenario(f.scenario)
	if err != nil {
		return w, err
	}
	return labWorld(s)
}

// planOptions makes sense of flags and names, for a world. The error is a
// usageError.
func (p *program) planOptions(ctx context.Context, f *planFlags, w world) (o planOptions, err error) {
	if o.settings, err = f.settings(); err != nil {
		return o, err
	}
	o.look, o.zone = f.look, f.zone
	if f.zone && o.json {
		return o, usagef("--zone and --json contradict each other; give one of them")
	}
	if o.request, err = p.planRequest(ctx, f, w); err != nil {
		return o, err
	}
	if o.look && o.request.Challenge != "dns-01" {
		return o, usagef("--look reads the names of dns-01; leave it out with %s %s", f.source("challenge"), f.challenge)
	}
	o.start, err = f.start(w)
	return o, err
}

func (p *program) planRequest(ctx context.Context, f *planFlags, w world) (r plan.Request, err error) {
	ca, err := p.chosenCA(ctx, f.flags, w)
	if err != nil {
		return r, err
	}
	if _, ok := ca.Profile(f.profile); !ok && f.profile != "" {
		return r, usagef("%s %q is no profile of %s", f.source("profile"), f.profile, ca.Name)
	}
	r = plan.Request{CA: ca, Profile: f.profile, Challenge: f.challenge, Account: f.account, Machines: f.machines, Accounts: f.accounts}
	switch f.challenge {
	case "dns-01", "dns-account-01", "dns-persist-01":
	default:
		return r, usagef("%s %q is no DNS challenge; write dns-01, dns-account-01 or dns-persist-01", f.source("challenge"), f.challenge)
	}
	if f.challenge == "dns-account-01" && f.account == "" {
		return r, usagef("--challenge dns-account-01 needs --account: the challenge name is made of it")
	}
	if err := f.checkAccount(); err != nil {
		return r, err
	}
	if r.Names, err = p.names(f.flags, f.Args()); err != nil {
		return r, err
	}
	if err := f.counts(&r); err != nil {
		return r, err
	}
	if r.Targets, err = f.targets(r); err != nil {
		return r, err
	}
	r.Now, err = f.time(p.now)
	return r, err
}

// counts checks --machines and --accounts. Each machine has an account of its
// own unless told otherwise, as clients make one where they run.
func (f *planFlags) counts(r *plan.Request) error {
	switch {
	case f.machines < 1 || f.machines > mostMachines:
		return usagef("%s %d is not a number of machines from 1 to %d", f.source("machines"), f.machines, mostMachines)
	case f.Changed("accounts") && (f.accounts < 1 || f.accounts > f.machines):
		return usagef("%s %d is not a number of accounts from 1 to that of the machines, %d", f.source("accounts"), f.accounts, f.machines)
	case !f.Changed("accounts"):
		r.Accounts = f.machines
	}
	return nil
}

// targets reads every --alias: TARGET is for each name, NAME=TARGET for one.
func (f *planFlags) targets(r plan.Request) (map[string]string, error) {
	targets := map[string]string{}
	for _, arg := range f.aliases {
		name, target, found := strings.Cut(arg, "=")
		if !found {
			target = arg
		}
		to, err := questionName(target)
		if err != nil || to == "." {
			return nil, usagef("%s %q names no target; write NAME=TARGET or TARGET, as in example.com=id.auth.example.net", f.source("alias"), arg)
		}
		meant := false
		for _, n := range r.Names {
			challenge := plan.ChallengeName(r.Challenge, r.Account, n)
			if !found || sameBase(name, n, challenge) {
				targets[challenge] = strings.TrimSuffix(to, ".")
				meant = true
			}
		}
		if !meant {
			return nil, usagef("%s is for %q, which is not among the names of the plan; they are %s", f.source("alias"), name, strings.Join(r.Names, ", "))
		}
	}
	return targets, nil
}

// sameBase reports whether an alias given for a name is that of an identifier:
// by its base name, with or without "*.", or by the challenge name.
func sameBase(given, identifier, challenge string) bool {
	given = strings.TrimSuffix(strings.ToLower(given), ".")
	return given == challenge || strings.TrimPrefix(given, "*.") == strings.TrimPrefix(identifier, "*.")
}
