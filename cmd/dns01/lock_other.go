//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package main

import "os"

// lock keeps nobody away where there is no lock that ends with its process.
func lock(*os.File) (mine bool) { return true }
