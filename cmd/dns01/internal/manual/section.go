package manual

import "regexp"

// sections are the blocks of a page in the order in which manuals are read.
type sections struct {
	description, options, environment, status, examples []Block
}

var exitStatus = regexp.MustCompile(`(?i)^(?:the |verdict and )?exit status`)

func (p Page) sections() (s sections) {
	for _, b := range p.Blocks {
		switch {
		case b.Text == "Examples":
			s.examples = append(s.examples, b)
		case len(b.Flags) > 0:
			s.options = append(s.options, b)
		case len(b.Text) > 0 && exitStatus.MatchString(b.Text):
			s.status = append(s.status, b)
		case environment.MatchString(b.Text):
			s.environment = append(s.environment, b)
		default:
			s.description = append(s.description, b)
		}
	}
	return s
}

var environment = regexp.MustCompile(`^Each .*environment variable`)
