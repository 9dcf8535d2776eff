package main

import (
	"context"
	"embed"
	"strings"
)

// helpTexts are the manual, one page a command, written by hand: 80 columns,
// examples first. They are the table of flags too, in the form that package
// manual reads.
//
//go:generate go run ./internal/manual/gen.go markdown ../../docs/commands.md
//go:embed help/*.txt
var helpTexts embed.FS

// help prints the manual page of a command, or the first page.
func (p *program) help(_ context.Context, args []string) (int, error) {
	topic := ""
	for _, a := range args {
		switch {
		case a == "-h" || a == "--help":
		case strings.HasPrefix(a, "-"):
			return 0, usagef(`unknown flag %s; help takes the name of a command, as in "dns01 help check"`, a)
		case topic != "":
			return 0, usagef("help takes one command, not %q as well", a)
		default:
			topic = a
		}
	}
	if topic == "" {
		topic = "help"
	}
	if !isCommand(topic) {
		hint := didYouMean(topic, commandNames)
		if hint == "" {
			hint = "; the commands are " + strings.Join(commandNames, ", ")
		}
		return 0, usagef("no help on %q%s", topic, hint)
	}
	return p.helpFor(topic)
}

// helpFor writes a page to stdout: it was asked for, so it is a result.
func (p *program) helpFor(topic string) (int, error) {
	text, err := helpTexts.ReadFile("help/" + topic + ".txt")
	if err != nil {
		return 0, err
	}
	_, err = p.stdout.Write(text)
	return statusOK, delivered(err)
}
