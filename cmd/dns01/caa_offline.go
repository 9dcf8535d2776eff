package main

import (
	"cmp"
	"io"
	"strings"

	"dns01/caa"
	"dns01/check"
	"dns01/check/known"
	"dns01/report"
	"dns01/resolver/survey"
)

// subjects are the names to judge, and what is judged in place of the DNS: a
// zone's text, or the records for an intent.
func (f *caaFlags) subjects(p *program, o *caaOptions) (err error) {
	if f.zoneFile != "" {
		return f.zoneText(p, o)
	}
	if o.names, err = p.names(f.flags, f.Args()); err != nil || f.intent == "" {
		return err
	}
	return f.intended(o)
}

// zoneText reads --zone-file. Without names all those are judged that a
// certificate could be for.
func (f *caaFlags) zoneText(p *program, o *caaOptions) (err error) {
	origin := ""
	if f.origin != "" {
		if origin, err = normalize(f.origin); err != nil {
			return usagef("%s: %v; give a zone's name, as in example.com", f.source("origin"), err)
		}
	}
	read := func(r io.Reader) (err error) {
		o.zone, err = survey.ReadZone(r, origin)
		return err
	}
	if f.zoneFile == "-" {
		if err := read(p.stdin); err != nil {
			return usagef("%s on the standard input cannot be used: %v", f.source("zone-file"), err)
		}
	} else if err := f.stream("zone-file", f.zoneFile, read); err != nil {
		return err
	}
	if f.NArg() > 0 || f.file != "" {
		o.names, err = p.names(f.flags, f.Args())
		return err
	}
	for _, host := range o.zone.Hosts() {
		if rule, _, bad := check.NameProblem(host); !bad || rule == "name-too-long-for-challenge" || rule == "name-has-no-public-suffix" {
			o.names = append(o.names, host)
		}
	}
	if len(o.names) == 0 {
		return usagef("%s %s has no name that a certificate could be for; name some, as in \"dns01 caa --zone-file %s www.example.com\"",
			f.source("zone-file"), f.zoneFile, f.zoneFile)
	}
	return nil
}

// intended makes the records for --intent, at each name without "*.".
func (f *caaFlags) intended(o *caaOptions) error {
	in, err := check.ParseIntent(f.intent)
	if err != nil {
		return usagef("%s %q: %v", f.source("intent"), f.intent, err)
	}
	o.intent = f.intent
	records := map[string][]caa.Record{}
	for _, name := range o.names {
		owner := strings.TrimPrefix(name, "*.")
		if _, again := records[owner]; again {
			continue
		}
		records[owner] = in.Records()
		o.publish = append(o.publish, report.CAAPublish{Owner: owner, Records: records[owner]})
	}
	o.zone = survey.ZoneOf(records)
	o.cas = in.CAs()
	if len(f.cas) > 0 || f.caDirectory != "" {
		o.cas = nil
	}
	o.use = in.Use
	return nil
}

// offline is the survey of what is judged in place of the DNS, nil when that
// is the DNS itself.
func (o caaOptions) offline() *survey.Survey {
	if o.zone == nil {
		return nil
	}
	return survey.OfZone(o.zone, o.names)
}

// source tells where the records come from.
func (o caaOptions) source() string {
	switch {
	case o.intent != "":
		return report.CAAFromIntent
	case o.zone != nil:
		return report.CAAFromZone
	}
	return report.CAAFromDNS
}

// orderAt is the order as one CA gets it. Of an intent it has what is allowed
// there, where no flag says otherwise.
func (o caaOptions) orderAt(ca *known.CA) check.Order {
	order := o.order
	order.CA = ca
	if o.use == nil {
		return order
	}
	account, method := o.use(ca)
	order.Account = cmp.Or(order.Account, account)
	if !o.methodGiven {
		order.Challenge = cmp.Or(method, order.Challenge)
	}
	return order
}
