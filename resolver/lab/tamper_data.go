package lab

import (
	"errors"
	"fmt"
	"strings"
)

// edit puts other records in the place of a set and leaves its signatures.
func edit(t *tampering) error {
	if len(t.args) < 2 {
		return fmt.Errorf("want NAME TYPE RDATA")
	}
	kind, known := typeNamed(t.args[0])
	if !known {
		return fmt.Errorf("unknown type %q", t.args[0])
	}
	n := t.zone.nodes[t.name]
	if len(n[kind]) == 0 {
		return errMissed
	}
	text := fmt.Sprintf("%s %d %s", t.name, n[kind][0].Header().Ttl, strings.Join(t.args, " "))
	rrs, err := readRecords(text, t.zone.origin)
	if err != nil {
		return errors.New(unplaced(err))
	}
	n[kind] = rrs
	return nil
}
