package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		"orders.txt":                         "example.com *.example.com\nwww.example.com\n",
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

// An operator's program does with each verdict what the page says.
func TestDecisionsOfThePage(t *testing.T) {
	needsJQ(t)
	filters := regexp.MustCompile(`(?m)^dns01 (check|batch) .*\| jq -r '(.*)'$`).FindAllStringSubmatch(read(t, filepath.Join(top, "docs", "integrations.md")), -1)
	if len(filters) != 2 {
		t.Fatalf("%d filters for jq on the page, want one for check and one for batch", len(filters))
	}
	const documents = `{"verdict":"ready","id":"1","identifiers":["a.example"]}
{"verdict":"at_risk","id":"2","identifiers":["*.a.example","a.example"]}
{"verdict":"retry","retry_after_s":720,"id":"3","identifiers":["b.example"]}
{"verdict":"blocked","id":"4","identifiers":["c.example"]}
{"verdict":"unknown","id":"","identifiers":["d.example"]}
{"error":"no name","id":"","identifiers":[]}
`
	want := map[string]string{
		"check": "order\norder\nwait\nalarm\nlook again\nmend the input\n",
		"batch": "order\t0\t1\ta.example\norder\t0\t2\t*.a.example\nwait\t720\t3\tb.example\nalarm\t0\t4\tc.example\nlook again\t0\t\td.example\nmend the input\t0\t\tno name\n",
	}
	for _, f := range filters {
		cmd := exec.CommandContext(t.Context(), "jq", "-r", f[2])
		cmd.Stdin = strings.NewReader(documents)
		out, err := cmd.CombinedOutput()
		if diff := cmp.Diff(want[f[1]], string(out)); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", f[1], err, diff)
		}
	}
}

// needsJQ skips a test where jq is not installed.
func needsJQ(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("jq"); err == nil {
		return
	}
	if os.Getenv("DNS01_REQUIRE_SERVERS") == "1" {
		t.Fatal("jq is required (DNS01_REQUIRE_SERVERS=1): install it")
	}
	t.Skip("jq is not installed")
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
