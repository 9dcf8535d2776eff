package openmpic

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// Limits of what a coordinator may tell.
const (
	maxPerspectives = 100 // of one check, and in all
	maxMissing      = 500 // of what did not tell
	maxRecords      = 1000
	maxName         = 100 // octets of a perspective's code
	maxReason       = 200 // octets of a reason
)

// collect makes perspectives of all that was told, in the order of their
// codes: another cohort may answer for another name.
func collect(checks []check, answers []response, failed []error) vantage.Sight {
	c := &collector{by: map[string]*survey.Perspective{}}
	for i, ch := range checks {
		if failed[i] != nil {
			c.miss("every perspective", fmt.Sprintf("%s: %v", ch, failed[i]))
			continue
		}
		c.take(ch, answers[i])
	}
	for _, p := range c.by {
		c.Perspectives = append(c.Perspectives, p)
	}
	slices.SortFunc(c.Perspectives, func(a, b *survey.Perspective) int { return strings.Compare(a.Name, b.Name) })
	return c.Sight
}

type collector struct {
	vantage.Sight
	by map[string]*survey.Perspective
}

// miss notes that a perspective did not tell; the same reason once.
func (c *collector) miss(who, why string) {
	m := survey.Missing{Perspective: who, Reason: clipped(why, maxReason)}
	if len(c.Missing) < maxMissing && !slices.Contains(c.Missing, m) {
		c.Missing = append(c.Missing, m)
	}
}

// take takes in what one check came to.
func (c *collector) take(ch check, r response) {
	if len(r.Perspectives) == 0 {
		c.miss("every perspective", fmt.Sprintf("%s: the coordinator did not complete the check", ch))
	}
	for _, one := range r.Perspectives[:min(len(r.Perspectives), maxPerspectives)] {
		if one == nil || one.Code == "" {
			continue
		}
		name, rir := placeOf(clipped(one.Code, maxName))
		p := c.by[name]
		switch {
		case p == nil && len(c.by) >= maxPerspectives:
			c.miss("others", fmt.Sprintf("the coordinator names more than %d perspectives", maxPerspectives))
			continue
		case p == nil:
			p = &survey.Perspective{Name: name, RIR: rir}
		}
		answers, why := read(ch, one.told())
		if why != "" {
			c.miss(name, fmt.Sprintf("%s: %s", ch, why))
			continue
		}
		c.by[name] = p
		for _, a := range answers {
			if p.Answer(a.Question) == nil {
				p.Answers = append(p.Answers, a)
			}
		}
	}
	if r.Valid != nil && len(r.Perspectives) > 0 {
		v := survey.EngineVerdict{Question: ch.String(), Passes: *r.Valid}
		if r.Actual != nil {
			v.Perspectives, v.Quorum = r.Actual.Perspectives, r.Actual.Quorum
		}
		c.Verdicts = append(c.Verdicts, v)
	}
}

// read makes answers of what a perspective told, or says why it told nothing.
func read(ch check, told checkResponse) ([]survey.PerspectiveAnswer, string) {
	for _, f := range told.Errors {
		if strings.Contains(f.Type, ":coordinator") || strings.Contains(f.Type, ":http") {
			return nil, lower(f.Message)
		}
	}
	if ch.challenge != "" {
		return readChallenge(ch, told)
	}
	return readCAA(ch, told)
}

// readChallenge reads a check of a challenge.
func readChallenge(ch check, told checkResponse) ([]survey.PerspectiveAnswer, string) {
	a := survey.PerspectiveAnswer{Question: survey.Question{Name: ch.challenge, Type: "TXT"}}
	for _, v := range told.Details.records() {
		if len(a.Records) < maxRecords {
			a.Records = append(a.Records, vantage.TXT(ch.challenge, v))
		}
	}
	switch {
	case len(a.Records) > 0:
		a.Status = survey.Answered
	case len(told.Errors) > 0:
		a.Status = failure(told.Errors[0].Message)
	case told.Details.Rcode != nil && *told.Details.Rcode == dns.RcodeNameError:
		a.Status = survey.NXDomain
	case told.Passed:
		return nil, "it passes, and does not say what it saw"
	case told.Completed:
		a.Status = survey.NoData
	default:
		return nil, "it did not complete the check, and does not say why"
	}
	return []survey.PerspectiveAnswer{a}, ""
}

// readCAA reads a check of CAA: what stands at one name of the climb means that
// the names below it have nothing.
func readCAA(ch check, told checkResponse) ([]survey.PerspectiveAnswer, string) {
	stop := survey.PerspectiveAnswer{}
	at := len(ch.climb)
	d := told.Details
	switch {
	case len(told.Errors) > 0:
		at = askedFor(ch.climb, told.Errors[0].Message)
		stop.Status = failure(told.Errors[0].Message)
	case len(d.records()) > 0:
		at = slices.Index(ch.climb, strings.ToLower(strings.TrimSuffix(d.FoundAt, ".")))
		if at < 0 {
			return nil, fmt.Sprintf("it saw CAA at %q, which is no name to look at", clipped(d.FoundAt, 100))
		}
		stop.Status = survey.Answered
		for _, text := range d.records() {
			if len(stop.Records) < maxRecords {
				stop.Records = append(stop.Records, vantage.Parsed(ch.climb[at], "CAA", text))
			}
		}
	case !told.Completed:
		return nil, "it did not complete the check, and does not say why"
	case d.Present != nil && *d.Present, !told.Passed:
		return nil, "it saw CAA records, and does not say which"
	}
	var out []survey.PerspectiveAnswer
	for _, name := range ch.climb[:at] {
		out = append(out, survey.PerspectiveAnswer{Question: survey.Question{Name: name, Type: "CAA"}, Status: survey.NoData})
	}
	if at < len(ch.climb) {
		stop.Question = survey.Question{Name: ch.climb[at], Type: "CAA"}
		out = append(out, stop)
	}
	return out, ""
}

// failure is the status that a resolver's complaint means. The words are those
// of dnspython, the resolver library of Open MPIC.
func failure(text string) survey.Status {
	switch {
	case strings.Contains(text, "NXDOMAIN"), strings.Contains(text, "does not exist"):
		return survey.NXDomain
	case strings.Contains(text, "NoAnswer"), strings.Contains(text, "does not contain an answer"):
		return survey.NoData
	case strings.Contains(text, "SERVFAIL"), strings.Contains(text, "REFUSED"):
		return survey.Lame
	case strings.Contains(text, "LifetimeTimeout"), strings.Contains(text, "lifetime expired"), strings.Contains(text, "timed out"):
		return survey.Timeout
	}
	return survey.Lame
}

// queried is how dnspython names a question.
var queried = regexp.MustCompile(`(?:query|question:?) ([^ ]+?)\.? IN CAA`)

// askedFor is which name of a climb a complaint is about; the first when it
// does not say.
func askedFor(climb []string, text string) int {
	if m := queried.FindStringSubmatch(text); m != nil {
		if i := slices.Index(climb, strings.ToLower(m[1])); i >= 0 {
			return i
		}
	}
	return 0
}

// lower makes a clause of a sentence.
func lower(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".")
	if s == "" {
		return "its check failed"
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// said is what a coordinator, or a gateway before it, says of an error, in
// brackets; "" for nothing.
func said(body []byte) string {
	var e struct {
		Error   string `json:"error"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &e) != nil || e.Error+e.Message == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(clipped(cmp.Or(e.Error, e.Message), maxReason), ".") + ")"
}

// clipped cuts a text, between runes.
func clipped(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// placeOf tells the region of a code, which older coordinators put before it:
// "arin.us-east-2".
func placeOf(code string) (name, rir string) {
	if before, after, ok := strings.Cut(code, "."); ok {
		if rir := vantage.Registry(before); rir != "" {
			return after, rir
		}
	}
	return code, vantage.RegistryOfCloud(code)
}
