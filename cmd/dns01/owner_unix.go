//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// ownerOf is the user whose file it is, or -1.
func ownerOf(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return -1
}
