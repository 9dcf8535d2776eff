package survey

// A Perspective is what the names of an order looked like from another place
// (Baseline Requirements §3.2.2.9): a vantage point with a resolver of its own.
// It is data, however it was gathered.
type Perspective struct {
	Name string // "eu-central-1"
	// RIR is the regional internet registry in whose region it stands:
	// "ARIN", "RIPE NCC", "APNIC", "LACNIC" or "AFRINIC"; "" when not known.
	RIR string
	// Vantage is the engine it belongs to: see Vantage.Name.
	Vantage string
	Answers []PerspectiveAnswer
	// Servers are what single servers of the zones answered there, where the
	// engine asks them one by one. Their TXT questions are for the name at the
	// end of the challenge's aliases.
	Servers []*Answer
}

// A Vantage is an engine that was asked to look from elsewhere. What its
// perspectives saw is in [Survey.Perspectives].
type Vantage struct {
	Name    string // "open-mpic at mpic.example.net"
	Missing []Missing
	Limits  []string // what it cannot look at, a sentence each
	Failure string   // why nothing at all was seen through it, a clause; "" if something was
	// Verdicts are its own, by its own quorum, where it has them.
	Verdicts []EngineVerdict
}

// An EngineVerdict is what an engine itself concludes from its perspectives.
type EngineVerdict struct {
	Question string // "CAA of example.com"
	Passes   bool
	// Perspectives is how many it asked, Quorum how many had to pass; 0 when
	// it does not say.
	Perspectives, Quorum int
}

// A Missing is a perspective that was asked and did not tell.
type Missing struct {
	Perspective string
	Reason      string // a clause without a full stop: "no answer within 30s"
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
