package explain

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// longestWait is the longest time that is believed, far more than any limit.
const longestWait = 366 * 24 * time.Hour

var (
	retryTime   = regexp.MustCompile(`(?i)(?:retry[ -]?after|try again after|retry at|until)[:= "']*(?:about )?` + wild["when"])
	retryHeader = regexp.MustCompile(`(?i)["']?retry-?_?after["']?\s*[:=]\s*[\["' ]*(?:(\d{1,8})(?:[^\d.]|$)|([A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT))`)
	retryIn     = regexp.MustCompile(`(?i)(?:retry|try again) (?:in|after) ((?:\d+h)?(?:\d+m)?(?:\d+(?:\.\d+)?s)|\d+ (?:seconds|minutes|hours))\b`)
)

// retryAfter is the time that the text tells for a retry, or the one after
// which the limit that was hit has room again; nil when neither is known.
func (t *text) retryAfter(e *event, now time.Time) *time.Duration {
	if e.m.category != RateLimited && e.m.category != CAInternal && e.m.category != OrderState {
		return nil
	}
	const before, past = 900, 700
	said := t.flat[e.from:min(len(t.flat), e.to+past)]
	header := t.flat[max(0, e.from-before):e.from]
	if d, ok := whenSaid(said, now); ok {
		return &d
	}
	if d, ok := fromHeader(said, false, now); ok {
		return &d
	}
	if d, ok := fromHeader(header, true, now); ok {
		return &d
	}
	if e.m.wait > 0 {
		d := e.m.wait
		return &d
	}
	return nil
}

// whenSaid reads "retry after 2026-01-01 00:00:00 UTC" and "retry in 5m0s".
func whenSaid(s string, now time.Time) (time.Duration, bool) {
	if m := retryTime.FindStringSubmatch(s); m != nil {
		if at, ok := timeOf(m[1]); ok {
			return within(at.Sub(now)), true
		}
	}
	if m := retryIn.FindStringSubmatch(s); m != nil {
		text := m[1]
		if number, unit, found := strings.Cut(text, " "); found {
			text = number + unit[:1]
		}
		if d, err := time.ParseDuration(text); err == nil {
			return within(d), true
		}
	}
	return 0, false
}

// timeOf reads a time as CAs and Go write them; one without a zone is UTC.
func timeOf(s string) (time.Time, bool) {
	s = strings.TrimSpace(strings.NewReplacer("UTC", "", "T", " ", "Z", "").Replace(s))
	for _, form := range []string{"2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05.999999999 -07:00", "2006-01-02 15:04:05.999999999-07:00", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// fromHeader reads a Retry-After header (RFC 9110 §10.2.3), the last one or
// the first.
func fromHeader(s string, last bool, now time.Time) (time.Duration, bool) {
	ms := retryHeader.FindAllStringSubmatch(s, -1)
	if len(ms) == 0 {
		return 0, false
	}
	m := ms[0]
	if last {
		m = ms[len(ms)-1]
	}
	if m[1] != "" {
		n, err := strconv.Atoi(m[1])
		return within(time.Duration(n) * time.Second), err == nil
	}
	at, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", m[2])
	return within(at.Sub(now)), err == nil
}

// within keeps a wait between nothing and longestWait, in whole seconds
// rounded up.
func within(d time.Duration) time.Duration {
	d = min(max(d, 0), longestWait)
	return (d + time.Second - 1).Truncate(time.Second)
}
