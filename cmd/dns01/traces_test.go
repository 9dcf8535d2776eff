package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Recorded runs against real servers, with other names: what is judged of them
// has to stay as it is, whatever becomes of the code that asks. Each takes as
// long as its run took, well below a second.
func TestTraces(t *testing.T) {
	files, err := filepath.Glob("../../testdata/traces/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no traces", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			p, stdout, stderr := newProgram(t, "replay", file, "--json")
			p.run(t.Context())
			// What is asked besides by now is not there, and must not matter.
			if stderr.Len() > 0 && !strings.Contains(stderr.String(), "not in the recording") {
				t.Error(stderr)
			}
			lines := strings.Join(found(t, stdout.Bytes()), "\n") + "\n"
			golden(t, strings.TrimSuffix(file, ".txt")+".golden", []byte(lines))
		})
	}
}
