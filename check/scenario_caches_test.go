package check_test

import (
	"slices"
	"strings"
	"testing"

	"dns01/resolver"
	"dns01/resolver/lab"
	"dns01/resolver/survey"
	"dns01/testdata"
)

// Asking a cache for a name that does not exist yet plants the denial that
// people then wait for. In no world does a question reach one that is not
// about something every server of the zone has, and has alike; but for zones
// that nothing is heard of: there it is a name that nobody will ever wait for,
// and the NS records that a resolver has just used. Worlds without caches get
// two.
func TestNoCacheIsAskedForWhatIsNotAgreed(t *testing.T) {
	asked := 0
	for _, name := range testdata.Scenarios() {
		data, err := testdata.Scenario(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		if !strings.Contains(text, "-- caches --") {
			text = strings.Replace(text, "-- want --", "-- caches --\nsomebody's 192.0.2.250\nlocal 192.0.2.251\n-- want --", 1)
		}
		s, err := lab.Parse(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		w, err := s.World()
		if err != nil {
			t.Fatal(err)
		}
		p := play(t, s, 1)
		intercepts := strings.Contains(text, "udp53-intercepted")
		for _, a := range p.log {
			cache := slices.ContainsFunc(w.Caches(), func(c lab.Cache) bool { return c.Addr == a.Server })
			if !cache || intercepts || p.survey.Via == a.Host {
				continue
			}
			asked++
			q := survey.Question{Name: strings.ToLower(a.Name), Type: a.Type}
			if harmless(p, a.Host, q) {
				continue
			}
			if why := notAgreed(p.survey, q, nil); why != "" {
				t.Errorf("%s: the cache %s is asked for %s %s: %s", name, a.Host, a.Name, a.Type, why)
			}
		}
	}
	if asked < 100 {
		t.Errorf("%d questions reached caches in all: this test sees nothing", asked)
	}
}

// harmless reports whether a question is for a made-up name, put once, below a
// zone that nothing was heard of or below the name of one of its servers; or for
// the NS records of such a zone, behind one.
func harmless(p played, cache string, q survey.Question) bool {
	label, below, _ := strings.Cut(q.Name, ".")
	madeUp := strings.HasPrefix(label, resolver.ProbePrefix) && q.Type == "TXT"
	times, before := 0, false
	for _, a := range p.log {
		name := strings.ToLower(a.Name)
		if a.Host == cache && name == q.Name && a.Type == q.Type {
			times++
		}
		before = before || a.Host == cache && strings.HasPrefix(name, resolver.ProbePrefix) && strings.HasSuffix(name, "."+q.Name)
	}
	for _, z := range p.survey.Zones {
		server := slices.ContainsFunc(z.Problems, func(n survey.NameServerProblem) bool { return n.Server == below })
		if unheard(p.survey, z) && (madeUp && times == 1 && (z.Name == below || server) || q == survey.Question{Name: z.Name, Type: "NS"} && before) {
			return true
		}
	}
	return false
}

// unheard reports whether no server of a zone has given an answer of use.
func unheard(s *survey.Survey, z *survey.Zone) bool {
	usable := func(a *survey.Answer) bool { return a != nil && a.Status.Usable() }
	if slices.ContainsFunc(z.Servers, func(v *survey.Server) bool { return usable(v.SOA) || usable(v.NS) }) {
		return false
	}
	return !slices.ContainsFunc(s.Lookups, func(l *survey.Lookup) bool { return l.Zone == z.Name && slices.ContainsFunc(l.Answers, usable) })
}

// notAgreed says why the servers do not agree that a question has an answer,
// "" when they do. It reads every answer that was given, and knows nothing of
// how the survey decides.
func notAgreed(s *survey.Survey, q survey.Question, seen []survey.Question) string {
	if slices.Contains(seen, q) {
		return "a loop of aliases"
	}
	var answers []*survey.Answer
	for _, z := range s.Zones {
		for _, v := range z.Servers {
			if v.NS != nil && q.Type == "NS" && z.Name == q.Name {
				answers = append(answers, v.NS)
			}
		}
	}
	for _, l := range s.Lookups {
		if l.Question == q {
			answers = append(answers, l.Answers...)
		}
	}
	var first []string
	var ends int
	targets := map[string]bool{}
	for _, a := range answers {
		var set []string
		for _, r := range a.Records {
			set = append(set, r.Text)
		}
		slices.Sort(set)
		switch a.Status {
		case survey.NotAsked, survey.NoRoute, survey.Referral:
			continue
		case survey.Aliased:
			targets[a.Owner] = true
			set = []string{"alias to " + a.Owner}
		case survey.Answered:
		default:
			return a.Server + " says " + string(a.Status)
		}
		if ends++; ends == 1 {
			first = set
		}
		if !slices.Equal(slices.Compact(set), slices.Compact(first)) {
			return a.Server + " says something else than others"
		}
	}
	if ends == 0 {
		return "nobody has it"
	}
	for target := range targets {
		if why := notAgreed(s, survey.Question{Name: target, Type: q.Type}, append(seen, q)); why != "" {
			return why
		}
	}
	return ""
}
