// Command notices writes the licences of everything that is linked into dns01,
// on any system that it is built for, to the standard output, and fails when a
// module has none, or one that is not of the list below.
//
//	notices GOOS/GOARCH...
//
// It is run in the module's folder.
package main

import (
	"bufio"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("notices: ")
	modules, err := linked(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	if err := write(out, modules); err != nil {
		log.Fatal(err)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}
