//go:build ignore

// Gen writes the manuals of all commands: "gen markdown FILE" the page of them,
// "gen man FOLDER VERSION DATE" one file each for man(1). It is
// run in the folder that has help/, and the first page lists the commands.
package main

import (
	"log"
	"os"
	"path/filepath"

	"dns01/cmd/dns01/internal/manual"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: gen markdown FILE | gen man FOLDER VERSION DATE")
	}
	texts := os.DirFS("help")
	commands, err := manual.Commands(texts)
	if err != nil {
		log.Fatal(err)
	}
	pages, err := manual.Read(texts, commands)
	if err != nil {
		log.Fatal(err)
	}
	switch {
	case os.Args[1] == "markdown" && len(os.Args) == 3:
		err = os.WriteFile(os.Args[2], []byte(manual.Markdown(pages)), 0o644)
	case os.Args[1] == "man" && len(os.Args) == 5:
		err = writeMan(os.Args[2], pages, manual.Edition{Version: os.Args[3], Date: os.Args[4]})
	default:
		log.Fatalf("unknown: %q", os.Args[1:])
	}
	if err != nil {
		log.Fatal(err)
	}
}

func writeMan(folder string, pages []manual.Page, e manual.Edition) error {
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(folder, p.ManFile()), []byte(p.Man(pages, e)), 0o644); err != nil {
			return err
		}
	}
	return nil
}
