//go:build !unix

package main

// nonBlocking is nothing where files have no pipes among them.
const nonBlocking = 0
