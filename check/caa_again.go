package check

import (
	"fmt"

	"dns01/resolver/survey"
)

// recoveries are the usable answers to a question that was asked again.
func recoveries(l *survey.Lookup) []*survey.Answer {
	if l == nil {
		return nil
	}
	return usable(l.Again)
}

// recovered reports whether a lookup that failed passed when it was asked
// again.
func recovered(l *survey.Lookup) bool { return len(recoveries(l)) > 0 }

// askedAgain tells what came of asking again; it goes behind a sentence.
func askedAgain(e climbEnd) string {
	l := e.end.at
	switch {
	case l == nil || len(l.Again) == 0:
		return ""
	case recovered(l):
		return cameAndWent(l)
	}
	lasts := "it lasts"
	if e.transient {
		lasts = "it has not passed yet"
	}
	return fmt.Sprintf(" Asked again %s in the seconds after: %s.", times(len(l.Again)), lasts)
}

// cameAndWent tells who answered when a failed lookup was asked again.
func cameAndWent(l *survey.Lookup) string {
	a := recoveries(l)[0]
	return fmt.Sprintf(" Asked again a moment later, %s answers: it comes and goes.", host(a.Server, a.Addr))
}

// times is a number of times.
func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
