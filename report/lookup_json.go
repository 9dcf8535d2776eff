package report

import (
	"fmt"
	"io"
)

// LookupSchema is the version of the JSON document of a lookup. Within it
// fields are added, never removed, renamed or given another type.
const LookupSchema = 1

// LookupJSON writes l as one document, with a final line feed. Names carry no
// final dot but in the records, which are as in a zone file; lists are never
// null. The error is the writer's.
func LookupJSON(w io.Writer, l Lookup) error {
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(lookupDocument(l)); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

type jsonLookup struct {
	Schema        int              `json:"schema"`
	Question      jsonQuestion     `json:"question"`
	Rcode         string           `json:"rcode"`
	Answers       []string         `json:"answers"`
	Authenticated bool             `json:"authenticated"`
	EDE           *jsonEDE         `json:"ede"` // null: none
	Queries       int              `json:"queries"`
	Trace         []jsonLookupStep `json:"trace"`
}

type jsonQuestion struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type jsonEDE struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

// jsonLookupStep is one exchange: its fields are those of [LookupStep].
type jsonLookupStep struct {
	Zone      string  `json:"zone"`
	Name      string  `json:"name"`
	Type      string  `json:"type"`
	Server    string  `json:"server"`
	Host      string  `json:"host"`
	Transport string  `json:"transport"`
	EDNS      bool    `json:"edns"`
	Rcode     string  `json:"rcode"`
	Bytes     int     `json:"bytes"`
	Outcome   string  `json:"outcome"`
	Detail    string  `json:"detail"`
	Taken     bool    `json:"taken"`
	Bogus     bool    `json:"bogus"`
	MS        float64 `json:"ms"`
}

func lookupDocument(l Lookup) jsonLookup {
	d := jsonLookup{
		Schema:        LookupSchema,
		Question:      jsonQuestion{bare(l.Name), l.Type},
		Rcode:         l.Rcode,
		Answers:       each(l.Answers, visible),
		Authenticated: l.Authenticated,
		Queries:       l.Queries,
		Trace:         each(l.Trace, lookupStep),
	}
	if l.EDE != nil {
		d.EDE = &jsonEDE{l.EDE.Code, visible(l.EDE.Text)}
	}
	return d
}

func lookupStep(s LookupStep) jsonLookupStep {
	return jsonLookupStep{
		Zone: bare(s.Zone), Name: bare(s.Name), Type: s.Type,
		Server: s.Server.String(), Host: bare(s.Host), Transport: s.Transport,
		EDNS: s.EDNS, Rcode: s.Rcode, Bytes: s.Bytes,
		Outcome: s.Outcome, Detail: visible(s.Detail), Taken: s.Taken, Bogus: s.Bogus,
		MS: milliseconds(s.Took),
	}
}
