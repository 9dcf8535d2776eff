package resolver

// A Release is what Unbound releases differ in when they read an answer. Which
// one a CA runs is not public: the newest is taken, and where an older one
// concludes otherwise, [Disagree] says so.
type Release struct {
	Name string
	// EmptyIsLame: a NOERROR answer without any record is thrown away, however
	// often it comes; otherwise the second one counts as NODATA.
	EmptyIsLame bool
	// SelfReferralIsLame: an answer that holds nothing but the zone's own NS
	// records, without AA, is thrown away; otherwise it counts as NODATA.
	SelfReferralIsLame bool
}

// Releases returns the releases that differ, the newest last. Source: Unbound
// doc/Changelog of 2023-02-09 (1.18.0), 2023-10-04 (1.19.0), 2025-10 (1.24.1)
// and 2026-08 (1.26.0), iterator/iter_resptype.c and iter_scrub.c.
func Releases() []Release {
	return []Release{
		{Name: "1.18", EmptyIsLame: true, SelfReferralIsLame: true},
		{Name: "1.24"},
		{Name: "1.26", SelfReferralIsLame: true},
	}
}

// newest is the release whose reading counts.
var newest = Release{Name: "1.26", SelfReferralIsLame: true}

// Read reads an answer as the newest release does, see [Release.Read].
func Read(zone string, a *Answer) Reading { return newest.Read(zone, a) }

// Disagree returns the names of the older releases that would throw away an
// answer which the newest takes, or take one which it throws away.
func Disagree(zone string, a *Answer) []string {
	now := Read(zone, a).Kind
	var names []string
	for _, r := range Releases() {
		if then := r.Read(zone, a).Kind; then.Usable() != now.Usable() {
			names = append(names, r.Name)
		}
	}
	return names
}
