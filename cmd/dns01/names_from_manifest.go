package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"dns01/report"
)

// namesOfManifest reads YAML, of which it knows:
//
//	cert-manager's Certificate     spec.commonName and spec.dnsNames
//	Ingress                        the hosts of each spec.tls
//	Gateway                        the hostnames of its TLS listeners
//	Traefik's IngressRoute         spec.tls.domains, or the hosts of its rules
//	Traefik's own configuration    the same of routers and entry points
//
// Each certificate that their controllers would order is an order. Other
// documents of the file are passed over.
func (p *program) namesOfManifest(file string) ([]asked, error) {
	text, err := p.fileText(file)
	if err != nil {
		return nil, err
	}
	m := manifest{file: file}
	for dec := yaml.NewDecoder(strings.NewReader(text)); ; {
		var doc yaml.Node
		if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("is no YAML (a template has to be rendered first): %v", err)
		}
		if len(doc.Content) == 1 {
			m.document(doc.Content[0])
		}
	}
	if len(m.orders) == 0 {
		return nil, errors.New("holds no Certificate, Ingress, Gateway, IngressRoute or Traefik router with TLS and a host name")
	}
	return m.orders, nil
}

// A manifest collects the orders of a YAML file.
type manifest struct {
	file   string
	orders []asked
}

func (m *manifest) document(n *yaml.Node) {
	switch scalar(under(n, "kind")) {
	case "List":
		for _, item := range list(under(n, "items")) {
			m.document(item)
		}
	case "Certificate":
		m.add(append(list(under(n, "spec", "dnsNames")), some(under(n, "spec", "commonName"))...))
	case "Ingress":
		for _, tls := range list(under(n, "spec", "tls")) {
			m.add(list(under(tls, "hosts")))
		}
	case "Gateway":
		m.gateway(n)
	case "IngressRoute":
		m.route(n)
	case "":
		m.traefik(n)
	}
}

// add makes an order of the nodes that are words.
func (m *manifest) add(nodes []*yaml.Node) {
	var a asked
	for _, n := range nodes {
		if w := scalar(n); w != "" {
			a = append(a, once([]string{w}, report.Place{File: m.file, Line: n.Line})...)
		}
	}
	if len(a) > 0 && len(m.orders) < maxOrders+1 {
		m.orders = append(m.orders, dedupe(a))
	}
}

func dedupe(a asked) asked {
	seen := map[string]bool{}
	var kept asked
	for _, n := range a {
		if w := strings.ToLower(n.word); !seen[w] {
			seen[w] = true
			kept = append(kept, n)
		}
	}
	return kept
}

// gateway has an order for each secret, which cert-manager makes a Certificate
// of with the host names of all listeners that use it.
func (m *manifest) gateway(n *yaml.Node) {
	var secrets []string
	hosts := map[string][]*yaml.Node{}
	for _, l := range list(under(n, "spec", "listeners")) {
		host := under(l, "hostname")
		for _, ref := range list(under(l, "tls", "certificateRefs")) {
			s := scalar(under(ref, "name"))
			if hosts[s] == nil {
				secrets = append(secrets, s)
			}
			hosts[s] = append(hosts[s], some(host)...)
		}
	}
	for _, s := range secrets {
		m.add(hosts[s])
	}
}

// route is an IngressRoute with TLS.
func (m *manifest) route(n *yaml.Node) {
	tls := under(n, "spec", "tls")
	if tls == nil || m.domains(tls) {
		return
	}
	for _, r := range list(under(n, "spec", "routes")) {
		m.add(hostsOf(under(r, "match")))
	}
}

// traefik is one of its own configurations, static or dynamic.
func (m *manifest) traefik(n *yaml.Node) {
	for _, kind := range []string{"http", "tcp"} {
		for _, r := range values(under(n, kind, "routers")) {
			if tls := under(r, "tls"); tls != nil && !m.domains(tls) {
				m.add(hostsOf(under(r, "rule")))
			}
		}
	}
	for _, e := range values(under(n, "entryPoints")) {
		m.domains(under(e, "http", "tls"))
	}
}

// domains adds an order for each of a list of main and sans, and reports
// whether there is one.
func (m *manifest) domains(tls *yaml.Node) bool {
	ds := list(under(tls, "domains"))
	for _, d := range ds {
		m.add(append(some(under(d, "main")), list(under(d, "sans"))...))
	}
	return len(ds) > 0
}

// hostCall is Host(`a`, `b`) of a rule, or HostSNI.
var (
	hostCall = regexp.MustCompile(`\bHost(?:SNI)?\(([^)]*)\)`)
	quoted   = regexp.MustCompile("[`\"']([^`\"']+)[`\"']")
)

// hostsOf are the host names of a rule of Traefik. HostRegexp names none.
func hostsOf(rule *yaml.Node) []*yaml.Node {
	var hosts []*yaml.Node
	for _, call := range hostCall.FindAllStringSubmatch(scalar(rule), -1) {
		for _, h := range quoted.FindAllStringSubmatch(call[1], -1) {
			if h[1] != "*" { // HostSNI(`*`) is any
				hosts = append(hosts, &yaml.Node{Kind: yaml.ScalarNode, Value: h[1], Line: rule.Line})
			}
		}
	}
	return hosts
}

// mostAliases is how many aliases in a row are followed.
const mostAliases = 10

// under walks down mappings by their keys; nil when one is missing.
func under(n *yaml.Node, keys ...string) *yaml.Node {
	for _, k := range keys {
		n = aliased(n)
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == k {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	return aliased(n)
}

// aliased is the node that an alias stands for.
func aliased(n *yaml.Node) *yaml.Node {
	for range mostAliases {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

func scalar(n *yaml.Node) string {
	if n = aliased(n); n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func list(n *yaml.Node) []*yaml.Node {
	if n = aliased(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return append([]*yaml.Node(nil), n.Content...)
}

// values are those of a mapping, in the order of the file.
func values(n *yaml.Node) []*yaml.Node {
	if n = aliased(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var vs []*yaml.Node
	for i := 1; i < len(n.Content); i += 2 {
		vs = append(vs, n.Content[i])
	}
	return vs
}

// some is a list of one node, or of none.
func some(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return []*yaml.Node{n}
}
