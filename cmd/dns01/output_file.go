package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"dns01/report"
)

// writable complains early of a file that could not be written: not after
// everything has been asked.
func (f *checkFlags) writable(file string) error {
	switch info, err := os.Stat(file); {
	case err == nil && info.IsDir():
		return usagef("%s %s is a folder; name a file in it", f.source("output"), file)
	case err == nil:
		return nil
	}
	switch info, err := os.Stat(filepath.Dir(file)); {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("%s %s: the folder %s does not exist; make it first", f.source("output"), file, filepath.Dir(file))
	case err != nil:
		return usagef("%s %s cannot be written: %s", f.source("output"), file, reason(err))
	case !info.IsDir():
		return usagef("%s %s: %s is no folder", f.source("output"), file, filepath.Dir(file))
	}
	return nil
}

// deliver writes the reports wherever they are wanted. One file that fails
// does not keep the others from being written.
func (p *program) deliver(rs []report.Report, o outputs, s settings) error {
	var errs []error
	for _, out := range o.all {
		var b bytes.Buffer
		err := p.renderAny(&b, rs, out, o, s)
		switch {
		case err != nil:
		case out.file != "-":
			err = replaceFile(out.file, b.Bytes())
		case out.format == "text" || out.format == "jsonl": // written as they came
		case out.format == "github":
			_, err = p.commands.Write(b.Bytes())
			err = delivered(err)
		default:
			_, err = p.stdout.Write(b.Bytes())
			err = delivered(err)
		}
		errs = append(errs, err)
	}
	if o.has("github") {
		errs = append(errs, p.tellActions(rs))
	}
	return errors.Join(errs...)
}

// renderAny is render for all formats: text for a file is for no terminal.
func (p *program) renderAny(b *bytes.Buffer, rs []report.Report, out output, o outputs, s settings) error {
	if out.format != "text" {
		return p.render(b, rs, out.format, o)
	}
	for i, r := range rs {
		if i > 0 {
			b.WriteByte('\n')
		}
		if err := report.Text(b, r, report.TextOptions{ASCII: true, Verbose: s.verbose}); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile gives a file new content at once, so that nobody reads half of
// it: the textfile collector does at any time. What is no regular file, as a
// pipe, is written to.
func replaceFile(file string, content []byte) error {
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return appendFile(file, content)
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".dns01-*")
	if err != nil {
		return fmt.Errorf("writing %s: %s", file, reason(err))
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("writing %s: %s", file, reason(err))
	}
	return nil
}

// appendFile adds to a file, which may be a pipe.
func appendFile(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("writing %s: %s", file, reason(err))
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %s", file, reason(err))
	}
	return nil
}

// tellActions adds the step summary and the output variables, where GitHub
// Actions has files for them.
func (p *program) tellActions(rs []report.Report) error {
	var errs []error
	if file := p.env("GITHUB_STEP_SUMMARY"); file != "" {
		var b bytes.Buffer
		err := report.Markdown(&b, rs)
		errs = append(errs, err, appendFile(file, b.Bytes()))
	}
	if file := p.env("GITHUB_OUTPUT"); file != "" {
		var b bytes.Buffer
		if err := report.GitHubOutput(&b, rs, p.delimiter()); err != nil {
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, appendFile(file, b.Bytes()))
	}
	return errors.Join(errs...)
}

// delimiter is a line that stands in no value, since nobody could know it.
func (p *program) delimiter() string {
	number := rand.Uint64
	if p.rand != nil {
		number = p.rand.Uint64
	}
	return fmt.Sprintf("dns01_%016x%016x", number(), number())
}
