package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// fenced is a block of code of a Markdown text.
var fenced = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// manifestOfPage is a manifest of cert-manager.
const manifestOfPage = "kind: Certificate\nspec: {dnsNames: [example.com, '*.example.com']}\n"

// pageFiles are what the commands of docs/integrations.md read, below a folder
// that stands for the root and the current folder.
func pageFiles(t *testing.T) string {
	t.Helper()
	certificate, request := pemFiles(t, "example.com", "*.example.com")
	return files(t, map[string]string{
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
}

// What the page tells people to run has to run.
func TestCommandsOfIntegrations(t *testing.T) {
	page := read(t, filepath.Join(top, "docs", "integrations.md"))
	dir := pageFiles(t)
	if err := os.Chmod(filepath.Join(dir, "bin", "kubectl"), 0o755); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range fenced.FindAllStringSubmatch(page, -1) {
		if block[1] != "sh" {
			continue
		}
		for line := range strings.Lines(block[2]) {
			line = strings.TrimSpace(line)
			ran++
			command := strings.NewReplacer(" /etc/", " ./etc/", "=/var/", "=./var/").Replace(line)
			status, out := inShell(t, dir, map[string]string{"DNS01_DEMO": "healthy-preflight"}, "PATH=$PWD/bin:$PATH\n"+command)
			if status != statusOK {
				t.Errorf("%s: status %d\n%s", line, status, out)
			}
		}
	}
	if ran < 15 {
		t.Errorf("only %d commands on the page", ran)
	}
	if !strings.HasPrefix(read(t, filepath.Join(dir, "var", "lib", "node_exporter", "dns01.prom")), "# HELP") {
		t.Error("no metrics were written")
	}
}

// YAML that people copy has to be YAML, and what it refers to has to be there.
func TestYAMLOfIntegrations(t *testing.T) {
	page := read(t, filepath.Join(top, "docs", "integrations.md"))
	blocks := 0
	for _, block := range fenced.FindAllStringSubmatch(page, -1) {
		if block[1] != "yaml" {
			continue
		}
		blocks++
		var any any
		if err := yaml.Unmarshal([]byte(block[2]), &any); err != nil {
			t.Errorf("%v in:\n%s", err, block[2])
		}
	}
	if blocks == 0 {
		t.Error("no YAML on the page")
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join(top, "docs", link[1])); err != nil {
			t.Errorf("a link to nothing: %v", err)
		}
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
