package check_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"dns01/check"
	"dns01/check/known"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
)

// A target is what the words of a scenario's target section ask for.
type target struct {
	names             []string
	order             check.Order
	resolvers         string
	only4, only6      bool
	timeout, deadline time.Duration
	probes            survey.Probing
}

// readTarget reads the words as the program does, those that a scenario has a
// use for.
func readTarget(words []string) (target, error) {
	ca, _ := known.Find("letsencrypt")
	t := target{
		order:   check.Order{CA: ca, Challenge: "dns-01", Values: map[string][]string{}, Now: noon},
		timeout: time.Second, deadline: 30 * time.Second, probes: survey.ProbesDefault,
	}
	var values []string
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		if !strings.HasPrefix(word, "-") {
			name, err := check.NormalizeName(word)
			if err != nil {
				return t, err
			}
			t.names = append(t.names, name)
			continue
		}
		if t.toggle(word) {
			continue
		}
		flag, value, found := strings.Cut(word, "=")
		if !found {
			if len(words) == 0 {
				return t, fmt.Errorf("%s needs a value", flag)
			}
			value, words = words[0], words[1:]
		}
		if flag == "--value" {
			values = append(values, value)
		} else if err := t.set(flag, value); err != nil {
			return t, err
		}
	}
	return t, t.expect(values)
}

// toggle takes a flag without a value.
func (t *target) toggle(flag string) bool {
	switch flag {
	case "-4":
		t.only4 = true
	case "-6":
		t.only6 = true
	case "--no-probe":
		t.probes = survey.ProbesNone
	default:
		return false
	}
	return true
}

// set takes a flag with its value.
func (t *target) set(flag, value string) (err error) {
	switch flag {
	case "--ca":
		ca, ok := known.Find(value)
		if !ok {
			return fmt.Errorf("no CA %q", value)
		}
		t.order.CA = ca
	case "--challenge":
		t.order.Challenge = value
	case "--account":
		t.order.Account = value
	case "--probe":
		t.probes = survey.Probing(value)
	case "--resolvers":
		t.resolvers = value
	case "--timeout":
		t.timeout, err = time.ParseDuration(value)
	case "--deadline":
		t.deadline, err = time.ParseDuration(value)
	case "--now":
		t.order.Now, err = time.Parse(time.DateOnly, value)
	default:
		return fmt.Errorf("unknown flag %s", flag)
	}
	return err
}

// expect sorts [NAME=]TXT to the names. What stands before "=" is a name only
// if it looks like one.
func (t *target) expect(values []string) error {
	for _, v := range values {
		name, txt, found := strings.Cut(v, "=")
		if !found || !strings.Contains(name, ".") {
			name, txt = "", v
		}
		if name != "" && !slices.Contains(t.names, name) {
			return fmt.Errorf("a value for %s, which is not asked about", name)
		}
		if check.IsKeyAuthorization(txt) {
			t.order.Sources = map[string]check.Source{check.Digest(txt): check.SourceOf(txt)}
			txt = check.Digest(txt)
		}
		t.order.Values[name] = append(t.order.Values[name], txt)
	}
	return nil
}

// caches are the resolvers of the world that are asked: all of them, those
// named, or none.
func (t *target) caches(w *lab.World) []survey.Resolver {
	var rs []survey.Resolver
	for _, c := range w.Caches() {
		if t.resolvers == "" || slices.Contains(strings.Split(t.resolvers, ","), c.Name) {
			rs = append(rs, survey.Resolver{Name: c.Name, Addr: netip.AddrPortFrom(c.Addr, 53), Local: c.Local, Around: c.Local && t.resolvers != ""})
		}
	}
	return rs
}
