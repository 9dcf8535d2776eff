// Package caa decides what a CAA record set allows (RFC 8659, 8657, 9495).
package caa

// A Record is one CAA property as it stands on the wire (RFC 8659 §4.1).
type Record struct {
	Flags uint8
	Tag   string // as published, letter case kept
	Value string // raw octets
}
