package main

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock keeps other runs away from a file until it is closed, and reports
// whether another one does so already. It is one octet far behind the end that
// is locked: what is locked here cannot be read, and results are read while
// they come.
func lock(f *os.File) (mine bool) {
	far := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &far)
	return !errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
