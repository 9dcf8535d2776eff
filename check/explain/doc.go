// Package explain reads what an ACME client or a CA said, as people paste it,
// and says what it means: how far the order came, which name and record type
// were looked up, whose fault it can be, whether a retry helps and when.
//
// It is pure: [Explain] takes a text and the present time and returns an
// [Explanation]. No text is an error. One in which nothing is recognised gives
// the category [Unknown], with whatever could be made out.
//
// The knowledge is data. A [meaning] is a row: what an error means, who can
// mend it, what to do, and the wordings (forms) by which it is known; the rows
// stand in the meanings_*.go files, one for each party that speaks. The work
// on a text goes in steps, each in its file: input.go makes it plain (UTF-16,
// colours, escaped JSON, wrapped lines), scan.go finds the wordings, lookup.go
// reads the failed DNS lookups, identifier.go and ordered.go find for which
// name, decide.go chooses the error that decides, and quote.go keeps secrets
// from being quoted. The time taken grows with the length of the
// text and not faster.
//
// What a text quotes is data, and may have been written by anybody who can put
// a record into a zone. Names are only taken when they have the form of names,
// quotations are cut and redacted, and nothing is believed of a TXT value.
package explain
