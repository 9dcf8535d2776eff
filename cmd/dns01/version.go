package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/pflag"

	"dns01/report"
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
		return 0, delivered(p.versionJSON())
	}
	t := p.tool()
	_, err := fmt.Fprintf(p.stdout, "%s %s%s %s %s/%s\n", t.Name, t.Version, p.revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return 0, delivered(err)
}

func (p *program) versionJSON() error {
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]string{
		"name": p.tool().Name, "version": p.tool().Version,
		"go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
	})
}

// tool is who made a report. A build from a work tree is "devel".
func (p *program) tool() report.Tool {
	t := report.Tool{Name: "dns01", Version: "devel"}
	if p.build != nil && p.build.Main.Version != "" && p.build.Main.Version != "(devel)" {
		t.Version = p.build.Main.Version
	}
	return t
}

// revision is " (0123456789ab)" or " (0123456789ab, modified)" for a build
// that knows its commit and does not tell it by its version.
func (p *program) revision() string {
	if p.build == nil || p.tool().Version != "devel" {
		return ""
	}
	setting := map[string]string{}
	for _, s := range p.build.Settings {
		setting[s.Key] = s.Value
	}
	rev := setting["vcs.revision"]
	if rev == "" {
		return ""
	}
	if setting["vcs.modified"] == "true" {
		return fmt.Sprintf(" (%.12s, modified)", rev)
	}
	return fmt.Sprintf(" (%.12s)", rev)
}
