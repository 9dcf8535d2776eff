// Package check judges a survey: what a CA that looks now would decide, and
// why.
//
// [Judge] takes what dns01/resolver/survey has written down and an [Order],
// and returns a [Result]. It is a pure function: it asks nothing, waits for
// nothing and knows no clock, so a test is a survey written as a literal.
//
// The verdict is found by replaying the CA, never by counting findings.
// [judge.resolve] follows a question as the CA's resolver does, over every
// server it may meet, and returns all the ends that it may come to. For the
// challenge TXT each end passes or fails (challenge.go); for CAA the climb
// from the name to its TLD is decided over the ends of each name (climb.go).
// An identifier is ready when every path passes and blocked when none does.
//
// Findings explain the verdict. Each subject has a file with its rules, as
// data, and the functions that raise them: name, delegation, alias,
// challenge, caa, server, views. A finding that follows from another one
// names it in Because and stands right after it. What holds between verdicts
// and findings is written down in [Result.Check].
//
// Start reading at judge.go, then path.go; [All] lists the rules, and
// docs/findings.md is made from it.
package check
