//go:build ignore

// Gen writes the page of probes to the file named by its argument.
package main

import (
	"log"
	"os"

	"dns01/resolver/survey"
	"dns01/resolver/survey/internal/probepage"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gen FILE")
	}
	if err := os.WriteFile(os.Args[1], probepage.Render(survey.Plan()), 0o644); err != nil {
		log.Fatal(err)
	}
}
