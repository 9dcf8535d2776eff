package main

import (
	"bytes"
	"io"
	"regexp"
)

// workflowCommand is how a line begins that a runner of GitHub Actions takes
// for a command, wherever it comes from: "::name …::", or "##[name]".
var workflowCommand = regexp.MustCompile(`(?m)^([ \t]*)(::[A-Za-z-]+[^\n]*::|##\[)`)

// An inert writer lets no line be a workflow command: what came from the DNS
// may stand at the beginning of a line, where text is wrapped. A backslash
// before it is enough.
type inert struct {
	io.Writer
	within bool // the last write ended within a line
}

func (w *inert) Write(b []byte) (int, error) {
	rest, text := b, []byte(nil)
	if w.within { // up to here the line has begun already
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			end = len(b)
		}
		text, rest = b[:end:end], b[end:]
	}
	text = append(text, workflowCommand.ReplaceAll(rest, []byte(`$1\$2`))...)
	if len(b) > 0 {
		w.within = b[len(b)-1] != '\n'
	}
	if _, err := w.Writer.Write(text); err != nil {
		return 0, err
	}
	return len(b), nil
}

// inActions reports whether a runner of GitHub Actions reads what we print.
func (p *program) inActions() bool { return p.env("GITHUB_ACTIONS") == "true" }
