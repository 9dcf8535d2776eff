package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"dns01/check/known"
	"dns01/resolver/recording"
	"dns01/resolver/survey"
)

// redactable wants a recording to redact.
func (t tape) redactable() error {
	if t.redact && t.file == "" {
		return usagef("--redact says how to record; give --record FILE beside it")
	}
	return nil
}

// redactionKey decides what becomes what. It is forgotten with the run; that of
// a lab is always the same, as all of a lab is.
func redactionKey(lab bool) []byte {
	key := make([]byte, 32)
	if !lab {
		_, _ = rand.Read(key) // never fails
	}
	return key
}

// concluded keeps what validation concluded, for a recording whose names will
// be replaced.
func (r *recorder) concluded(s *survey.Survey) {
	if r == nil || !r.redact {
		return
	}
	r.facts = factsOf(survey.JudgementsOf(s))
}

// whole is what is to be written.
func (r *recorder) whole() *recording.Recording {
	rec := r.Recording()
	if !r.since.IsZero() {
		rec.Started = r.since
	}
	if !r.made {
		rec.Values = slices.Clone(rec.Values)
		for i := range rec.Values {
			rec.Values[i].Token, rec.Values[i].Thumbprint = "", ""
		}
	}
	if !r.redact {
		return rec
	}
	rec.Facts = r.facts
	return rec.Redact(redactionKey(rec.Lab != ""), famous())
}

// famous says which names tell nothing of who made a recording: those of CAs,
// DNS hosts and validation services that are known, and what is above them.
func famous() func(name string) bool {
	names := map[string]bool{"root-servers.net": true}
	add := func(name string) {
		for name != "" && !names[name] {
			names[name] = true
			_, name, _ = strings.Cut(name, ".")
		}
	}
	for _, ca := range known.CAs() {
		for _, id := range ca.Identities {
			add(id)
		}
		for _, d := range ca.Directories {
			if u, err := url.Parse(d); err == nil {
				add(u.Hostname())
			}
		}
	}
	for _, p := range known.Providers() {
		for _, s := range p.Suffixes {
			if _, err := publicsuffix.EffectiveTLDPlusOne(s); err == nil {
				add(s)
			}
		}
	}
	for _, t := range known.Targets() {
		for _, s := range t.Suffixes {
			add(s)
		}
	}
	return func(name string) bool { return names[name] }
}

// factsOf writes judgements as facts: "zone NAME" or "answer ZONE NAME TYPE
// ADDRESS", and the conclusion in JSON.
func factsOf(j survey.Judgements) []recording.Fact {
	var lines []string
	for zone, s := range j.Zones {
		lines = append(lines, fmt.Sprintf("zone %s %s", zone, conclusion(s)))
	}
	for a, s := range j.Answers {
		lines = append(lines, fmt.Sprintf("answer %s %s %s %s %s", a.Zone, a.Name, a.Type, a.Addr, conclusion(s)))
	}
	slices.Sort(lines)
	var facts []recording.Fact
	for _, l := range lines {
		facts = append(facts, recording.Fact{Text: l})
	}
	return facts
}

func conclusion(s *survey.Security) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // names in it are to be found
	if enc.Encode(s) != nil {
		return []byte("{}") // cannot happen: it is plain data
	}
	return bytes.TrimSpace(b.Bytes())
}

// judgedBefore reads facts; nil when there are none.
func judgedBefore(rec *recording.Recording) (*survey.Judgements, error) {
	if !rec.Redacted {
		return nil, nil
	}
	j := &survey.Judgements{Zones: map[string]*survey.Security{}, Answers: map[survey.Judged]*survey.Security{}}
	for _, f := range rec.Facts {
		head, text, ok := strings.Cut(f.Text, "{")
		s := new(survey.Security)
		if !ok || json.Unmarshal([]byte("{"+text), s) != nil {
			return nil, usagef("the recording has a fact that cannot be read: %.60q", f.Text)
		}
		switch w := strings.Fields(head); {
		case len(w) == 2 && w[0] == "zone":
			j.Zones[w[1]] = s
		case len(w) == 5 && w[0] == "answer":
			addr, err := netip.ParseAddr(w[4])
			if err != nil {
				return nil, usagef("the recording has a fact of no address: %.60q", f.Text)
			}
			j.Answers[survey.Judged{Zone: w[1], Question: survey.Question{Name: w[2], Type: w[3]}, Addr: addr}] = s
		default:
			return nil, usagef("the recording has a fact of no kind that is known: %.60q", f.Text)
		}
	}
	return j, nil
}
