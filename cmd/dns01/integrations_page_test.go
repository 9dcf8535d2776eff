package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// manifestOfPage is a manifest of cert-manager.
const manifestOfPage = "kind: Certificate\nspec: {dnsNames: [example.com, '*.example.com']}\n"

// pageFiles are what the commands of the pages read, below a folder
// that stands for the root and the current folder.
func pageFiles(t *testing.T) string {
	t.Helper()
	certificate, request := pemFiles(t, "example.com", "*.example.com")
	dir := files(t, map[string]string{
		"letsencrypt.log":                    "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.example.com - check that a DNS record exists for this domain\n",
		"names.txt":                          "example.com\n*.example.com\n",
		"request.csr":                        request,
		"fullchain.pem":                      certificate,
		"certificate.yaml":                   manifestOfPage,
		"traefik.yml":                        "entryPoints: {web: {http: {tls: {domains: [{main: example.com}]}}}}\n",
		"dynamic.yml":                        "http: {routers: {a: {rule: Host(`www.example.com`), tls: {}}}}\n",
		".lego/certificates/example.com.crt": certificate,
		"etc/caddy/Caddyfile":                "example.com {\n}\n",
		"etc/letsencrypt/renewal/example.com.conf":  "cert = /nowhere/cert.pem\n",
		"etc/letsencrypt/live/example.com/cert.pem": certificate,
		"var/lib/node_exporter/placeholder":         "",
		"bin/kubectl":                               "#!/bin/sh\ncat <<'E'\nkind: List\nitems: [{kind: Certificate, spec: {dnsNames: [example.com]}}]\nE\n",
	})
	if err := os.Chmod(filepath.Join(dir, "bin", "kubectl"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The line for the textfile collector has to leave a file that it reads.
func TestMetricsOfThePage(t *testing.T) {
	dir := pageFiles(t)
	command := ""
	for _, f := range fencesOf(read(t, filepath.Join(top, "docs", "integrations.md"))) {
		for _, c := range f.commands() {
			if f.language == "sh" && strings.Contains(c, "node_exporter") {
				command = c
			}
		}
	}
	t.Chdir(dir)
	tryCommand(t, dir, command)
	if !strings.HasPrefix(read(t, filepath.Join(dir, "var", "lib", "node_exporter", "dns01.prom")), "# HELP") {
		t.Errorf("%q wrote no metrics", command)
	}
}

// YAML that people copy has to be YAML, and what it refers to has to be there.
func TestYAMLOfIntegrations(t *testing.T) {
	page := read(t, filepath.Join(top, "docs", "integrations.md"))
	blocks := 0
	for _, block := range fencesOf(page) {
		if block.language != "yaml" {
			continue
		}
		blocks++
		var any any
		if err := yaml.Unmarshal([]byte(block.text), &any); err != nil {
			t.Errorf("%v in:\n%s", err, block.text)
		}
	}
	if blocks == 0 {
		t.Error("no YAML on the page")
	}
}

// Every format has its row, or nobody knows that it is there.
func TestIntegrationsTellEveryFormat(t *testing.T) {
	page := read(t, filepath.Join(top, "docs", "integrations.md"))
	for _, f := range formats {
		if !strings.Contains(page, "\n| `"+f+"` | ") {
			t.Errorf("no row for %s", f)
		}
	}
	for _, s := range nameSources() {
		if !strings.Contains(page, "--"+s.flag+" ") {
			t.Errorf("no word of --%s", s.flag)
		}
	}
}
