package known

import "time"

// A Schedule is a fact that changes on announced days, oldest value first.
// The first value has a zero From: it applies until the second one does.
type Schedule[T any] []Dated[T]

// A Dated is a value that applies from a time on.
type Dated[T any] struct {
	From  time.Time
	Value T
}

// At returns the value that applies at a time, and the zero value when the
// schedule is empty or begins later.
func (s Schedule[T]) At(t time.Time) T {
	var v T
	for _, d := range s {
		if t.Before(d.From) {
			break
		}
		v = d.Value
	}
	return v
}

// always is a schedule without changes.
func always[T any](v T) Schedule[T] { return Schedule[T]{{Value: v}} }

// day is midnight UTC of a date.
func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// days is a duration in days of 24 hours.
func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
