//go:build unix

package main

import "syscall"

// nonBlocking opens a file without waiting: for whoever is at the other end of
// a pipe, or for a device to be ready.
const nonBlocking = syscall.O_NONBLOCK | syscall.O_NOCTTY
