package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"dns01/check"
)

// agree wants findings and verdicts that do not contradict each other: see
// check.Result.Check.
func (r *trial) agree(d chaosDocument) {
	worst := check.Ready
	for _, id := range d.Identifiers {
		has := map[check.Severity]bool{}
		for _, f := range d.Findings {
			if slices.Contains(f.Identifiers, id.Identifier) {
				has[f.Severity] = true
			}
		}
		errors, warns, predicted := has[check.Error], has[check.Warning], len(id.PredictedErrors) > 0
		ok := false
		switch id.Verdict {
		case check.Blocked, check.Retry:
			ok = errors && predicted
		case check.AtRisk:
			ok = warns && !errors
		case check.Ready:
			ok = !warns && !errors && !predicted
		case check.Unknown:
			ok = !errors
		}
		if !ok {
			r.breaks("%s is %s with findings %v and %d predicted errors", id.Identifier, id.Verdict, findingsOf(d, id.Identifier), len(id.PredictedErrors))
		}
		if gravityOf(id.Verdict) > gravityOf(worst) {
			worst = id.Verdict
		}
	}
	if d.Verdict != worst {
		r.breaks("the order is %s, and its worst identifier %s", d.Verdict, worst)
	}
}

// wellFormed wants output as its format has it, whatever came from the DNS.
func (r *trial) wellFormed(t *testing.T, s reportSchema, format string, text []byte) {
	err := error(nil)
	switch format {
	case "json":
		err = s.check("report", text)
	case "jsonl":
		err = s.checkLines(text, "start", "exchange", "report")
	case "junit":
		err = readXML(text)
	case "sarif":
		var x any
		err = json.Unmarshal(text, &x)
	case "html":
		if !bytes.HasSuffix(text, []byte("</html>\n")) || bytes.Contains(text, []byte("<script")) {
			err = errors.New("no page of ours")
		}
	case "prometheus":
		p := expfmt.NewTextParser(model.UTF8Validation)
		_, err = p.TextToMetricFamilies(bytes.NewReader(text))
	case "nagios":
		if n := bytes.Count(bytes.TrimSpace(text), []byte("\n")); n > 0 {
			err = fmt.Errorf("%d lines more than one", n)
		}
	}
	if err != nil {
		r.breaks("%s: %v in\n%s", format, err, text)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		r.breaks("%s is empty", format)
	}
	if i := bytes.IndexFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }); i >= 0 || !utf8.Valid(text) {
		r.breaks("%s has control characters, or octets that are none: %q", format, text[max(i-20, 0):min(len(text), max(i, 0)+20)])
	}
}

func readXML(text []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// check is holds without a test.
func (s reportSchema) check(def string, text []byte) error {
	d, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s[def].Validate(d)
}

// checkLines wants lines of the first, the middle and the last kind.
func (s reportSchema) checkLines(text []byte, first, middle, last string) error {
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, l := range lines {
		def := middle
		switch {
		case i == len(lines)-1:
			def = last
		case i == 0 && first != "":
			def = first
		}
		if err := s.check(def, []byte(l)); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}
