// Command importgraph draws which package of the program imports which into a
// page of Markdown, between two marks, with what each says of itself.
//
//	importgraph PAGE
//
// It is run at the top of the module. Tests, scripts and generators are left
// out: the graph is that of the binary.
package main

import (
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("importgraph: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: importgraph PAGE")
	}
	packages, err := load("./cmd/dns01")
	if err != nil {
		log.Fatal(err)
	}
	page, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	text, err := placed(string(page), drawn(packages)+"\n"+tabled(packages))
	if err != nil {
		log.Fatalf("%s: %v", os.Args[1], err)
	}
	if err := os.WriteFile(os.Args[1], []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}
