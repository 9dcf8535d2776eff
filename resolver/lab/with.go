package lab

import (
	"fmt"
	"slices"
	"strings"
)

// With returns the scenario with more that goes wrong: lines of the faults
// section, which see a query before its own do, and of the network section.
// The name is that of the new one; what its faults leave to chance follows
// from it.
func (s *Scenario) With(name string, faults, network []string) (*Scenario, error) {
	more := *s
	more.Name = name
	more.faults = nil
	if err := more.readFaults(sectionOf("faults", faults)); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	more.faults = slices.Concat(more.faults, s.faults)
	more.network = s.network.clone()
	if err := sectionOf("network", network).each(more.network.read); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	return &more, nil
}

// sectionOf is a section that stands in no file.
func sectionOf(title string, text []string) section {
	return section{title: title, words: []string{title}, text: strings.Join(text, "\n")}
}

// clone is a network of which the lists are its own.
func (n network) clone() network {
	for _, s := range []*spans{&n.noIPv6, &n.noNetwork, &n.udp53Blocked, &n.tcp53Blocked, &n.udp53Intercepted} {
		*s = slices.Clone(*s)
	}
	return n
}

// Hosts returns the names of all servers of the scenario, those that were made
// included: what the selector of a fault may name. They have no final dot.
func (s *Scenario) Hosts() []string {
	var names []string
	for _, h := range s.made.hosts {
		names = append(names, undotted(h.name))
	}
	return names
}
