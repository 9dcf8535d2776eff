package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// unknown is the complaint about a flag that a command does not have: with the
// one that was meant, with why there is none, or with who has it.
func (f *flags) unknown(e *pflag.NotExistError, args []string) error {
	name := e.GetSpecifiedName()
	given := "--" + name
	if e.GetSpecifiedShortnames() != "" {
		given = "-" + name
		switch long := longMeant(args); {
		case f.Lookup(long) != nil || whoTakes(long) != "":
			name, given = long, "-"+long
		case name == "f":
			name = "file"
		}
	}
	hint, see := f.unknownHint(name), "; see"
	if strings.HasSuffix(hint, "?") {
		see = " See"
	}
	text := fmt.Sprintf("unknown flag %s%s%s \"dns01 help %s\"", given, hint, see, f.command)
	return unknownFlag{usageError{text}, f.FlagSet}
}

// unknownHint goes on after a flag that there is not.
func (f *flags) unknownHint(name string) string {
	if why := instead[f.command][name]; why != "" {
		return ": " + why
	}
	if f.Lookup(name) != nil {
		return ": it takes two dashes, --" + name
	}
	if hint := didYouMean("--"+name, f.names()); hint != "" {
		return hint
	}
	if other := whoTakes(name); other != "" {
		return fmt.Sprintf(", which is one of \"dns01 %s\"", other)
	}
	return ""
}

// longMeant is a word of the arguments that begins with one dash and goes on
// like a long flag: "format" of "-format=json".
func longMeant(args []string) string {
	for _, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] != '-' {
			name, _, _ := strings.Cut(a[1:], "=")
			return name
		}
	}
	return ""
}

// whoTakes is the first command that has a flag, "" for none.
func whoTakes(name string) string {
	pages, err := manualPages()
	if err != nil {
		return "" // a test sees to it that there is none
	}
	for _, command := range commandNames {
		for _, p := range pages {
			if p.Command != command {
				continue
			}
			for _, x := range p.Flags() {
				if x.Name == name && name != "" {
					return command
				}
			}
		}
	}
	return ""
}

// Why a command has no flag that check has, where people look for it.
const (
	listIsArgument = `the list is an argument, as in "dns01 %s orders.txt"`
	linesOfJSON    = "each result is a line of JSON already, and --full makes it the whole report"
	inTheList      = "values stand in the list, with the names they are for"
	noCacheAsked   = "no cache is asked about so many names, lest they plant denials there"
	fromHereAlone  = `it looks from here alone, since each place would be asked about each order; ask about those that matter with "dns01 check --vantage"`
)

// instead says what to do without a flag, by command and flag.
var instead = map[string]map[string]string{
	"batch": {
		"file": fmt.Sprintf(listIsArgument, "batch"), "json": linesOfJSON, "format": linesOfJSON,
		"value": inTheList, "token": inTheList, "thumbprint": inTheList, "resolvers": noCacheAsked, "no-caches": noCacheAsked,
		"vantage": fromHereAlone + ", or have agents elsewhere judge the list with --nats", "vantage-budget": fromHereAlone,
		"record": `a recording is of one order; make it with "dns01 check --record"`,
	},
	"watch": {
		"file": fmt.Sprintf(listIsArgument, "watch"), "json": "each report is served as JSON, at /report/NAME", "format": "each report is served as JSON and as a page, at /report/NAME",
		"value": inTheList, "token": inTheList, "thumbprint": inTheList, "resolvers": noCacheAsked, "no-caches": noCacheAsked,
		"vantage": fromHereAlone, "vantage-budget": fromHereAlone,
		"now":    "each look is judged as of its own time",
		"strict": "a watch has no verdict to end with; --webhook and --on-change tell of every one that changes", "fail-on": "a watch has no verdict to end with; --webhook and --on-change tell of every one that changes",
	},
	"wait": {
		"vantage":        `it looks from here alone, again and again; once it has ended well, ask the other places once with "dns01 check --vantage"`,
		"vantage-budget": `it looks from here alone; see "dns01 check --vantage"`,
		"resolvers":      "no cache is asked while a value is awaited, lest a denial be planted there", "no-caches": "no cache is asked anyway",
		"probe": "nothing is probed while a value is awaited", "no-probe": "nothing is probed anyway",
	},
	"agent": {
		"file": "names come from those who ask, over NATS", "ca": "the CA is named by those who ask", "value": "values come from those who ask, over NATS",
		"vantage": "an agent is such a place itself",
	},
	"caa": {
		"vantage": `what CAA decides elsewhere is a part of "dns01 check --vantage"`,
	},
}
