//go:build ignore

// Gen writes the page and the schema of the JSON documents of the package in
// the current folder to the files named by its arguments.
package main

import (
	"log"
	"os"

	"dns01/report/internal/jsonpage"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: gen PAGE SCHEMA")
	}
	for i, make := range []func(string) ([]byte, error){jsonpage.Page, jsonpage.Schema} {
		text, err := make(".")
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(os.Args[i+1], text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
