package check

import (
	"fmt"
	"testing"

	"dns01/resolver/survey"
)

// FuzzJudge makes worlds of any shape: whatever was seen, the verdict has its
// explanation and no alarm stands without a refusal.
func FuzzJudge(f *testing.F) {
	f.Add([]byte{}, true)
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}, false)
	f.Add([]byte{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, true)
	f.Add([]byte{7, 200, 7, 200, 7, 200, 31, 255, 0, 0, 90, 17}, true)
	f.Fuzz(func(t *testing.T, data []byte, validation bool) {
		if len(data) > 200 {
			return
		}
		w := fuzzWorld(data)
		var values []string
		if validation {
			values = []string{v1, "*.example.com=" + v2}
		}
		r := judgeAll(t, w, letsEncrypt(values...))
		if t.Failed() {
			t.Logf("%+v", r)
		}
	})
}

// fuzzWorld takes one octet for each answer and each choice.
func fuzzWorld(data []byte) world {
	next := func() byte {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return b
	}
	w := newWorld("example.com", "*.example.com", "x.y.example.com")
	aliased(w, txtAnswer(v1))
	if next()%2 == 0 {
		w.ask("example.com", challengeName, "TXT", txtAnswer(v1, v2))
	}
	if next()%3 == 0 {
		dualStack(w, txtAnswer(v1))
	}
	for _, l := range w.Lookups {
		for i := range l.Answers {
			fuzzAnswer(w, l.Answers[i], next())
		}
		if next()%16 == 1 {
			delete(w.Starts, l.Question)
		}
		if next()%16 == 1 {
			w.Gaps = append(w.Gaps, survey.Gap{Question: l.Question, Zone: l.Zone, Addr: l.Answers[0].Addr, Reason: "deadline"})
		}
	}
	for _, z := range w.Zones {
		for _, s := range z.Servers {
			if s.SOA != nil {
				fuzzAnswer(w, s.SOA, next())
			}
			switch next() % 16 {
			case 1:
				s.InParent = false
			case 2:
				s.Special = "RFC 1918 private"
			case 3:
				s.Glue, s.NoOwn = true, true
			}
		}
		switch next() % 16 {
		case 1:
			z.Problems = []survey.NameServerProblem{{Server: z.ParentNS[0], Reason: "cyclic"}}
		case 2:
			z.Servers = nil
		case 3:
			z.Public = !z.Public
		case 4:
			z.ChildNS = []string{"ns9.example.org"}
		}
	}
	w.Network.IPv6 = []string{"works", "none", "silent", ""}[next()%4]
	w.Network.IPv4 = []string{"works", "works", "silent", "works"}[next()%4]
	return w
}

// fuzzAnswer replaces what an answer says.
func fuzzAnswer(w world, a *survey.Answer, b byte) {
	fresh := w.answer(nil, &survey.Server{Name: a.Server, Addr: a.Addr}, a.Question, func(*survey.Answer) {})
	edits := []edit{
		nil, noDataAnswer, nxDomainAnswer, txtAnswer(v1), txtAnswer(v1, v2), txtAnswer(old), txtAnswer("\x1b[2J"),
		lameAnswer("refused"), lameAnswer("no-authority"), lost(survey.Timeout), lost(survey.Unreachable), lost(survey.Malformed),
		lost(survey.NoRoute), lost(survey.NotAsked), truncatedAnswer("timeout"), overMessageSize,
		aliasTo(target), aliasTo(challengeName), aliasTo("x.y.example.com"), aliasTo(a.Name), aliasTo(a.Name + ".example.com"),
		and(nxDomainAnswer, wildcard), and(txtAnswer(v1), wildcard, size(5000)), and(aliasTo(target), wildcard),
		and(aliasTo(target), nxDomainAnswer), and(aliasTo("acme.example.com.example.com"), nxDomainAnswer),
		func(a *survey.Answer) { a.Status, a.Child = survey.Referral, "example.com" },
		func(a *survey.Answer) { a.Status, a.Child = survey.Referral, "auth.example.net" },
		soaAnswer(7),
		and(aliasTo(a.Name), lameAnswer("servfail"), func(a *survey.Answer) { a.Lame = looped }),
	}
	if a.Type == "CAA" {
		edits[3], edits[4] = caaAnswer(`0 issue "letsencrypt.org"`), caaAnswer(`0 issue "digicert.com"`)
		edits[5], edits[6] = caaAnswer(`0 issue "letsencrypt.org; accounturi=x"`), caaAnswer(`0 issuewild ";"`, `0 issue "letsencrypt.org"`)
		edits[22] = func(a *survey.Answer) {
			a.Status, a.Records = survey.Answered, []survey.Record{{Text: fmt.Sprint(b), Bad: "short"}}
		}
	}
	if e := edits[int(b)%len(edits)]; e != nil {
		*a = *fresh
		e(a)
	}
}
