//go:build unix

package main

import "syscall"

// umask sets the mask of new files and returns the one before.
func umask(mask int) int { return syscall.Umask(mask) }
