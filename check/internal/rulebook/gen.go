//go:build ignore

// Gen writes the page of findings to the file named by its argument.
package main

import (
	"log"
	"os"

	"dns01/check"
	"dns01/check/internal/rulebook"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gen FILE")
	}
	if err := os.WriteFile(os.Args[1], rulebook.Render(check.All()), 0o644); err != nil {
		log.Fatal(err)
	}
}
