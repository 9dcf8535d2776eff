package explain

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"dns01/check/known"
)

// ca is the CA that the text speaks of, by its API's host: the last one.
func (t *text) ca() *known.CA {
	var found *known.CA
	last := -1
	for _, ca := range known.CAs() {
		for _, d := range ca.Directories {
			u, err := url.Parse(d)
			if err != nil {
				continue
			}
			if i := strings.LastIndex(t.lower, strings.ToLower(u.Host)); i > last {
				found, last = ca, i
			}
		}
	}
	return found
}

// clients are words that only one client writes, surest first.
var clients = []struct{ name, word string }{
	{"cert-manager", "cert-manager"}, {"cert-manager", "acme.cert-manager.io"}, {"cert-manager", "dns-01 challenge propagation"},
	{"caddy", "tls.issuance.acme"}, {"caddy", "tls.obtain"}, {"caddy", "certmagic"}, {"caddy", "http.acme_client"},
	{"traefik", "traefik"}, {"traefik", "acme.json"}, {"traefik", "*acme.provider"}, {"traefik", "providername="}, {"traefik", "legolog:"}, {"traefik", "nonexistent certificate resolver"},
	{"nginx-proxy-manager", "/opt/certbot/"}, {"nginx-proxy-manager", "[ssl ]"},
	{"terraform", "acme_certificate"}, {"terraform", "terraform"},
	{"proxmox", "pveproxy"}, {"proxmox", "pvenode"}, {"proxmox", "task error:"},
	{"plesk", "plesk"}, {"cpanel", "autossl"}, {"cpanel", "dns dcv: "}, {"cpanel", "_cpanel-dcv-test-record"}, {"synology", "synology"}, {"synology", "syno-letsencrypt"}, {"apache", "mod_md"}, {"apache", "[md:"}, {"opnsense", "opnsense"}, {"pfsense", "pfsense"},
	{"certbot", "certbot"}, {"certbot", "letsencrypt.log"}, {"certbot", "/etc/letsencrypt/"}, {"certbot", "the following errors were reported by the server"},
	{"dehydrated", "dehydrated"}, {"dehydrated", "challenge is invalid!"},
	{"getssl", "getssl"}, {"posh-acme", "posh-acme"}, {"win-acme", "win-acme"}, {"win-acme", "wacs"}, {"win-acme", "simple-acme"},
	{"acmetool", "acmetool"}, {"uacme", "uacme"}, {"certify", "certify the web"}, {"certify", "certify.core"},
	{"acme.sh", "acme.sh"}, {"acme.sh", "verify error:"}, {"acme.sh", "error add txt for domain"}, {"acme.sh", "le_orderfinalize"}, {"acme.sh", "_on_issue_err"},
	{"lego", "go-acme/lego"}, {"lego", "acme: obtaining"}, {"lego", "one or more domains had a problem"}, {"lego", "acme: error:"},
}

// client is the ACME client that wrote the text, or "".
func (t *text) client() string {
	for _, c := range clients {
		if strings.Contains(t.lower, c.word) {
			return c.name
		}
	}
	return ""
}

// challenge is the challenge type that the text speaks of last, or "".
func (t *text) challenge() string {
	found, last := "", -1
	for _, typ := range []string{"dns-01", "http-01", "tls-alpn-01", "dns-persist-01", "dns-account-01"} {
		if i := strings.LastIndex(t.lower, typ); i > last {
			found, last = typ, i
		}
	}
	return found
}

var (
	problemURN    = regexp.MustCompile(`(?i)urn:(?:ietf:params:)?acme:error:([A-Za-z]{1,40})`)
	problemStatus = regexp.MustCompile(`(?i)["']?status(?:_?code)?["']?\s*[:=]\s*(\d{3})\b|\b(?:HTTP|error:|acme:|code) (\d{3}) ?(?:::|urn|-)`)
)

// problemType reads the type and the HTTP status that stand beside the text of
// a problem: before it, or after it in the same object.
func (t *text) problemType(e *event) (typ string, status int) {
	const reach = 160
	before := t.flat[max(0, e.from-2*reach):e.from]
	past := t.flat[e.to:min(len(t.flat), e.to+reach)]
	if i := strings.IndexByte(past, '}'); i >= 0 {
		past = past[:i]
	}
	if ms := problemURN.FindAllStringSubmatch(t.flat[max(0, e.from-reach):e.to], -1); len(ms) > 0 {
		typ = ms[len(ms)-1][1]
	} else if m := problemURN.FindStringSubmatch(past); m != nil {
		typ = m[1]
	}
	for _, piece := range []string{past, before} {
		m := problemStatus.FindStringSubmatch(piece)
		if m == nil {
			continue
		}
		if n, err := strconv.Atoi(m[1] + m[2]); err == nil && n >= 400 && n < 600 {
			return typ, n
		}
	}
	return typ, 0
}
