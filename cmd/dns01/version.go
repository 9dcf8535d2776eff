package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/miekg/dns"
	"github.com/spf13/pflag"

	"dns01/check/known"
	"dns01/report"
	"dns01/resolver"
)

// version tells which dns01 this is.
func (p *program) version(_ context.Context, args []string) (int, error) {
	f := &flags{FlagSet: pflag.NewFlagSet("version", pflag.ContinueOnError), command: "version"}
	f.Usage = func() {}
	f.BoolVar(&f.json, "json", false, "")
	f.BoolVarP(&f.help, "help", "h", false, "")
	if err := f.parse(args); err != nil {
		return 0, err
	}
	switch {
	case f.help:
		return p.helpFor("version")
	case f.NArg() > 0:
		return 0, usagef(`version takes no argument, not %q; to check a name, write "dns01 check %s"`, f.Arg(0), f.Arg(0))
	case f.json:
		return 0, delivered(report.BuildJSON(p.stdout, p.facts()))
	}
	t := p.tool()
	_, err := fmt.Fprintf(p.stdout, "%s %s%s %s %s/%s\n", t.Name, t.Version, p.revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return 0, delivered(err)
}

// facts are what this build knows of itself.
func (p *program) facts() report.Build {
	b := report.Build{Tool: p.tool(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Data: dataOfBuild()}
	if p.build == nil {
		return b
	}
	b.Commit, b.CommitTime = p.setting("vcs.revision"), p.setting("vcs.time")
	b.Modified = p.setting("vcs.modified") == "true"
	for _, m := range p.build.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Modules = append(b.Modules, report.Module{Path: m.Path, Version: m.Version, Sum: m.Sum})
	}
	return b
}

// dataOfBuild is how old the facts are that decide.
func dataOfBuild() report.BuildData {
	d := report.BuildData{RootHints: resolver.BuiltinRootsDate().Format(time.DateOnly), CAs: len(known.CAs())}
	for _, rr := range resolver.BuiltinAnchors() {
		if ds, ok := rr.(*dns.DS); ok {
			d.RootTrustAnchors = append(d.RootTrustAnchors, ds.KeyTag)
		}
	}
	for _, ca := range known.CAs() {
		for _, s := range ca.Sources {
			d.CAsRead = max(d.CAsRead, s.Date)
		}
	}
	for _, p := range known.Providers() {
		d.ProvidersRead = max(d.ProvidersRead, p.Date)
	}
	for _, r := range known.Resolvers() {
		d.ResolversRead = max(d.ResolversRead, r.Date)
	}
	return d
}

// tool is who made a report. A build from a work tree is "devel".
func (p *program) tool() report.Tool {
	t := report.Tool{Name: "dns01", Version: "devel"}
	if p.build != nil && p.build.Main.Version != "" && p.build.Main.Version != "(devel)" {
		t.Version = p.build.Main.Version
	}
	return t
}

// setting is one of how the binary was built, or "".
func (p *program) setting(key string) string {
	if p.build == nil {
		return ""
	}
	for _, s := range p.build.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// revision is " (0123456789ab)" or " (0123456789ab, modified)" for a build
// that knows its commit and does not tell it by its version.
func (p *program) revision() string {
	rev := p.setting("vcs.revision")
	if rev == "" || p.tool().Version != "devel" {
		return ""
	}
	if p.setting("vcs.modified") == "true" {
		return fmt.Sprintf(" (%.12s, modified)", rev)
	}
	return fmt.Sprintf(" (%.12s)", rev)
}
