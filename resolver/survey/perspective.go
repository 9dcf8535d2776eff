package survey

// A Perspective is what the names of an order looked like from another place
// (Baseline Requirements §3.2.2.9): a vantage point with a resolver of its own.
// It is data, however it was gathered.
type Perspective struct {
	Name string // "eu-central-1"
	// RIR is the regional internet registry in whose region it stands:
	// "ARIN", "RIPE NCC", "APNIC", "LACNIC" or "AFRINIC"; "" when not known.
	RIR     string
	Answers []PerspectiveAnswer
	// Servers are what single servers of the zones answered there, where the
	// engine asks them one by one.
	Servers []*Answer
}

// A PerspectiveAnswer is what the resolver of a perspective concluded.
type PerspectiveAnswer struct {
	Question
	// Status is Answered, NoData or NXDomain; Lame for SERVFAIL, Timeout for
	// silence. A question that is not among the answers was not asked.
	Status  Status
	Records []Record // at the end of the aliases
}

// Answer returns what the perspective saw of a question, or nil.
func (p *Perspective) Answer(q Question) *PerspectiveAnswer {
	for i := range p.Answers {
		if p.Answers[i].Question == q {
			return &p.Answers[i]
		}
	}
	return nil
}
