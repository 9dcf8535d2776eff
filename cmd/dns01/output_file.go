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

// writable complains early of a flag's file that could not be written: not
// after everything has been asked.
func (f *flags) writable(flag, file string) error {
	switch info, err := os.Stat(file); {
	case err == nil && info.IsDir():
		return usagef("%s %s is a folder; name a file in it", f.source(flag), file)
	case err == nil:
		return nil
	}
	switch info, err := os.Stat(filepath.Dir(file)); {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("%s %s: the folder %s does not exist; make it first", f.source(flag), file, filepath.Dir(file))
	case err != nil:
		return usagef("%s %s cannot be written: %s", f.source(flag), file, reason(err))
	case !info.IsDir():
		return usagef("%s %s: %s is no folder", f.source(flag), file, filepath.Dir(file))
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
			err = replaceFile(out.file, b.Bytes(), shared)
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
// pipe, is written to. A file that is there keeps its permissions, unless only
// its owner may read the content (mode 0600).
func replaceFile(file string, content []byte, mode fs.FileMode) error {
	err := replace(file, content, mode)
	if err != nil {
		return fmt.Errorf("writing %s: %s", file, reason(err))
	}
	return nil
}

func replace(file string, content []byte, mode fs.FileMode) error {
	if err := ownLink(file); err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	info, err := os.Stat(file)
	switch there := err == nil; {
	case there && !info.Mode().IsRegular():
		return appendTo(file, content)
	case there && mode != private:
		mode = info.Mode().Perm()
	}
	tmp, err := createBeside(file, mode)
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	if info != nil && mode != private {
		err = errors.Join(err, tmp.Chmod(mode))
	}
	if mode == private { // what another run depends on outlives a power failure
		err = errors.Join(err, tmp.Sync())
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// The permissions of what is written: a report is as any file, what tells who
// was asked about what is its owner's.
const (
	shared  fs.FileMode = 0o644
	private fs.FileMode = 0o600
)

// createBeside makes a file of a name that nobody could know, in the folder of
// another. Unlike os.CreateTemp it leaves the permissions to the caller and
// his umask.
func createBeside(file string, mode fs.FileMode) (*os.File, error) {
	for try := 0; ; try++ {
		name := filepath.Join(filepath.Dir(file), fmt.Sprintf(".dns01-%016x", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err == nil || try > 100 || !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// ownLink complains of a link that somebody else may have put there to have us
// write over a file of ours: one in a folder that all may write to, such as
// /tmp, which is neither ours nor its owner's. Linux has the same rule for who
// opens it (fs.protected_symlinks); we look where it leads instead.
func ownLink(file string) error {
	link, err := os.Lstat(file)
	if err != nil || link.Mode()&fs.ModeSymlink == 0 {
		return nil
	}
	folder, err := os.Stat(filepath.Dir(file))
	if err != nil || folder.Mode()&fs.ModeSticky == 0 || folder.Mode().Perm()&0o002 == 0 {
		return nil
	}
	if owner := ownerOf(link); owner == os.Geteuid() || owner == ownerOf(folder) {
		return nil
	}
	return errors.New("it is a link that another user has put there; remove it, or write to another folder")
}

// appendFile adds to a file, which may be a pipe.
func appendFile(file string, content []byte) error {
	if err := appendTo(file, content); err != nil {
		return fmt.Errorf("writing %s: %s", file, reason(err))
	}
	return nil
}

func appendTo(file string, content []byte) error {
	f, err := openEnd(file)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// openEnd opens a file to add to it, and makes one that is not there.
func openEnd(file string) (*os.File, error) {
	if info, err := os.Stat(file); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return openPipe(file, os.O_WRONLY, pipeWait)
	}
	return os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, shared)
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
