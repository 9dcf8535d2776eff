package report

import (
	"fmt"
	"slices"
	"strings"

	"dns01/check"
	"dns01/resolver/survey"
)

// manyZones is how many zones' share of the CA's queries is told.
const manyZones = 4

// writeLoads tells how many CAA queries each CA will send, CAs that send as
// many together.
func writeLoads(p *page, r CAAReport) {
	if r.Source != CAAFromDNS {
		return
	}
	var lines []string
	cas := map[string][]string{}
	for _, v := range r.Views {
		if v.Now.Load.Queries == 0 {
			continue
		}
		l := loadSentence(v.Now.Load)
		if cas[l] == nil {
			lines = append(lines, l)
		}
		cas[l] = append(cas[l], caName(v.CA))
	}
	if len(lines) > 0 {
		p.blank()
	}
	for _, l := range lines {
		p.para(0, 2, some(cas[l])+": "+l)
	}
}

func loadSentence(l check.CAALoad) string {
	least := "at least "
	if l.Stated {
		least = ""
	}
	s := fmt.Sprintf("%s × %s%d perspectives = %s for CAA, more when some fail",
		count(l.Labels, "label", "labels"), least, l.Perspectives, count(l.Queries, "query", "queries"))
	var parts []string
	for i, z := range l.Zones {
		if i == manyZones {
			parts = append(parts, fmt.Sprintf("%d more zones", len(l.Zones)-i))
			break
		}
		parts = append(parts, zoneLoad(z))
	}
	if len(parts) == 0 {
		return s + "."
	}
	return s + ": " + strings.Join(parts, ", ") + "."
}

// zoneLoad is the share of one zone, with what falls on each address when
// there are several.
func zoneLoad(z check.ZoneLoad) string {
	zone := bare(z.Zone)
	if zone == "." {
		zone = "the root"
	}
	s := fmt.Sprintf("%d to %s", z.Queries, zone)
	if z.Servers > 1 {
		s += fmt.Sprintf(" (about %d an address)", (z.Queries+z.Servers-1)/z.Servers)
	}
	return s
}

// writeDirectory shows what a CA's directory says that matters to an order.
func writeDirectory(p *page, r CAAReport) {
	d := r.Directory
	if d == nil {
		return
	}
	p.blank()
	line := "Its directory names no CAA identity; what is known here counts."
	if len(d.CAAIdentities) > 0 {
		line = "Its directory names the CAA identities " + strings.Join(each(d.CAAIdentities, visible), ", ") + "."
	}
	if d.AccountRequired {
		line += " New accounts need external account binding (EAB)."
	}
	if names := profileNames(r); len(names) > 0 {
		line += " Profiles: " + strings.Join(names, ", ") + "."
	}
	if d.TermsOfService != "" {
		line += " Terms: " + visible(d.TermsOfService)
	}
	p.para(0, 2, line)
}

func profileNames(r CAAReport) []string {
	var names []string
	for name := range r.Directory.Profiles {
		names = append(names, visible(name))
	}
	slices.Sort(names)
	return names
}

// survey is what was seen, an empty one when nothing was.
func (r CAAReport) survey() *survey.Survey {
	if r.Survey == nil {
		return &survey.Survey{}
	}
	return r.Survey
}
