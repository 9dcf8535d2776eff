package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"dns01/resolver/survey"
)

// saidBreach tells what broke, with the values that show it, as a sentence
// without its final dot.
func (j *judge) saidBreach(b breach) string {
	const most = 3
	d := j.saidFault(b, b.faults[0])
	var others []string
	for _, f := range b.faults[1:min(len(b.faults), 1+most)] {
		others = append(others, f.name+" "+f.rrtype)
	}
	if more := len(b.faults) - 1 - most; more > 0 {
		others = append(others, fmt.Sprintf("%d more", more))
	}
	if len(others) > 0 {
		d += "; the same goes for " + series(others)
	}
	return d
}

// saidFault tells of one link.
func (j *judge) saidFault(b breach, f fault) string {
	what := f.name + " " + f.rrtype
	switch f.Reason {
	case "signature-expired":
		return fmt.Sprintf("The signature over %s, made with key %d, expired at %s%s", what, f.KeyTag, moment(f.Expiration), j.ago(f.Expiration))
	case "signature-not-yet-valid":
		if f.Expiration.Before(f.Inception) {
			return fmt.Sprintf("The signature over %s, made with key %d, ends before it begins at %s", what, f.KeyTag, moment(f.Inception))
		}
		return fmt.Sprintf("The signature over %s, made with key %d, begins only at %s, in %s", what, f.KeyTag, moment(f.Inception), timeLeft(f.Inception.Sub(j.s.ValidatedAt)))
	case "signature-missing":
		if b.rule == "dnssec-denial-broken" {
			return j.saidDenial(b, f)
		}
		if f.rrtype == "DNSKEY" && f.EDE == bogusEDE {
			return fmt.Sprintf("%s is not signed with the key that the parent vouches for: %s", what, j.vouched(b.zone))
		}
		return fmt.Sprintf("There is no signature over %s, though %s", what, j.vouched(b.zone))
	case "dnskey-missing":
		return fmt.Sprintf("%s has no DNSKEY, though %s", b.zone, j.vouched(b.zone))
	case "ds-mismatch":
		return fmt.Sprintf("No key of %s%s fits: %s", b.zone, j.saidKeys(b.zone), j.vouched(b.zone))
	case "denial-broken":
		if b.rule == "dnssec-signature-missing" {
			return j.saidUndelegated(b, f)
		}
		return j.saidDenial(b, f)
	case "lookup-failed":
		return j.saidUnseen(b, f)
	}
	return saidBogus(what, f)
}

// bogusEDE is the extended error that says no more than that something is
// wrong (RFC 8914 §4.7).
const bogusEDE = 6

// saidBogus tells of what has no rule of its own.
func saidBogus(what string, f fault) string {
	switch f.Reason {
	case "crypto-failed":
		return fmt.Sprintf("The signature over %s, made with key %d, does not fit it: one of them was changed after the zone was signed", what, f.KeyTag)
	case "unknown-key":
		return fmt.Sprintf("The signature over %s names key %d of %s, which that zone does not have", what, f.KeyTag, f.signer())
	case "key-unusable":
		return fmt.Sprintf("The signature over %s was made with key %d, which is no zone key or is revoked", what, f.KeyTag)
	case "too-many-signatures":
		return fmt.Sprintf("For %s, more keys have the same tag, or more signatures do not fit, than a resolver tries", what)
	case "too-many-hashes":
		return fmt.Sprintf("What denies %s takes more NSEC3 hashes than a resolver computes", what)
	}
	return fmt.Sprintf("%s does not validate (%s)", what, resolverWords(f.Security))
}

// signer is the zone whose keys were tried.
func (f fault) signer() string {
	if f.Zone == "" {
		return "the zone"
	}
	return f.Zone
}

// saidDenial tells what is not proven.
func (j *judge) saidDenial(b breach, f fault) string {
	words := resolverWords(f.Security)
	switch {
	case f.rrtype == "DS":
		return fmt.Sprintf("%s does not prove that %s has no DS record (%s)", b.zone, f.name, words)
	case slices.ContainsFunc(b.answers, func(a *survey.Answer) bool {
		return a.Name == f.name && a.Type == f.rrtype && a.Status == survey.Answered
	}):
		return fmt.Sprintf("A wildcard answers for %s %s, and nothing proves that the name has no records of its own (%s)", f.name, f.rrtype, words)
	}
	return fmt.Sprintf("Nothing proves that %s %s is not there: the answer's NSEC or NSEC3 records are missing or say something else (%s)", f.name, f.rrtype, words)
}

// saidUndelegated tells of unsigned data in a signed zone.
func (j *judge) saidUndelegated(b breach, f fault) string {
	what, why := "There is no signature over "+f.name+" "+f.rrtype, "so it is with a zone on these servers that is not delegated"
	if zone := b.undelegated(); zone != "" {
		what, why = fmt.Sprintf("The servers of %s answer in the name of %s, unsigned", b.zone, zone), "it does not delegate that zone"
	}
	return fmt.Sprintf("%s, though %s, and %s does not prove that an unsigned zone begins there (%s): %s",
		what, j.vouched(b.zone), b.zone, resolverWords(f.Security), why)
}

// saidUnseen tells what could not be looked up.
func (j *judge) saidUnseen(b breach, f fault) string {
	what := fmt.Sprintf("The %s records of %s cannot be looked up", f.rrtype, f.name)
	if keys := j.keysAsked(b.zone); keys != nil && f.rrtype == "DNSKEY" {
		failed := slices.DeleteFunc(slices.Clone(keys.Answers), validates)
		if len(failed) > 0 {
			return what + ": " + saidEach(failed)
		}
	}
	return fmt.Sprintf("%s (%s)", what, resolverWords(f.Security))
}

// saidKeys lists the tags of a zone's keys, as far as they were seen.
func (j *judge) saidKeys(zone string) string {
	var tags []string
	for _, k := range j.keys(zone) {
		tags = unite(tags, []string{fmt.Sprint(k.tag())})
	}
	const most = 6
	if more := len(tags) - most; more > 0 {
		tags = append(tags[:most:most], fmt.Sprintf("%d more", more))
	}
	if len(tags) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s)", series(tags))
}

// vouched tells of the DS records at a zone's parent.
func (j *judge) vouched(zone string) string {
	z := j.s.Zone(zone)
	if z == nil || len(z.DS) == 0 {
		return fmt.Sprintf("the chain of trust says that %s is signed", zone)
	}
	var tags []string
	for _, ds := range z.DS {
		tag, _, _ := strings.Cut(ds, " ")
		tags = unite(tags, []string{tag})
	}
	return fmt.Sprintf("%s has %s for %s %s", parentOf(z), verb(len(z.DS), "a DS record", "DS records"), verb(len(tags), "key", "keys"), series(tags))
}

// saidDSTypes tells the algorithm and digest type of DS records.
func saidDSTypes(dss []string) string {
	var kinds []string
	for _, ds := range dss {
		if w := strings.Fields(ds); len(w) >= 3 {
			kinds = unite(kinds, []string{fmt.Sprintf("algorithm %s with digest type %s", w[1], w[2])})
		}
	}
	return fmt.Sprintf("%s of %s", verb(len(dss), "a DS record", "DS records"), series(kinds))
}

var (
	// wordsOfResolver is what Unbound says after naming the question.
	wordsOfResolver = regexp.MustCompile(`^validation failure <[^>]*>: `)
	// placesInWords are where an answer came from: one of several servers.
	placesInWords = regexp.MustCompile(` from [0-9a-fA-F.:]+( and [0-9a-fA-F.:]+)*`)
)

// resolverWords are the words of the CA's resolver for what is wrong, without
// the question and the servers that it happened to ask.
func resolverWords(s *survey.Security) string {
	if s.Text == "" {
		return "no more is said"
	}
	text := wordsOfResolver.ReplaceAllString(s.Text, "")
	text = strings.TrimSuffix(placesInWords.ReplaceAllString(text, ""), " while building chain of trust")
	return "the CA's resolver says: " + Escape(text)
}

// moment is a time as people read it, to the second.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// ago tells how long a moment is past.
func (j *judge) ago(t time.Time) string {
	d := j.s.ValidatedAt.Sub(t)
	if d <= 0 || j.s.ValidatedAt.IsZero() {
		return ""
	}
	return fmt.Sprintf(", %s ago", timeLeft(d))
}

// timeLeft is a duration as people say it: to the largest unit that is there
// twice.
func timeLeft(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return count(int(d/(24*time.Hour)), "day")
	case d >= 2*time.Hour:
		return count(int(d/time.Hour), "hour")
	case d >= 2*time.Minute:
		return count(int(d/time.Minute), "minute")
	}
	return count(int(d/time.Second), "second")
}
