package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dns01/report"
	"dns01/resolver/lab"
	"dns01/testdata"
)

// showcase is the world that a bare "dns01 demo" plays.
const showcase = "stale-secondary"

// shortList is how many worlds a bare "dns01 demo" lists, and longCommand how
// many words of a command it shows.
const (
	shortList   = 12
	longCommand = 24
)

// foreign are the flags without meaning where the world is made up.
var foreign = []string{"file", "csr", "cert", "certbot", "manifest", "caddyfile", "root-hints", "trust-anchor", "allow-private", "vantage", "vantage-budget"}

// ownVariables are the flags that a demo takes from the environment: those
// that change how it looks, not what happens.
var ownVariables = []string{"format", "json", "nagios", "fail-on", "strict", "verbose", "quiet", "color"}

// A demoRun is what the arguments of demo ask for.
type demoRun struct {
	*checkFlags
	list  bool
	serve string
	name  string // of the scenario, or ""
	args  []string
}

// demo plays a scenario from the lab through the same pipeline as check.
func (p *program) demo(ctx context.Context, args []string) (int, error) {
	d, err := parseDemo(args)
	switch {
	case err != nil:
		return 0, err
	case d.help:
		return p.helpFor("demo")
	case d.list:
		return statusOK, delivered(p.listWorlds(testdata.Scenarios(), p.textOptions(settings{color: d.color})))
	case d.name == "":
		return p.demoInShort(ctx, d)
	}
	s, err := scenario(d.name)
	if err != nil {
		return 0, err
	}
	if d.serve != "" {
		return p.serve(ctx, s, d.serve)
	}
	return p.playScenario(ctx, s, d.args, nil)
}

// demoFlags are those of check and two more.
func demoFlags() *demoRun {
	d := &demoRun{checkFlags: newCheckFlags("demo")}
	d.BoolVar(&d.list, "list", false, "")
	d.StringVar(&d.serve, "serve", "", "")
	d.hide(foreign)
	return d
}

func parseDemo(args []string) (*demoRun, error) {
	d := demoFlags()
	d.args = args
	if err := d.parse(args); err != nil {
		return nil, err
	}
	var wrong error
	d.Visit(func(x *pflag.Flag) {
		if slices.Contains(foreign, x.Name) {
			wrong = usagef("%s has no meaning in a demo: its world brings its own; leave it out", dashed(x))
		}
	})
	switch {
	case wrong != nil:
		return nil, wrong
	case d.NArg() > 1:
		return nil, usagef("demo plays one world, not %q as well", d.Arg(1))
	case d.NArg() == 0 && d.Changed("serve"):
		return nil, usagef(`--serve needs to know which world; write "dns01 demo %s --serve %s"`, showcase, d.serve)
	}
	d.name = d.Arg(0)
	return d, nil
}

// scenario finds one by name.
func scenario(name string) (*lab.Scenario, error) {
	names := testdata.Scenarios()
	if !slices.Contains(names, name) {
		hint := didYouMean(name, names)
		if hint == "" {
			hint = `; "dns01 demo --list" lists those there are`
		}
		return nil, usagef("there is no world %q%s", name, hint)
	}
	data, err := testdata.Scenario(name)
	if err != nil {
		return nil, err
	}
	return lab.Parse(name, data)
}

// demoInShort shows what this is: some worlds, and one of them played. Its
// status tells that the demo worked, not what it found.
func (p *program) demoInShort(ctx context.Context, d *demoRun) (int, error) {
	s, err := scenario(showcase)
	if err != nil {
		return 0, err
	}
	status, err := p.playScenario(ctx, s, d.args, p.introduce)
	if err != nil || ctx.Err() != nil {
		return status, err
	}
	return statusOK, nil
}

// introduce says what this is, and lists some worlds.
func (p *program) introduce(o report.TextOptions) error {
	names := testdata.Scenarios()
	err := report.Prose(p.stdout, "dns01 predicts whether a certificate authority will issue over DNS-01. These worlds are small internets in memory; \"dns01 demo NAME\" checks one of them.", o)
	if err != nil {
		return err
	}
	some := ofEachKind(names)
	if err := p.listWorlds(some, o); err != nil {
		return err
	}
	if n := len(names) - len(some); n > 0 {
		if _, err := fmt.Fprintf(p.stdout, "  and %d more: dns01 demo --list\n", n); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(p.stdout)
	return err
}

// ofEachKind chooses one world for each kind, which is the first word of a
// name, and the showcase.
func ofEachKind(names []string) []string {
	some := []string{showcase}
	kinds := map[string]bool{}
	for _, n := range names {
		kind, _, _ := strings.Cut(n, "-")
		if kinds[kind] || strings.HasPrefix(showcase, kind+"-") || len(some) == shortList {
			continue
		}
		kinds[kind] = true
		some = append(some, n)
	}
	slices.Sort(some)
	return some
}

// listWorlds prints the names and titles of scenarios in columns.
func (p *program) listWorlds(names []string, o report.TextOptions) error {
	var entries []report.Entry
	for _, n := range names {
		entries = append(entries, report.Entry{Name: n, Text: testdata.Title(n)})
	}
	return report.List(p.stdout, entries, o)
}

// playScenario checks what the scenario is about, in its world. The flags of
// args come after its own. Where text comes out, introduce writes what stands
// before it; it may be nil.
func (p *program) playScenario(ctx context.Context, s *lab.Scenario, args []string, introduce func(report.TextOptions) error) (int, error) {
	d := demoFlags()
	if err := d.parse(s.Target); err != nil {
		return 0, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	names := d.Args()
	if err := d.parse(args); err != nil {
		return 0, err
	}
	if err := d.readEnv(p.env, ownVariables); err != nil {
		return 0, err
	}
	w, err := labWorld(s)
	if err != nil {
		return 0, err
	}
	run, err := p.runOptions(ctx, d.checkFlags, names, w)
	if err != nil {
		return 0, err
	}
	if run.outputs.stdout() == "text" {
		o := p.textOptions(run.settings)
		if introduce != nil {
			if err := introduce(o); err != nil {
				return 0, delivered(err)
			}
		}
		if err := p.tell(s, o); err != nil {
			return 0, delivered(err)
		}
	}
	return p.play(ctx, w, run)
}

// tell prints the story of a scenario, and the command that check would be.
func (p *program) tell(s *lab.Scenario, o report.TextOptions) error {
	words, cut := append([]string{"dns01", "check"}, s.Target...), ""
	if n := len(words) - longCommand; n > 0 {
		words = words[:longCommand]
		cut = fmt.Sprintf(" (and %d words more)", n)
	}
	text := fmt.Sprintf("World %s: %s.\n\n%s\n\nWhat is asked of it%s:", s.Name, s.Title, s.Story, cut)
	if err := report.Prose(p.stdout, text, o); err != nil {
		return err
	}
	return report.Command(p.stdout, words, o)
}
