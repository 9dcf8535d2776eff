package check_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dns01/check"

	"github.com/google/go-cmp/cmp"
)

// A want is what the want section of a scenario says, all that may be found:
//
//	verdict VERDICT
//	identifier NAME VERDICT              each, where there are several
//	SEVERITY finding-id [DNS name] [host names…] [because=ID] [for=NAME,…]
//	predict IDENTIFIER STAGE TYPE TEXT…  when there is one: all there are,
//	                                     with ADDRESS for a server's
//	queries N                            at most
//
// Host names are those of the servers of the finding, without addresses.
type want struct {
	verdict     check.Verdict
	identifiers []string // "NAME VERDICT"
	findings    []wantFinding
	predicted   []string // "IDENTIFIER STAGE TYPE TEXT"
	queries     int
	bounded     bool // queries is given
}

// A wantFinding is one line of the section.
type wantFinding struct {
	line         string
	severity, id string
	words        []string
	because      string
	identifiers  []string
}

func readWant(t *testing.T, lines []string) want {
	t.Helper()
	var w want
	for _, line := range lines {
		if err := w.read(line); err != nil {
			t.Fatalf("want: %q: %v", line, err)
		}
	}
	if w.verdict == "" {
		t.Fatal("want has no verdict")
	}
	if !w.bounded {
		t.Fatal("want has no bound on queries")
	}
	return w
}

// read takes one line.
func (w *want) read(line string) (err error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "verdict":
		w.verdict = check.Verdict(rest)
	case "identifier":
		w.identifiers = append(w.identifiers, rest)
	case "predict":
		w.predicted = append(w.predicted, rest)
	case "queries":
		w.queries, err = strconv.Atoi(rest)
		w.bounded = true
	case "error", "warning", "note":
		return w.readFinding(line)
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return err
}

func (w *want) readFinding(line string) error {
	words := strings.Fields(line)
	if len(words) < 2 {
		return fmt.Errorf("no finding is named")
	}
	f := wantFinding{line: line, severity: words[0], id: words[1]}
	for _, word := range words[2:] {
		switch key, value, _ := strings.Cut(word, "="); key {
		case "because":
			f.because = value
		case "for":
			f.identifiers = strings.Split(value, ",")
		default:
			f.words = append(f.words, word)
		}
	}
	w.findings = append(w.findings, f)
	return nil
}

// is reports whether a finding is the one wanted. Its place is given by its
// DNS name, by all of its servers, or by both.
func (w wantFinding) is(f check.Finding) bool {
	if w.severity != string(f.Severity) || w.id != f.Rule.ID || w.because != f.Because {
		return false
	}
	if w.identifiers != nil && !slices.Equal(sorted(w.identifiers), sorted(f.Identifiers)) {
		return false
	}
	hosts := sorted(hostNames(f))
	words := w.words
	if len(words) > 0 && words[0] == f.Name {
		words = words[1:]
		if len(words) == 0 {
			return true
		}
	}
	return slices.Equal(sorted(words), hosts) && (len(hosts) > 0 || f.Name == "")
}

// hostNames are the servers of a finding without their addresses, each once.
func hostNames(f check.Finding) []string {
	var names []string
	for _, s := range f.Servers {
		name, _, _ := strings.Cut(s, " (")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func sorted(words []string) []string { return slices.Sorted(slices.Values(words)) }

// differs compares a result with what is wanted, "" when it is that exactly.
// What was found as wanted stands in the words of the file.
func (w want) differs(r check.Result) string {
	wanted := []string{"verdict " + string(w.verdict)}
	got := []string{"verdict " + string(r.Verdict)}
	if len(r.Identifiers) > 1 || len(w.identifiers) > 0 {
		wanted = append(wanted, prefixed("identifier ", w.identifiers)...)
		got = append(got, identifiers(r)...)
	}
	unmet := slices.Clone(w.findings)
	for _, f := range r.Findings {
		i := slices.IndexFunc(unmet, func(u wantFinding) bool { return u.is(f) })
		if i < 0 {
			got = append(got, briefFinding(f))
			continue
		}
		wanted, got = append(wanted, unmet[i].line), append(got, unmet[i].line)
		unmet = slices.Delete(unmet, i, i+1)
	}
	for _, u := range unmet {
		wanted = append(wanted, u.line)
	}
	if len(w.predicted) > 0 {
		wanted = append(wanted, prefixed("predict ", sorted(w.predicted))...)
		got = append(got, predictions(r)...)
	}
	return cmp.Diff(wanted, got)
}

func prefixed(prefix string, lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, prefix+l)
	}
	return out
}

// brief is a result in the words of a want section.
func brief(r check.Result) []string {
	lines := []string{"verdict " + string(r.Verdict)}
	lines = append(lines, identifiers(r)...)
	for _, f := range r.Findings {
		lines = append(lines, briefFinding(f))
	}
	return append(lines, predictions(r)...)
}

// outline is brief without the servers.
func outline(r check.Result) []string {
	lines := append([]string{"verdict " + string(r.Verdict)}, identifiers(r)...)
	for _, f := range r.Findings {
		f.Servers = nil
		lines = append(lines, briefFinding(f))
	}
	return append(lines, predictions(r)...)
}

func identifiers(r check.Result) []string {
	var lines []string
	for _, id := range r.Identifiers {
		lines = append(lines, fmt.Sprintf("identifier %s %s", id.Identifier, id.Verdict))
	}
	return lines
}

func briefFinding(f check.Finding) string {
	words := []string{string(f.Severity), f.Rule.ID}
	if f.Name != "" {
		words = append(words, f.Name)
	}
	words = append(words, hostNames(f)...)
	if f.Because != "" {
		words = append(words, "because="+f.Because)
	}
	return strings.Join(words, " ")
}

// anyServer is where the CA's resolver says that an answer came from: one of a
// zone's servers, by chance.
var anyServer = regexp.MustCompile(` from [0-9a-f.:]+( and [0-9a-f.:]+)*`)

func predictions(r check.Result) []string {
	var lines []string
	for _, id := range r.Identifiers {
		for _, p := range id.Predicted {
			lines = append(lines, fmt.Sprintf("predict %s %s %s %s", id.Identifier, p.Stage, p.Type, anyServer.ReplaceAllString(p.Detail, " from ADDRESS")))
		}
	}
	return sorted(lines)
}

// told is what a reader of the findings would read, for a person to judge.
func told(r check.Result) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s %v: %s\n", f.Severity, f.Rule.ID, f.Identifiers, f.Detail)
	}
	return b.String()
}
