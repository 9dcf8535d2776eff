package report

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check"
)

// writeRoom tells how large the TXT answers are, and how many values still
// fit, for those who want all details.
func writeRoom(p *page, res check.Result) {
	if !p.Verbose {
		return
	}
	var told []string
	for _, i := range res.Identifiers {
		c := i.Challenge
		if len(c.RoomAt) == 0 || slices.Contains(told, c.Target) {
			continue
		}
		told = append(told, c.Target)
		p.blank()
		p.para(0, 2, roomSentence(c))
	}
}

func roomSentence(c check.ChallengeResult) string {
	has := fmt.Sprintf("has %d octets", c.Bytes)
	if c.Bytes == 0 {
		has = "has no value yet"
	}
	if c.Needed > 0 {
		has += fmt.Sprintf(" and will have %d with this order's %s", c.Forecast, count(c.Needed, "value", "values"))
	}
	room := each(check.SizeLimits(), func(limit int) string { return fmt.Sprintf("%d within %d octets", c.RoomAt[limit], limit) })
	return fmt.Sprintf("The TXT answer for %s %s. Room for more values: %s.", bare(c.Target), has, strings.Join(room, ", "))
}
