package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts run this test binary as dns01.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dns01":         func() { os.Exit(run()) },
		"broken-tui":    breakDown,
		"like-acme-dns": likeACMEDNS,
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, forRace()...)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
		},
	})
}

// ownEnvironment is that of a program that is run: nothing of whoever runs the
// tests but where programs are, and no DNS01_ variable of theirs.
func ownEnvironment() []string { return append(forRace(), "PATH="+os.Getenv("PATH")) }

// forRace is what a race detector in a program that is run is told, if anything:
// it waits for a second at the end of each otherwise.
func forRace() []string {
	if v := os.Getenv("GORACE"); v != "" {
		return []string{"GORACE=" + v}
	}
	return nil
}
