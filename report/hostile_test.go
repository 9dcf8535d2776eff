package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"dns01/check"
	"dns01/check/explain"
	"dns01/check/known"
	"dns01/resolver/survey"
)

// poisoned is a copy of v with a text in every string that the world can have
// a say in: all but those of our own rules, of known CAs, and of types with a
// fixed set of values.
func poisoned[T any](v T, text string) T {
	return poison(reflect.ValueOf(v), text).Interface().(T)
}

func poison(v reflect.Value, text string) reflect.Value {
	switch v.Type() {
	case reflect.TypeFor[*check.Rule](), reflect.TypeFor[*known.CA](), reflect.TypeFor[error]():
		return v
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			out.SetString(text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(poison(v.Elem(), text))
		}
	case reflect.Slice:
		n := v.Len()
		if fill := v.Type().Elem(); n == 0 && (fill.Kind() == reflect.String || strings.HasSuffix(fill.PkgPath(), "/survey")) {
			n = 1 // one, that nothing be left out
		}
		if n == 0 || v.Type().Elem().Kind() == reflect.Uint8 {
			break
		}
		out.Set(reflect.MakeSlice(v.Type(), n, n))
		reflect.Copy(out, v)
		for i := range n {
			out.Index(i).Set(poison(out.Index(i), text))
		}
	case reflect.Map:
		out.Set(reflect.MakeMap(v.Type()))
		for _, k := range v.MapKeys() {
			out.SetMapIndex(poison(k, text), poison(v.MapIndex(k), text))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() {
				out.Field(i).Set(poison(v.Field(i), text))
			}
		}
	}
	return out
}

// poisons are the tricks, and what else a format may stumble over.
var poisons = append([]string{
	"\x1b[31m", "\x1b]8;;https://evil.example\x07", "\u009b2J", "a\tb", "\r", "\v", "\u2028", "\u2029", "\u200b", "\ufeff", "\u2066x\u2069", "\U000e0041",
	"blank\u3164\u115f\uffa0\u2800, hidden\ufe0f\U000e0121\u034f\u180b",
	"\u00ad", "=cmd|'/C calc'!A1", "+1", "@SUM(1)", "'", "$(id)", "`id`", "\\", `\"`, "\x00", strings.Repeat("a", 300),
	"##vso[task.setvariable variable=PATH]x", "##teamcity[buildStop]", "section_start:0:a\r\x1b[0K", "::stop-commands::x",
	`"} dns01_fake 1` + "\n", "</failure>", "</system-out>", "' onload='x", "<?xml?>", "{}", "\ud7ff\uffff", "\xc3\x28",
}, tricks...)

// A form is one way to write something, with what its output must be.
type form struct {
	name  string
	write func(w io.Writer, text string) error // of something that is full of text
	whole func(out string) error               // nil: any text

	reports func(io.Writer, []Report) error // of any reports; nil: it is of something else
}

// reports are those that are written in every form.
func reports(text string) []Report {
	return []Report{poisoned(staleSecondary(), text), poisoned(caaForbids(), text), poisoned(noNetwork(), text), poisoned(lameZone(), text)}
}

// ofReports is a form of reports.
func ofReports(name string, whole func(string) error, write func(io.Writer, []Report) error) form {
	return form{name, func(w io.Writer, text string) error { return write(w, reports(text)) }, whole, write}
}

func isJSON(out string) error {
	d := json.NewDecoder(strings.NewReader(out))
	for {
		if err := d.Decode(new(any)); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func isXML(out string) error {
	d := xml.NewDecoder(strings.NewReader(out))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// linesOf wants every line to match.
func linesOf(re string) func(string) error {
	r := regexp.MustCompile(re)
	return func(out string) error {
		for line := range strings.Lines(out) {
			if !r.MatchString(strings.TrimSuffix(line, "\n")) {
				return errors.New("the line " + line)
			}
		}
		return nil
	}
}

func isASCII(out string) error {
	if strings.ContainsFunc(out, func(r rune) bool { return r > '~' }) {
		return errors.New("it is not ASCII")
	}
	return nil
}

// pageElements are those of a page in HTML, with the attributes that they may
// have.
var pageElements = []string{
	"html lang", "head", "meta charset", "meta name content", "title", "style", "body", "main", "h1", "h2", "b class", "section", "p", "pre",
	"code", "details", "summary", "table", "caption", "tbody", "tr", "th scope", "td", "td class", "footer",
}

// isOurPage wants a page of no other elements and attributes than ours.
func isOurPage(out string) error {
	kinds, _, err := elementsIn(out)
	for _, kind := range kinds {
		if !slices.Contains(pageElements, kind) {
			err = errors.Join(err, errors.New("it makes an element "+kind))
		}
	}
	return err
}

// isInert wants a page of no other elements than ours.
func isInert(out string) error {
	page, err := rendering(out)
	for name := range elements(page) {
		if !ours[name] {
			err = errors.Join(err, errors.New("it makes an element "+name))
		}
	}
	return err
}

var forms = []form{
	ofReports("text", nil, eachOf(func(w io.Writer, r Report) error { return Text(w, r, TextOptions{}) })),
	ofReports("verbose text", nil, eachOf(func(w io.Writer, r Report) error { return Text(w, r, TextOptions{Verbose: true, Width: 40}) })),
	ofReports("ASCII text", isASCII, eachOf(func(w io.Writer, r Report) error { return Text(w, r, TextOptions{Verbose: true, ASCII: true}) })),
	ofReports("JSON", isJSON, eachOf(JSON)),
	ofReports("JSON lines", isJSON, eachOf(JSONLine)),
	ofReports("JSON of several orders", isJSON, JSONOrders),
	ofReports("JSON of a batch", isJSON, eachOf(func(w io.Writer, r Report) error {
		for _, full := range []bool{true, false} {
			line, err := JSONBatchLine(BatchLine{Order: 1, ID: r.Order.Account, Report: r}, full)
			if err != nil {
				return err
			}
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})),
	ofReports("Markdown", isInert, Markdown),
	ofReports("HTML", isOurPage, HTML),
	ofReports("JUnit", isXML, func(w io.Writer, rs []Report) error { return JUnit(w, rs, JUnitOptions{Warnings: true}) }),
	ofReports("SARIF", isJSON, SARIF),
	ofReports("GitHub", linesOf(workflowCommand.String()), GitHub),
	ofReports("GitHub output", nil, func(w io.Writer, rs []Report) error { return GitHubOutput(w, rs, "a line that nobody can know") }),
	ofReports("Nagios", linesOf(`^DNS01 [A-Z]+ - [ -{}~]* \| [ -{}~]*$`), func(w io.Writer, rs []Report) error { return Nagios(w, rs, false) }),
	ofReports("Prometheus", linesOf(`^(# (HELP|TYPE) .*|dns01_[a-z_]+\{([a-z]+="(\\[\\"n]|[^\\"])*",?)*\} [0-9.]+)$`), Prometheus),
	ofReports("rows", nil, eachOf(func(w io.Writer, r Report) error {
		var lines []string
		for _, f := range r.Result.Findings {
			lines = append(lines, FindingText(&f, 2, TextOptions{}))
		}
		_, err := io.WriteString(w, strings.Join(append(lines, Headline(r)), "\n"))
		return err
	})),
	{"an error in JSON", func(w io.Writer, text string) error {
		return JSONError(w, Tool{"dns01", text}, Failure{Kind: "usage", Message: text, Status: 2})
	}, isJSON, nil},
	{"a batch line that is no order", func(w io.Writer, text string) error {
		line, err := JSONBatchLine(BatchLine{Order: 1, Line: 1, ID: text, Err: errors.New(text)}, false)
		_, werr := w.Write(line)
		return errors.Join(err, werr)
	}, isJSON, nil},
	{"summary of a batch", func(w io.Writer, text string) error {
		return BatchText(w, Batch{Orders: 2, Verdicts: map[check.Verdict]int{check.Ready: 1}, Findings: map[string]int{text: 1}, Slowest: []SlowZone{{text, time.Second}}}, time.Second)
	}, nil, nil},
	{"lookup", func(w io.Writer, text string) error {
		return LookupText(w, poisoned(bogusLookup(), text), true, TextOptions{})
	}, nil, nil},
	{"lookup in JSON", func(w io.Writer, text string) error { return LookupJSON(w, poisoned(bogusLookup(), text)) }, isJSON, nil},
	{"time line", func(w io.Writer, text string) error {
		return Timeline(w, []Span{{text, text, text, text, time.Unix(0, 0), time.Second}})
	}, isJSON, nil},
	{"wait", func(w io.Writer, text string) error { return WaitText(w, waitOf(text), TextOptions{}) }, nil, nil},
	{"wait in JSON", func(w io.Writer, text string) error {
		return errors.Join(WaitJSON(w, waitOf(text), false), WaitJSON(w, waitOf(text), true))
	}, isJSON, nil},
	{"what a wait sees", func(w io.Writer, text string) error {
		x := waitOf(text)
		return errors.Join(StateTable(w, x.States, 0, TextOptions{}), writeLine(w, ChangeLine(x.Changes[0], true)), writeLine(w, HaveWords(x.States)))
	}, nil, nil},
	{"explanation", func(w io.Writer, text string) error {
		x := poisoned(explain.Explain(explainSamples["explain-secondary"], start), text)
		return errors.Join(ExplainText(w, x, TextOptions{}), ExplainText(w, explain.Explain(text, start), TextOptions{}))
	}, nil, nil},
	{"explanation in JSON", func(w io.Writer, text string) error {
		return ExplainJSON(w, Tool{}, poisoned(explain.Explain(explainSamples["explain-secondary"], start), text))
	}, isJSON, nil},
	{"plan", eachPlan(func(w io.Writer, p Planned) error { return PlanText(w, p, TextOptions{}) }), nil, nil},
	{"plan in JSON", eachPlan(PlanJSON), isJSON, nil},
	{"plan as a zone", eachPlan(PlanZone), nil, nil},
	{"difference", eachDiff(func(w io.Writer, a, b Document, ds []Difference) error { return DiffText(w, a, b, ds, TextOptions{}) }), nil, nil},
	{"difference in Markdown", eachDiff(DiffMarkdown), isInert, nil},
	{"difference in JSON", eachDiff(DiffJSON), isJSON, nil},
}

func writeLine(w io.Writer, s string) error {
	_, err := io.WriteString(w, s+"\n")
	return err
}

func eachOf(write func(io.Writer, Report) error) func(io.Writer, []Report) error {
	return func(w io.Writer, rs []Report) error {
		for _, r := range rs {
			if err := write(w, r); err != nil {
				return err
			}
		}
		return nil
	}
}

func eachPlan(write func(io.Writer, Planned) error) func(io.Writer, string) error {
	return func(w io.Writer, text string) error {
		var errs []error
		for _, pl := range planSamples() {
			errs = append(errs, write(w, poisoned(pl, text)))
		}
		return errors.Join(errs...)
	}
}

func eachDiff(write func(io.Writer, Document, Document, []Difference) error) func(io.Writer, string) error {
	return func(w io.Writer, text string) error {
		a, b := DocumentOf(text, healthy()), DocumentOf(text+"'", poisoned(staleSecondary(), text))
		return write(w, a, b, Differences(a, b))
	}
}

// waitOf is a wait that saw everything that one can see.
func waitOf(text string) Wait {
	r := poisoned(staleSecondary(), text)
	return poisoned(Wait{
		Report: r, Ending: Never, Started: start, Waited: time.Hour, Rounds: 9, Settle: 2,
		States: States(r), Changes: make([]Change, 2), Blocker: &r.Result.Findings[0],
		Sent: survey.Queries{Total: 1},
	}, text)
}

// Nothing that the world says steers a terminal, hides text, or ends what a
// format has begun, whatever field it stands in.
func TestEveryFormatOfEveryField(t *testing.T) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			for _, text := range poisons {
				var b bytes.Buffer
				if err := f.write(&b, text); err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				if err := f.harmless(b.String()); err != nil {
					t.Errorf("%q: %v", text, err)
				}
			}
		})
	}
}

// harmless reports what an output of the form must not hold, or is not.
func (f form) harmless(out string) error {
	if !utf8.ValidString(out) {
		return errors.New("the output is not UTF-8")
	}
	for _, r := range out {
		if r != '\n' && !unicode.IsPrint(r) || strings.ContainsRune("\u3164\u115f\uffa0\u2800\ufe0f\U000e0121\u034f\u180b", r) {
			return fmt.Errorf("%q reaches the output:\n%s", r, around(out, r))
		}
	}
	if f.whole == nil {
		return nil
	}
	return f.whole(out)
}

// around is the line of a rune.
func around(out string, r rune) string {
	for line := range strings.Lines(out) {
		if strings.ContainsRune(line, r) {
			return line
		}
	}
	return ""
}
