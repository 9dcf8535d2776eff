//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"os"
	"syscall"
)

// lock keeps other runs away from a file until it is closed, and reports
// whether another one does so already. A file system that knows no locks keeps
// nobody away.
func lock(f *os.File) (mine bool) {
	for {
		switch syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) {
		case syscall.EINTR:
		case syscall.EWOULDBLOCK:
			return false
		default:
			return true
		}
	}
}
