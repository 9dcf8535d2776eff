package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"dns01/caa"
	"dns01/check/known"
)

// An Intent is what a domain owner wants CAA records to say.
type Intent struct {
	Grants []Grant
	Report []string // iodef URLs (RFC 8659 §4.4)
}

// A Grant allows one CA; the one without an issuer allows nobody.
type Grant struct {
	Issuer  string    // identity in CAA records, "" for nobody
	CA      *known.CA // nil for nobody
	Methods []string
	// Accounts are the ACME accounts that may order; each gets a record, since
	// one record takes one accounturi (RFC 8657 §3).
	Accounts  []string
	Wildcards WildcardGrant
}

// A WildcardGrant says what a grant means for wildcard names.
type WildcardGrant string

// Wildcards count like other names unless the words say otherwise.
const (
	WildcardsToo  WildcardGrant = ""
	WildcardsNot  WildcardGrant = "none"
	WildcardsOnly WildcardGrant = "only"
)

// IntentWords lists what [ParseIntent] understands, for messages and manuals.
const IntentWords = `a CA (letsencrypt.org, or a short name such as letsencrypt), then any of: ` +
	`http-01, dns-01, tls-alpn-01, dns-account-01, dns-persist-01; account URI; ` +
	`"no wildcards" or "only wildcards"; "report mailto:..."; ` +
	`"and" or "," before another CA; "nobody" in place of a CA`

// Methods are the validation methods of ACME by the names that
// validationmethods takes (RFC 8657 §4).
func Methods() []string {
	return []string{"http-01", "dns-01", "tls-alpn-01", "dns-account-01", "dns-persist-01"}
}

// ParseIntent reads an intent in words, for example
//
//	letsencrypt.org dns-01 only account https://ca.example/acct/1 and sectigo.com no wildcards
//
// "only", "by", "with", "for", "using" and "to" are read over, except before
// "wildcards". The error lists what is understood.
func ParseIntent(text string) (Intent, error) {
	p := intentParser{words: intentFields(text)}
	for len(p.words) > 0 {
		if err := p.next(); err != nil {
			return Intent{}, fmt.Errorf("%w; understood are %s", err, IntentWords)
		}
	}
	if err := p.finish(); err != nil {
		return Intent{}, fmt.Errorf("%w; understood are %s", err, IntentWords)
	}
	return p.Intent, nil
}

// intentFields are the words, with a comma at the end of one as a word.
func intentFields(text string) []string {
	var words []string
	for w := range strings.FieldsSeq(text) {
		bare, ended := strings.CutSuffix(w, ",")
		if bare != "" {
			words = append(words, bare)
		}
		if ended {
			words = append(words, ",")
		}
	}
	return words
}

type intentParser struct {
	Intent
	words []string
	open  bool // words are about the last grant
}

func (p *intentParser) take() string {
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

func (p *intentParser) next() error {
	w := p.take()
	l := strings.ToLower(w)
	switch {
	case l == "," || l == "and":
		p.open = false
		return nil
	case l == "report" || l == "iodef":
		return p.report(l)
	case l == "no" || l == "without" || l == "only":
		if len(p.words) > 0 && strings.HasPrefix(strings.ToLower(p.words[0]), "wildcard") {
			p.take()
			return p.wildcards(l)
		}
		if l == "only" {
			return nil
		}
		return fmt.Errorf("%q is not followed by \"wildcards\"", w)
	case strings.HasPrefix(l, "wildcard"):
		return p.afterWildcards()
	case slices.Contains([]string{"by", "with", "for", "using", "via", "to"}, l):
		return nil
	case l == "nobody":
		p.Grants = append(p.Grants, Grant{})
		p.open = true
		return nil
	case l == "account":
		return p.account()
	case slices.Contains(Methods(), l):
		return p.grant(w, func(g *Grant) { g.Methods = unite(g.Methods, []string{l}) })
	}
	return p.ca(w)
}

// grant changes the grant that the words are about.
func (p *intentParser) grant(w string, change func(*Grant)) error {
	if !p.open || p.Grants[len(p.Grants)-1].Issuer == "" {
		return fmt.Errorf("%q has no CA before it", w)
	}
	change(&p.Grants[len(p.Grants)-1])
	return nil
}

func (p *intentParser) account() error {
	if len(p.words) == 0 {
		return fmt.Errorf("\"account\" is not followed by the account's URI")
	}
	uri := p.take()
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(uri, `;" `) {
		return fmt.Errorf("the account %q is no https URI without a semicolon", uri)
	}
	return p.grant("account", func(g *Grant) { g.Accounts = unite(g.Accounts, []string{uri}) })
}

func (p *intentParser) report(w string) error {
	if len(p.words) == 0 {
		return fmt.Errorf("%q is not followed by a mailto: or https: URL", w)
	}
	to := p.take()
	u, err := url.Parse(to)
	switch {
	case err != nil, u.Scheme != "mailto" && u.Scheme != "https" && u.Scheme != "http",
		u.Scheme == "mailto" && u.Opaque == "", u.Scheme != "mailto" && u.Host == "":
		return fmt.Errorf("%q after %q is no mailto: or https: URL", to, w)
	}
	p.Report = unite(p.Report, []string{to})
	return nil
}

// wildcards reads "no wildcards" and "only wildcards".
func (p *intentParser) wildcards(w string) error {
	kind := WildcardsNot
	if w == "only" {
		kind = WildcardsOnly
	}
	return p.grant("wildcards", func(g *Grant) { g.Wildcards = kind })
}

// afterWildcards reads "wildcards only", and "wildcards" alone, which says
// what holds anyway.
func (p *intentParser) afterWildcards() error {
	if len(p.words) > 0 && strings.ToLower(p.words[0]) == "only" {
		p.take()
		return p.wildcards("only")
	}
	return p.grant("wildcards", func(g *Grant) { g.Wildcards = WildcardsToo })
}

// ca reads a word that has to be a CA: a short name, or an identity.
func (p *intentParser) ca(w string) error {
	if p.open {
		return fmt.Errorf("%q is not understood; another CA comes after \"and\" or a comma", w)
	}
	ca, ok := caOf(w)
	issuer := strings.ToLower(strings.TrimSuffix(w, "."))
	switch {
	case ok && !slices.Contains(ca.Identities, issuer):
		issuer = ca.Identities[0]
	case !ok && !isIssuer(issuer):
		return fmt.Errorf("%q is neither a CA's short name nor a domain name that stands for one in CAA records", w)
	}
	if !ok {
		ca = known.Unlisted(issuer)
	}
	p.Grants = append(p.Grants, Grant{Issuer: issuer, CA: ca})
	p.open = true
	return nil
}

// isIssuer reports whether a word can be an issuer domain name.
func isIssuer(w string) bool {
	is, err := caa.ParseIssue(w, caa.RFC8659)
	return err == nil && is.Issuer == w && strings.Contains(w, ".")
}

// caOf finds the CA that a word means, by its names or its first identity.
func caOf(w string) (*known.CA, bool) {
	if ca, ok := known.Find(w); ok {
		return ca, true
	}
	w = strings.ToLower(strings.TrimSuffix(w, "."))
	var found *known.CA
	for _, ca := range known.CAs() {
		if !slices.Contains(ca.Identities, w) {
			continue
		}
		// Of several with one identity, the one that it is named after.
		if found == nil || strings.HasPrefix(w, ca.ID+".") {
			found = ca
		}
	}
	return found, found != nil
}

func (p *intentParser) finish() error {
	nobody := slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Issuer == "" })
	switch {
	case len(p.Grants) == 0:
		return fmt.Errorf("no CA is named")
	case nobody && len(p.Grants) > 1:
		return fmt.Errorf("\"nobody\" stands beside a CA")
	}
	return nil
}

// CAs are the known CAs of the grants.
func (in Intent) CAs() []*known.CA {
	var cas []*known.CA
	for _, g := range in.Grants {
		if g.CA != nil && !slices.ContainsFunc(cas, func(c *known.CA) bool { return c.ID == g.CA.ID }) {
			cas = append(cas, g.CA)
		}
	}
	return cas
}

// Use is the first account and the first method that the intent allows at a
// CA, "" for what it leaves open.
func (in Intent) Use(ca *known.CA) (account, method string) {
	for _, g := range in.Grants {
		if g.CA == nil || !slices.Contains(ca.Identities, g.Issuer) {
			continue
		}
		if len(g.Accounts) > 0 {
			account = g.Accounts[0]
		}
		if len(g.Methods) > 0 {
			method = g.Methods[0]
		}
		return account, method
	}
	return "", ""
}

// Records are the records to publish at each name. An issuewild set is written
// only where wildcards are treated unlike other names, since without one the
// issue records count for them too (RFC 8659 §4.3).
func (in Intent) Records() []caa.Record {
	var set []caa.Record
	apart := slices.ContainsFunc(in.Grants, func(g Grant) bool { return g.Wildcards != WildcardsToo })
	set = append(set, in.property("issue", WildcardsOnly)...)
	if apart {
		set = append(set, in.property("issuewild", WildcardsNot)...)
	}
	for _, url := range in.Report {
		set = append(set, caa.Record{Tag: "iodef", Value: url})
	}
	return set
}

// property is the set of one property, of all grants but those for which it
// does not hold; ";" where none is left.
func (in Intent) property(tag string, not WildcardGrant) []caa.Record {
	var set []caa.Record
	for _, g := range in.Grants {
		if g.Issuer != "" && g.Wildcards != not {
			set = append(set, g.records(tag)...)
		}
	}
	if len(set) == 0 {
		set = append(set, caa.Record{Tag: tag, Value: ";"})
	}
	return set
}

// records are those of one grant: one for each account.
func (g Grant) records(tag string) []caa.Record {
	value := g.Issuer
	if len(g.Methods) > 0 {
		value += "; validationmethods=" + strings.Join(g.Methods, ",")
	}
	if len(g.Accounts) == 0 {
		return []caa.Record{{Tag: tag, Value: value}}
	}
	var set []caa.Record
	for _, uri := range g.Accounts {
		set = append(set, caa.Record{Tag: tag, Value: value + "; accounturi=" + uri})
	}
	return set
}
