package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"dns01/report"
	"dns01/resolver"
	"dns01/resolver/defect"
	"dns01/resolver/dnssec"
)

// lookupQueries is how many queries one lookup may send: the CA's resolver
// gives up at so many too (Unbound's max-global-quota).
const lookupQueries = 200

// lookup asks one question as the CA's resolver would ask it.
func (p *program) lookup(ctx context.Context, args []string) (int, error) {
	f := newLookupFlags()
	if err := f.parse(args); err != nil {
		return 0, err
	}
	if f.help {
		return p.helpFor("lookup")
	}
	if err := f.readEnv(p.env, nil); err != nil {
		return 0, err
	}
	w, err := f.world(p.world)
	if err != nil {
		return 0, err
	}
	o, err := f.options(w)
	if err != nil {
		return 0, err
	}
	return p.lookupIn(ctx, w, o)
}

// lookupIn looks up in a world, shows what came and returns the status.
func (p *program) lookupIn(ctx context.Context, w world, o lookupOptions) (int, error) {
	rec, err := p.recordLookup(w, o)
	if err != nil {
		return 0, err
	}
	defer rec.drop()
	w = rec.into(p, w)
	r := defect.Contain(ctx, func(ctx context.Context) report.Lookup { return p.resolve(ctx, w, o) })
	rec.done(r.Took, false)
	if err := p.showLookup(r, o); err != nil {
		return 0, err
	}
	if err := rec.save(); err != nil {
		return 0, err
	}
	if r.Gap != "" {
		p.say("dns01: %s", r.Gap)
		return statusUnknown, nil
	}
	return statusOK, nil
}

// resolve resolves and validates, and notes how.
func (p *program) resolve(ctx context.Context, w world, o lookupOptions) report.Lookup {
	run, cancel := context.WithTimeout(ctx, o.deadline)
	defer cancel()

	counter, notes := &resolver.Counter{}, newNotes(o.roots)
	x := p.door(w, o.settings, func(ob resolver.Observation) {
		counter.Add(ob)
		notes.exchange(ob)
	})
	config := p.clientOf(w, x, o.start, o.settings)
	config.MaxQueries, config.Trace = lookupQueries, notes.hop
	client := resolver.New(config)

	begun := time.Now()
	response, verdict := p.conclude(run, client, notes, o)
	r := report.Lookup{Name: bareName(o.name), Type: dns.Type(o.qtype).String(), Took: time.Since(begun)}
	gap := o.gap(ctx, run, client, notes, response, verdict)
	cancel()
	client.Wait() // for what is under way to come back as canceled

	fill(&r, response, verdict)
	r.Gap = gap
	r.Queries = counter.Counts().UDP + counter.Counts().TCP
	r.Trace = notes.trace(response, verdict)
	r.Validated = len(o.anchors) > 0
	return r
}

// conclude gets the answer and what validation makes of it. Without anchors
// nothing is validated, as by a resolver without a validator.
func (p *program) conclude(ctx context.Context, c *resolver.Client, notes *notes, o lookupOptions) (dnssec.Response, dnssec.Verdict) {
	if len(o.anchors) == 0 {
		r := c.Lookup(ctx, o.name, o.qtype).Response()
		return r, dnssec.Verdict{Status: dnssec.Indeterminate, Rcode: r.Rcode}
	}
	now := p.now
	if !o.signedAt.IsZero() {
		now = func() time.Time { return o.signedAt }
	}
	v := dnssec.New(dnssec.Config{Anchors: o.anchors, Now: now, Fetch: notes.fetch(c)})
	return v.Resolve(ctx, o.name, o.qtype)
}

// fill says what a resolver answers, and why: SERVFAIL and nothing else when
// there is no usable answer or a bogus one (RFC 4035 §5.5).
func fill(r *report.Lookup, response dnssec.Response, v dnssec.Verdict) {
	r.Rcode = rcodeName(v.Rcode)
	r.Validation, r.Because, r.BecauseOf = string(v.Status), string(v.Reason), linkOf(v.Link)
	r.Authenticated = v.Status == dnssec.Secure
	for _, s := range v.Path {
		r.Trust = append(r.Trust, report.TrustStep{
			Zone: bareName(s.Zone), Status: string(s.Status), Reason: string(s.Reason), DS: s.DS, Keys: s.Keys,
		})
	}
	switch {
	case response.Failed:
		r.Rcode, r.Failed = rcodeName(dns.RcodeServerFailure), response.Detail
		return
	case v.Status == dnssec.Bogus:
		r.Rcode, r.EDE = rcodeName(dns.RcodeServerFailure), extendedError(v)
		return
	}
	r.Answers = answersOf(response)
	r.Authority = soaOf(response)
}

// extendedError is what comes with a bogus answer. An insecure or indeterminate
// one that is given out comes without, whatever validation noted.
func extendedError(v dnssec.Verdict) *report.EDE {
	if !v.HasEDE {
		return nil
	}
	return &report.EDE{Code: int(v.EDE), Name: dns.ExtendedErrorCodeToString[uint16(v.EDE)], Text: v.Text}
}

// linkOf is the link of the chain of trust that decided, or "".
func linkOf(l dnssec.Link) string {
	switch {
	case l.Name != "":
		return fmt.Sprintf("%s %s", bareName(l.Name), dns.Type(l.Type))
	case l.Zone != "":
		return bareName(l.Zone)
	}
	return ""
}

// showLookup writes the result as asked for.
func (p *program) showLookup(r report.Lookup, o lookupOptions) error {
	switch {
	case o.json:
		return delivered(report.LookupJSON(p.stdout, r))
	case o.quiet && r.Gap != "":
		_, err := fmt.Fprintln(p.stdout, "unknown")
		return delivered(err)
	case o.quiet:
		_, err := fmt.Fprintln(p.stdout, r.Rcode)
		return delivered(err)
	}
	return delivered(report.LookupText(p.stdout, r, o.trace, p.textOptions(o.settings)))
}

// bareName is a name in lower case without the final dot; the root is ".".
func bareName(name string) string {
	if name == "." || name == "" {
		return "."
	}
	return strings.TrimSuffix(strings.ToLower(name), ".")
}
