// Package survey looks at everything a CA would look at for a name, and
// judges nothing.
//
// [Take] walks to the zone of each challenge name and of each name of the CAA
// climb, asks every authoritative address of zones that are someone's own and
// a few of a registry's, follows aliases and cuts, and writes down what came
// back: a [Survey]. Silence is data: an [Answer] always exists. Facts are
// digested, so that a reader needs no DNS library.
//
// Start reading at survey.go for the data, then take.go for the way it is
// gathered.
package survey
