package lab

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
	"github.com/rogpeppe/go-internal/txtar"
)

// A section is one part of a scenario file. line is that of its title.
type section struct {
	title string
	words []string
	line  int
	text  string
}

// sections returns the parts of a file with the lines where they begin.
func sections(a *txtar.Archive) []section {
	line := 1 + strings.Count(string(a.Comment), "\n")
	var all []section
	for _, f := range a.Files {
		text := string(f.Data)
		all = append(all, section{
			title: f.Name,
			words: strings.Fields(f.Name),
			line:  line,
			text:  text,
		})
		line += 1 + strings.Count(text, "\n")
	}
	return all
}

// errorf is an error about the section as a whole.
func (s section) errorf(format string, args ...any) error {
	return s.errorAt(s.line, format, args...)
}

func (s section) errorAt(line int, format string, args ...any) error {
	return fmt.Errorf("line %d: -- %s --: %s", line, s.title, fmt.Sprintf(format, args...))
}

// each calls f with the words of every line that has any, comments removed.
func (s section) each(f func(words []string) error) error {
	return s.eachLine(func(_ int, words []string) error { return f(words) })
}

// eachLine is each, with the number of the line in the file.
func (s section) eachLine(f func(line int, words []string) error) error {
	for i, l := range strings.Split(s.text, "\n") {
		words := uncommented(strings.Fields(l))
		if len(words) == 0 {
			continue
		}
		line := s.line + 1 + i
		if err := f(line, words); err != nil {
			return s.errorAt(line, "%v", err)
		}
	}
	return nil
}

// uncommented drops everything from the first word that begins with "#".
func uncommented(words []string) []string {
	for i, w := range words {
		if strings.HasPrefix(w, "#") {
			return words[:i]
		}
	}
	return words
}

// absolute returns a name in canonical form, with the final dot.
func absolute(name string) (string, error) {
	if _, ok := dns.IsDomainName(name); !ok {
		return "", fmt.Errorf("%q is not a domain name", name)
	}
	return dns.CanonicalName(name), nil
}

func parseAddr(word string) (netip.Addr, error) {
	a, err := netip.ParseAddr(word)
	if err != nil || a.Zone() != "" || a.Is4In6() {
		return netip.Addr{}, fmt.Errorf("%q is not an IP address", word)
	}
	return a, nil
}

func parseDuration(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return 0, fmt.Errorf(`%q is not a duration such as "90s"`, word)
	}
	return d, nil
}

// undotted is the form of a name outside messages: without the final dot.
func undotted(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}
