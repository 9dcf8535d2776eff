package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"dns01/check"
)

// GitHub writes reports as workflow commands of GitHub Actions: an annotation
// for each finding, at the place where its identifier was named, and the
// verdict as a notice, or as a warning where nothing could be looked at: such a
// step must not look as one that passed. Nothing in them can end a command or
// begin another one. The error is the writer's.
func GitHub(w io.Writer, rs []Report) error {
	var b strings.Builder
	for _, r := range rs {
		level := "notice"
		if r.Result.Verdict == check.Unknown {
			level = "warning"
		}
		annotate(&b, level, Place{}, "dns01: "+verdictWord(r.Result.Verdict), []string{headline(r)})
		for i := range r.Result.Findings {
			f := &r.Result.Findings[i]
			annotate(&b, githubLevel(f.Severity), placeOf(r, f), f.Rule.Title+" ["+f.Rule.ID+"]", findingText(f)[1:])
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing annotations: %w", err)
	}
	return nil
}

func githubLevel(s check.Severity) string {
	if s == check.Note {
		return "notice"
	}
	return string(s)
}

// placeOf is where the first identifier of a finding was named in a file.
func placeOf(r Report, f *check.Finding) Place {
	for _, n := range f.Identifiers {
		if p := r.Places[n]; p.File != "" {
			return p
		}
	}
	return Place{}
}

// annotate writes one workflow command.
func annotate(b *strings.Builder, level string, p Place, title string, lines []string) {
	fmt.Fprintf(b, "::%s title=%s", level, githubProperty(title))
	if p.File != "" {
		fmt.Fprintf(b, ",file=%s,line=%d", githubProperty(p.File), max(p.Line, 1))
	}
	if len(lines) == 0 {
		lines = []string{title}
	}
	fmt.Fprintf(b, "::%s\n", githubData(strings.Join(each(lines, visible), "\n")))
}

// githubData escapes the message of a workflow command, which ends at the end
// of the line.
func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// githubProperty escapes the value of a property, which ends at a comma or at
// the colons before the message.
func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(visible(s))
}

// GitHubOutput writes what a later step may want to know, in the form of the
// file that GITHUB_OUTPUT names: a value between two lines of a delimiter. It
// has to be one that nobody can guess, so that no value can end early. The
// error is the writer's.
func GitHubOutput(w io.Writer, rs []Report, delimiter string) error {
	r := worstOf(rs)
	var ids []string
	for _, r := range rs {
		for _, f := range r.Result.Findings {
			if f.Severity != check.Note {
				ids = append(ids, f.Rule.ID)
			}
		}
	}
	retry := ""
	if s := retrySeconds(r.Result.Verdict, r.Result.RetryAfter); s != nil {
		retry = strconv.FormatInt(*s, 10)
	}
	var b strings.Builder
	for _, v := range []struct{ name, value string }{
		{"verdict", string(r.Result.Verdict)},
		{"summary", headline(r)},
		{"errors", strconv.Itoa(countOf(rs, check.Error))},
		{"warnings", strconv.Itoa(countOf(rs, check.Warning))},
		{"findings", strings.Join(ids, " ")},
		{"retry-after-s", retry},
	} {
		value := visible(v.value)
		if strings.Contains(value, delimiter) {
			return fmt.Errorf("writing output variables: the delimiter stands in %s; choose another at random", v.name)
		}
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", v.name, delimiter, value, delimiter)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing output variables: %w", err)
	}
	return nil
}
