package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dns01/check"
)

// written are the forms for other systems, with the ending of their files.
var written = []struct {
	format, ending string
	write          func(io.Writer, []Report) error
}{
	{"markdown", ".md", Markdown},
	{"junit", ".xml", func(w io.Writer, rs []Report) error { return JUnit(w, rs, JUnitOptions{}) }},
	{"sarif", ".sarif", SARIF},
	{"github", ".txt", GitHub},
	{"nagios", ".txt", func(w io.Writer, rs []Report) error { return Nagios(w, rs, false) }},
	{"prometheus", ".prom", Prometheus},
	{"html", ".html", HTML},
}

// What another system reads must not change without our knowing.
func TestFormatsStayAsTheyAre(t *testing.T) {
	for _, f := range written {
		for _, s := range samples {
			t.Run(f.format+"/"+s.name, func(t *testing.T) {
				dir := filepath.Join("..", "testdata", "reports", f.format)
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				s.report.Places = map[string]Place{"example.com": {File: "names.txt", Line: 3}}
				golden(t, filepath.Join(dir, s.name+f.ending), []byte(rendered(t, f.write, s.report)))
			})
		}
	}
}

func rendered(t *testing.T, write func(io.Writer, []Report) error, rs ...Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, rs); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// tricks are what somebody may put into the DNS to be taken for markup.
var tricks = []string{
	"[click](javascript:alert(1))", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "</details>",
	"`code", "``two``", "```\nfence", "|a|b|", `\|c|`, "**bold**", "_em_", "~~gone~~", "# title", "- item", "1. item", "> quote",
	"@everyone", "#1", "https://evil.example/", "www.evil.example", "a@evil.example", "![x](https://evil.example/p.png)", "&lt;b&gt;", ":tada:",
	"[ref]: https://evil.example", "---", "===", "$x$", "::error::owned", "%0A::error::owned", "%25", "a,b=c:d", "]]>", "<![CDATA[",
	"<!--", `"quoted"`, `back\slash`, "line\nbreak", "line\r\n::error::owned", "\x00\x07\x1b[2J", "\u202egnitset", "\xff\xfe", "{{.}}", "${{ secrets.X }}",
	"dns01_fake_total 1", "##[error]owned",
}

// tricked is a report with a trick in every place where data can stand.
func tricked(trick string) Report {
	r := staleSecondary()
	i := &r.Result.Identifiers[0]
	i.Identifier, i.Challenge.Name, i.Challenge.Target = trick, trick, trick
	i.Challenge.Chain, i.Challenge.Values = []string{trick}, []string{trick}
	i.CAA.Reason, i.CAA.Records, i.CAA.RelevantName, i.CAA.Via = trick, []string{trick}, trick, trick
	i.Predicted[0].Detail = trick
	second := *i
	second.Identifier = "example.org"
	r.Result.Identifiers = append(r.Result.Identifiers, second)
	for n := range r.Result.Findings {
		f := &r.Result.Findings[n]
		f.Identifiers, f.Name, f.Servers = []string{trick}, trick, []string{trick}
		f.Detail, f.Fix = trick+" is there, "+trick, trick+"\n"+"example.com. 300 IN TXT "+trick
		for x := range f.Evidence {
			f.Evidence[x].Name, f.Evidence[x].Server = trick, trick
		}
	}
	for _, l := range r.Survey.Lookups {
		l.Name = trick
		for _, a := range l.Answers {
			a.Server = trick
		}
	}
	for _, s := range r.Survey.Zones[1].Servers {
		s.Name = trick
	}
	r.Order.Account = trick
	r.Places = map[string]Place{trick: {File: "names,1:%.txt", Line: 3}}
	return r
}

// steers is what must stand in no output: it moves a cursor or hides text.
var steers = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f]|\x{202e}|\x{009b}|\x{2028}`)

func TestFormatsHoldNothingThatSteers(t *testing.T) {
	for _, f := range written {
		reports := map[string]Report{"hostile-bytes": hostileBytes()}
		for _, trick := range tricks {
			reports[trick] = tricked(trick)
		}
		for name, r := range reports {
			out := rendered(t, f.write, r)
			if !utf8.ValidString(out) {
				t.Errorf("%s of %q is not UTF-8", f.format, name)
			}
			if at := steers.FindStringIndex(out); at != nil {
				t.Errorf("%s of %q holds %q", f.format, name, out[at[0]:at[1]])
			}
		}
	}
}

func TestFormatsAreWholeForAnEmptyReport(t *testing.T) {
	for _, f := range written {
		if out := rendered(t, f.write, Report{}); out == "" {
			t.Errorf("%s of an empty report is empty", f.format)
		}
		if out := rendered(t, f.write); out == "" && f.format != "markdown" && f.format != "github" {
			t.Errorf("%s of no report is empty", f.format)
		}
		if err := f.write(brokenPipe{}, []Report{healthy()}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: the writer's error became %v", f.format, err)
		}
	}
}

// A command of GitHub Actions is a line; properties end at a colon, values at
// a comma.
var workflowCommand = regexp.MustCompile(`^::(error|warning|notice) title=[^\n\r:,]*(,file=[^\n\r:,]*,line=\d+)?::[^\n\r]+$`)

func TestNothingEndsAWorkflowCommand(t *testing.T) {
	for _, trick := range tricks {
		r := tricked(trick)
		lines := strings.Split(strings.TrimSuffix(rendered(t, GitHub, r), "\n"), "\n")
		if len(lines) != 1+len(r.Result.Findings) {
			t.Errorf("%q makes %d commands of %d findings and a verdict", trick, len(lines), len(r.Result.Findings))
		}
		for _, l := range lines {
			if !workflowCommand.MatchString(l) {
				t.Errorf("%q: %s", trick, l)
			}
		}
	}
}

func TestGitHubEscapes(t *testing.T) {
	if got, want := githubData("50% a\r\nb: c, d"), "50%25 a%0D%0Ab: c, d"; got != want {
		t.Errorf("data: %s, want %s", got, want)
	}
	if got, want := githubProperty("50% a: b, c"), "50%25 a%3A b%2C c"; got != want {
		t.Errorf("property: %s, want %s", got, want)
	}
}

func TestGitHubOutputReads(t *testing.T) {
	var b bytes.Buffer
	if err := GitHubOutput(&b, []Report{healthy(), staleSecondary()}, "EOT"); err != nil {
		t.Fatal(err)
	}
	want := "verdict<<EOT\nat_risk\nEOT\n" +
		"summary<<EOT\nexample.com: Let's Encrypt may refuse — some authoritative servers do not have the value\nEOT\n" +
		"errors<<EOT\n0\nEOT\nwarnings<<EOT\n1\nEOT\n" +
		"findings<<EOT\nchallenge-not-on-every-server\nEOT\nretry-after-s<<EOT\n\nEOT\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, trick := range append(tricks, "a\nEOT\nverdict=ready") {
		b.Reset()
		if err := GitHubOutput(&b, []Report{tricked(trick)}, "EOT"); err == nil && strings.Count(b.String(), "\nEOT\n") != 6 {
			t.Errorf("%q ends a value:\n%s", trick, &b)
		}
	}
}

// A plugin's first line is all that is shown, and "|" begins its numbers.
func TestNagiosIsOneLine(t *testing.T) {
	form := regexp.MustCompile(`^DNS01 (OK|WARNING|CRITICAL|UNKNOWN) - [ -{}~]* \| time=\d+\.\d{3}s;;;0 queries=\d+;;;0 errors=\d+;;;0 warnings=\d+;;;0\n$`)
	for _, trick := range tricks {
		for _, rs := range [][]Report{{tricked(trick)}, {healthy(), tricked(trick)}} {
			out := rendered(t, func(w io.Writer, rs []Report) error { return Nagios(w, rs, false) }, rs...)
			if !form.MatchString(out) || strings.ContainsAny(out, "<>&") || len(out) > 1000 {
				t.Errorf("%q: %s", trick, out)
			}
		}
	}
}

func TestNagiosStates(t *testing.T) {
	tests := []struct {
		verdict         check.Verdict
		relaxed, strict int
	}{
		{check.Ready, 0, 0}, {check.AtRisk, 1, 2}, {check.Retry, 1, 2}, {check.Blocked, 2, 2}, {check.Unknown, 3, 3},
	}
	for _, tt := range tests {
		if got := NagiosState(tt.verdict, false); got != tt.relaxed {
			t.Errorf("%s: %d, want %d", tt.verdict, got, tt.relaxed)
		}
		if got := NagiosState(tt.verdict, true); got != tt.strict {
			t.Errorf("%s, strict: %d, want %d", tt.verdict, got, tt.strict)
		}
	}
}

func TestTheWorstOrderDecides(t *testing.T) {
	of := func(v check.Verdict) Report { return Report{Result: check.Result{Verdict: v}} }
	tests := []struct {
		rs   []Report
		want check.Verdict
	}{
		{nil, check.Unknown},
		{[]Report{of(check.Ready), of(check.AtRisk)}, check.AtRisk},
		{[]Report{of(check.Retry), of(check.Ready)}, check.Retry},
		{[]Report{of(check.Retry), of(check.Unknown)}, check.Unknown},
		{[]Report{of(check.Blocked), of(check.Unknown)}, check.Blocked},
	}
	for _, tt := range tests {
		if got := worst(tt.rs); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.rs, got, tt.want)
		}
	}
}
