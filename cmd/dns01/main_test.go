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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
		},
	})
}
