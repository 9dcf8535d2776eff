package explain

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"dns01/check"
)

// host is a domain name with a dot, as an expression.
const host = `((?:\*\.)?(?:[\pL\pN_](?:[\pL\pN_-]{0,62})\.)+[\pL][\pL\pN-]+)\.?`

// introductions are the words by which logs name an identifier, surest first.
var introductions = []*regexp.Regexp{
	regexp.MustCompile(`["']identifier["']\s*:[^}\]]{0,60}?["']value["']\s*:\s*["']` + host + `["']\s*["']`),                    // JSON that lost its braces
	regexp.MustCompile(`(?i)\b(?:domain|identifier|dns ?name|domain_?name|hostname|fqdn)["']?\s*(?:[:=]|=>)+\s*["'\[]*` + host), // certbot, cert-manager, Caddy
	regexp.MustCompile(`\[(?:domain:? ?)?` + host + `\]`),                                                                       // lego
	regexp.MustCompile(`https?://` + host + `(?::\d+)?/\.well-known/acme-challenge`),                                            // http-01
	regexp.MustCompile(host + ` \((?:dns|http|tls-alpn|tls-sni)-\d\d\)`),                                                        // certbot before 1.0
	regexp.MustCompile(`(?:^|[\s"'(=,])` + host + `["']?: ?(?:Verify|Invalid|Challenge|Authori|status|The )`),                   // acme.sh
	regexp.MustCompile(`(?i)(?:challenge|authori[sz]ation|authz|validat\w+|certificates?|order|domains?|identifiers?|verifying|issue|renew|obtain|dns name)(?: \w+)?(?: for| of)?(?: the)?(?: domains?| identifiers?| host)?:?[\s"'\[\x60“]+(?:dns:)?` + host),
	regexp.MustCompile(`(?:^|[\s"'(=\[])` + host + `["'\]]*: ?(?:\[?[a-z-]*\]? ?)?$`), // NAME: error
}

// jsonIdentifier is the identifier member of an authorization or sub-problem
// (RFC 8555 §7.1.4, §6.7.1), or what logs make of it.
var (
	jsonIdentifier = regexp.MustCompile(`["']?[iI]dentifier["']?\s*[:=]\s*["'&]*(?:\{[^{}]{0,200}?["']?[vV]alue["']?\s*[:=]\s*["']?|["'])([^\s"'{},;]{1,260})`)
	jsonWildcard   = regexp.MustCompile(`["']?[wW]ildcard["']?\s*[:=]\s*[tT]rue`)
)

// place finds out where an event belongs: its prefixes, what was looked up,
// and for which identifiers.
func (t *text) place(e *event) {
	e.prefix = t.prefixAt(e.from)
	if typ := cmp.Or(e.groups["type"], e.m.qtype); typ != "" && e.lookedUp == nil {
		if name := nameOf(e.groups["name"]); name != "" {
			e.lookedUp = &Question{name, strings.ToUpper(typ)}
		}
	}
	switch e.m.category {
	case ClientPrecheck, TXTMissing, TXTWrong, TXTLookupFailed:
		e.lookedUp = t.challengeOf(e)
	}
	e.names = t.identifiersOf(e)
}

// challengeOf is what was looked up: the challenge's TXT record, whose name is
// told with the failure or after it on the same line.
func (t *text) challengeOf(e *event) *Question {
	if q := e.lookedUp; q != nil {
		if _, ok := identifierOf(q.Name); ok || e.m.byCA && strings.Contains(q.Name, ".") {
			return q
		}
	}
	const reach = 300
	said := t.flat[e.from:min(len(t.flat), e.to+reach)]
	i := strings.Index(said, challengeLabels[0])
	if i < 0 {
		return nil
	}
	name := hostName(firstName(said[i:]))
	id, _ := identifierOf(name)
	onLine := i < e.to-e.from || !strings.Contains(t.lines[e.to:e.from+i], "\n")
	if name == "" || !onLine && id != nameOf(e.groups["ident"]) {
		return nil
	}
	return &Question{name, "TXT"}
}

// identifiersOf are the identifiers that an event is about, as far as its
// words and those around it tell.
func (t *text) identifiersOf(e *event) []string {
	if e.m.kind != problem {
		if name := identifierIn(e.groups["ident"]); name != "" {
			return []string{name}
		}
		return t.namesInLine(e.from)
	}
	if name := identifierIn(e.groups["ident"]); name != "" && (strings.Contains(name, ".") || e.m.category == PolicyRefused) {
		return append([]string{name}, listed(t.flat[e.to:min(len(t.flat), e.to+longestList)])...)
	}
	if e.prefix.caaFor != "" {
		return []string{e.prefix.caaFor}
	}
	around := t.around(e)
	if e.lookedUp == nil {
		return t.without(e, around)
	}
	if id, ok := identifierOf(e.lookedUp.Name); ok {
		if strings.HasPrefix(id, "*.") {
			return []string{id}
		}
		i := slices.IndexFunc(around, func(name string) bool { return base(name) == id })
		if e.guessed = i < 0; e.guessed {
			return []string{id}
		}
		return around[i : i+1]
	}
	own := ""
	if !suffix(e.lookedUp.Name) {
		own = e.lookedUp.Name
	}
	id := agreeing(around, own, func(name string) bool {
		return e.m.category == OtherChallenge || base(name) == e.lookedUp.Name || strings.HasSuffix(name, "."+e.lookedUp.Name)
	})
	if id == "" {
		return nil
	}
	return []string{id}
}

// without are the identifiers of an event that says none itself: of those
// around it the one on its line, or the names of the order that it ends.
func (t *text) without(e *event, around []string) []string {
	nearest := around[:min(len(around), 1)]
	if len(nearest) > 0 && slices.Contains(t.namesInLine(e.from), nearest[0]) {
		return nearest
	}
	const reach = 4000
	if names := lastOrdered(t.lines[max(0, e.from-reach):e.from]); len(nearest) == 0 || slices.Contains(names, nearest[0]) {
		return names
	}
	return nearest
}

// identifierIn is the identifier that a word is, or is a challenge name of.
func identifierIn(word string) string {
	name := nameOf(word)
	if id, ok := identifierOf(name); ok {
		return id
	}
	return name
}

// longestList is how much of a list of names is read, in octets.
const longestList = 4096

var further = regexp.MustCompile(`^["'\x60]?,? (?:and )?["'\x60]*` + host + `|^,["'\x60]*` + host)

// listed are the names that go on a list: ", b.example, c.example".
func listed(s string) (names []string) {
	for len(names) < mostIdentifiers {
		loc := further.FindStringSubmatchIndex(s)
		if loc == nil || !strings.Contains(s[:loc[1]], ",") {
			return names
		}
		i := 2
		if loc[i] < 0 {
			i = 4
		}
		name := hostName(s[loc[i]:loc[i+1]])
		if name == "" {
			return names
		}
		names, s = append(names, name), s[loc[i+1]:]
	}
	return names
}

// agreeing is the first of names that agrees, or otherwise the other one.
func agreeing(names []string, otherwise string, agrees func(string) bool) string {
	if i := slices.IndexFunc(names, agrees); i >= 0 {
		return names[i]
	}
	return otherwise
}

// around are the identifiers named near an event, nearest first: in the JSON
// objects around it, then before it, then after it on its line.
func (t *text) around(e *event) []string {
	var names []string
	add := func(name string) {
		if name != "" && !infrastructure(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, object := range t.objects(e.from) {
		m := jsonIdentifier.FindStringSubmatch(object)
		if m == nil {
			continue
		}
		name := hostName(m[1])
		if name != "" && !strings.HasPrefix(name, "*.") && jsonWildcard.MatchString(object) {
			name = "*." + name
		}
		add(name)
	}
	const reach = 480
	for _, name := range introduced(t.lines[max(0, e.from-reach):e.from], true) {
		add(name)
	}
	end := min(len(t.lines), e.to+reach)
	if i := strings.IndexByte(t.lines[e.to:end], '\n'); i >= 0 {
		end = e.to + i
	}
	for _, name := range introduced(t.lines[e.to:end], false) {
		add(name)
	}
	return names
}

// introduced are the names that a piece of text introduces: the last one
// first, or the first one.
func introduced(s string, backwards bool) []string {
	type found struct {
		at   int
		name string
	}
	var all []found
	for i, re := range introductions {
		for _, loc := range re.FindAllStringSubmatchIndex(s, 24) {
			name := hostName(s[loc[2]:loc[3]])
			if name == "" || i >= 2 && !public(name) {
				continue
			}
			if id, ok := identifierOf(name); ok {
				name = id
			}
			all = append(all, found{loc[2], name})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	if backwards {
		slices.Reverse(all)
	}
	names := make([]string, 0, len(all))
	for _, f := range all {
		names = append(names, f.name)
	}
	return names
}

// madeUp are top level domains that people put for their own.
var madeUp = []string{"tld", "test", "example", "invalid", "local", "lan", "internal", "home", "corp", "intranet", "domain"}

// public reports whether a name ends as domain names do, which those of files
// and program parts do not.
func public(name string) bool {
	tld := name[strings.LastIndexByte(name, '.')+1:]
	if slices.Contains(madeUp, tld) {
		return true
	}
	rule, _, _ := check.NameProblem(base(name))
	return rule != "name-has-no-public-suffix"
}

// files are names with a dot that are no domain names, by how they end.
var files = []string{
	".go", ".log", ".pem", ".json", ".conf", ".key", ".crt", ".csr", ".yaml", ".yml", ".toml", ".js", ".txt",
	".html", ".service", ".xml", ".exe", ".ps1", "acme.sh", "getssl.sh", "dehydrated.sh", "client.py", "main.py",
	"letsencrypt.org", "api.zerossl.com", "acme.zerossl.com", "pki.goog", "acme.ssl.com", "api.buypass.com",
	"acme.sectigo.com", "github.com", "python.org", "certbot.eff.org", "k8s.io", "cert-manager.io", "golang.org",
	"api.cloudflare.com", "amazonaws.com", "googleapis.com", "api.godaddy.com", "svc.cluster.local",
}

// infrastructure reports whether a name is that of a file or of a service
// that logs speak of.
func infrastructure(name string) bool {
	return slices.ContainsFunc(files, func(end string) bool { return strings.HasSuffix(name, end) })
}

// urlHost is the host of a URL without its scheme.
func urlHost(url string) string {
	host, _, _ := strings.Cut(url, "/")
	return hostName(host)
}

// objects are the texts of the JSON objects around a place, the innermost
// first: the error, the challenge, the list of challenges' authorization.
func (t *text) objects(at int) []string {
	const levels, reach = 4, 3000
	var out []string
	from, to := at, at
	low, high := max(0, at-reach), min(len(t.lines), at+reach)
	for range levels {
		var ok bool
		if from, ok = opening(t.lines, from, low); !ok {
			return out
		}
		if to, ok = closing(t.lines, to, high); !ok {
			return append(out, t.lines[from:at])
		}
		out = append(out, t.lines[from:to])
	}
	return out
}

// opening is the place of the brace that is open at a place.
func opening(s string, at, low int) (int, bool) {
	depth := 0
	for i := at - 1; i >= low; i-- {
		switch s[i] {
		case '}':
			depth++
		case '{':
			if depth == 0 {
				return i, true
			}
			depth--
		}
	}
	return 0, false
}

// closing is the place after the brace that ends what is open at a place.
func closing(s string, at, high int) (int, bool) {
	depth := 0
	for i := at; i < high; i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i + 1, true
			}
			depth--
		}
	}
	return 0, false
}

var hosts = regexp.MustCompile(host)

// namesInLine are the domain names on the line of a place.
func (t *text) namesInLine(at int) []string {
	const reach = 1200
	from := max(0, at-reach)
	if i := strings.LastIndexByte(t.lines[from:at], '\n'); i >= 0 {
		from += i + 1
	}
	to := min(len(t.lines), at+reach)
	if i := strings.IndexByte(t.lines[at:to], '\n'); i >= 0 {
		to = at + i
	}
	return namesIn(t.lines[from:to])
}

// namesIn are the public domain names in a piece of text.
func namesIn(s string) []string {
	var names []string
	for _, m := range hosts.FindAllString(s, mostIdentifiers) {
		name := hostName(m)
		if id, ok := identifierOf(name); ok {
			name = id
		}
		if name != "" && !infrastructure(name) && public(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// mostIdentifiers is how many identifiers an explanation has: as many as an
// order of Let's Encrypt.
const mostIdentifiers = 100
