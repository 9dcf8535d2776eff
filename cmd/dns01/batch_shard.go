package main

import (
	"strconv"
	"strings"
)

// A shard is one of several equal shares of a list: every order is in one of
// them, and keeps its number. The zero value is the whole list.
type shard struct {
	index, of int // index counts from 0, as JOB_COMPLETION_INDEX does
}

// share reads --shard I/N.
func (f *batchFlags) share() (shard, error) {
	if f.shard == "" {
		return shard{}, nil
	}
	left, right, _ := strings.Cut(f.shard, "/")
	i, err := strconv.Atoi(left)
	n, err2 := strconv.Atoi(right)
	if err != nil || err2 != nil || n < 1 || i < 0 || i >= n {
		return shard{}, usagef("%s %q is no share of a list; write I/N with I from 0 to N-1, such as 0/4 for the first of four", f.source("shard"), f.shard)
	}
	return shard{i, n}, nil
}

// has reports whether the order of that number is in the share.
func (s shard) has(number int) bool { return s.of < 2 || (number-1)%s.of == s.index }
