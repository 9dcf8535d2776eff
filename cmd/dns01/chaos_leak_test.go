package main

import (
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// openFiles counts the descriptors of this process.
func openFiles(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors cannot be counted here: ", err)
	}
	return len(entries)
}

var inBubble = regexp.MustCompile(`^goroutine \d+ .*synctest bubble (\d+)`)

// companions are the goroutines of this bubble but this one and those that
// synctest has for itself, with their stacks.
func companions() (stacks []string) {
	text := make([]byte, 1<<20)
	text = text[:runtime.Stack(text, true)]
	all := strings.Split(string(text), "\n\n")
	own := inBubble.FindStringSubmatch(all[0]) // the first is the one that asks
	if own == nil {
		return nil
	}
	for _, g := range all[1:] {
		if in := inBubble.FindStringSubmatch(g); in != nil && in[1] == own[1] && !strings.Contains(g, "synctest.Run") {
			stacks = append(stacks, g)
		}
	}
	return stacks
}
