package check

// Worse reports whether verdict a is worse than b.
func Worse(a, b Verdict) bool { return gravity(a) > gravity(b) }
