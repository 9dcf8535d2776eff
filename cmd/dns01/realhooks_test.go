//go:build linux

package main_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A realClient is an ACME client that calls a hook.
type realClient struct {
	name    string
	program string
	order   func(t *testing.T, w *certifiedWorld, dir, domain string) realOrder
	goesOn  bool // asks for validation whatever status its hook ends with
}

// A realOrder is how a client is told to get a certificate for a name and its
// wildcard: its environment, and the arguments of one run after the other.
type realOrder struct {
	env  []string
	runs [][]string
}

var realClients = []realClient{
	{"certbot", "certbot", orderCertbot, true},
	{"lego", "lego", orderLego, false},
	{"lego-raw", "lego", orderLegoRaw, false},
	{"dehydrated", "dehydrated", orderDehydrated, false},
	{"dehydrated-chain", "dehydrated", orderDehydratedChain, false},
	{"acmetool", "acmetool", orderAcmetool, false},
}

func orderCertbot(t *testing.T, w *certifiedWorld, dir, domain string) (o realOrder) {
	o = documented(t, "certbot", domain, w.hook(t, dir, "certbot"))
	o.runs[0] = append(o.runs[0], "--non-interactive", "--agree-tos", "--register-unsafely-without-email", "--server", directory,
		"--config-dir", dir, "--work-dir", dir, "--logs-dir", dir)
	return o
}

// orderLego has a hook of its own: where EXEC_MODE is not set, lego passes the
// words that nsupdate takes, and dns01 wait too.
func orderLego(t *testing.T, w *certifiedWorld, dir, domain string) realOrder {
	o := orderLegoRaw(t, w, dir, domain)
	w.script(t, dir, "lego", `#!/bin/sh
case $1 in present) how=add ;; cleanup) how=delete ;; *) exit ;; esac
printf 'update %s %s 60 TXT "%s"\nsend\n' "$how" "$2" "$3" | nsupdate -k `+w.key+` && exec dns01 wait "$@"
`)
	o.env = slices.DeleteFunc(o.env, func(v string) bool { return v == "EXEC_MODE=RAW" })
	return o
}

func orderLegoRaw(t *testing.T, w *certifiedWorld, dir, domain string) realOrder {
	o := documented(t, "lego", domain, w.hook(t, dir, "lego"))
	o.runs[0] = append([]string{"--server", directory, "--accept-tos", "--email", "hostmaster@hooked.com", "--path", dir}, o.runs[0]...)
	return o
}

func orderDehydrated(t *testing.T, w *certifiedWorld, dir, domain string) realOrder {
	return dehydrated(t, w, dir, domain, "no")
}

func orderDehydratedChain(t *testing.T, w *certifiedWorld, dir, domain string) realOrder {
	return dehydrated(t, w, dir, domain, "yes")
}

func dehydrated(t *testing.T, w *certifiedWorld, dir, domain, chain string) realOrder {
	o := documented(t, "dehydrated", domain, w.hook(t, dir, "dehydrated"))
	config := write(t, dir, "config", fmt.Sprintf("CA=%s\nBASEDIR=%s\nHOOK_CHAIN=%s\nDEHYDRATED_USER=\nDEHYDRATED_GROUP=\n", directory, dir, chain))
	o.runs = [][]string{
		{"--config", config, "--register", "--accept-terms"},
		append([]string{"--config", config}, o.runs[0]...),
	}
	return o
}

func orderAcmetool(t *testing.T, w *certifiedWorld, dir, domain string) realOrder {
	state, hooks := filepath.Join(dir, "state"), filepath.Join(dir, "hooks")
	for _, d := range []string{state, filepath.Join(state, "conf"), hooks} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.hook(t, hooks, "acmetool")
	write(t, filepath.Join(state, "conf"), "target", "request:\n  provider: "+directory+"\n")
	answers := write(t, dir, "responses", "\"acme-agreement:data:text/plain,Do%20what%20thou%20wilt\": true\n\"acme-enter-email\": \"\"\n")
	o := documented(t, "acmetool", domain, "")
	o.runs[0] = append([]string{"--state", state, "--hooks", hooks, "--batch", "--response-file", answers}, o.runs[0]...)
	return o
}

// documented is the command line of docs/hooks.md for a client, for another
// domain and with another hook.
func documented(t *testing.T, client, domain, hook string) (o realOrder) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "hooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## "+client+"\n")
	_, section, _ = strings.Cut(section, "\n```sh\n")
	line, _, found := strings.Cut(section, "\n```\n")
	if !found {
		t.Fatalf("docs/hooks.md has no command for %s", client)
	}
	line = strings.NewReplacer("example.com", domain, "/etc/dns01/"+client, hook).Replace(line)
	out, err := exec.Command("sh", "-c", `printf '%s\n' `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	i := slices.Index(words, client)
	if i < 0 {
		t.Fatalf("%q is no command of %s", line, client)
	}
	return realOrder{env: words[:i], runs: [][]string{words[i+1:]}}
}

// TestRealHooks lets ACME clients order certificates, with the commands of
// docs/hooks.md and the scripts that --print-hook prints: the value goes to a BIND primary, an NSD secondary
// learns of it seconds later, and the CA looks there alone. A client gets its
// certificate at the first try only when its hook returned neither too early
// nor with a status that it does not take. A name whose CAA forbids the CA is
// ordered too: there the hook has to end the order before it costs a failed
// validation.
func TestRealHooks(t *testing.T) {
	t.Parallel()
	runtime.LockOSThread() // see TestRealServers
	program(t, "unshare")
	w := startCertifiedWorld(t)
	orders, refused := make([]<-chan realEnd, len(realClients)), make([]<-chan realEnd, len(realClients))
	for i, c := range realClients {
		orders[i], refused[i] = c.start(t, w, movingName), c.start(t, w, forbidden)
	}
	for i, c := range realClients {
		t.Run(c.name, func(t *testing.T) {
			program(t, c.program)
			end, domain := <-orders[i], c.name+"."+movingName
			if end.err != nil {
				t.Error(end.err)
			}
			if diff := cmp.Diff([]string{"*." + domain, domain}, certified(t, w.dir, domain)); diff != "" {
				t.Errorf("the certificate (-want +got):\n%s", diff)
			}
			no := <-refused[i]
			domain = c.name + "." + forbidden
			if no.err == nil && !c.goesOn {
				t.Error("the client takes it for a success that waiting does not help")
			}
			if strings.Contains(w.said(t), `Value:"`+domain) != c.goesOn {
				t.Errorf("validation of %s is asked for: %t", domain, !c.goesOn)
			}
			if t.Failed() {
				t.Logf("%s said:\n%s\nand of %s:\n%s", c.program, end.said, domain, no.said)
			}
		})
	}
	if t.Failed() {
		t.Logf("the CA said:\n%s", w.said(t))
	}
}

// A realEnd is how an order ended, and what the client said meanwhile.
type realEnd struct {
	said string
	err  error
}

// start lets a client order a name of its own in a zone, if it is installed.
// The clients mostly wait, so all of them order at the same time.
func (c realClient) start(t *testing.T, w *certifiedWorld, zone string) <-chan realEnd {
	t.Helper()
	done := make(chan realEnd, 1)
	path, err := exec.LookPath(c.program)
	if err != nil {
		return done
	}
	domain := c.name + "." + zone
	o := c.order(t, w, w.home(t, domain), domain)
	go func() {
		var end realEnd
		for _, args := range o.runs {
			out, err := w.client(o.env, path, args...).CombinedOutput()
			end.said += string(out)
			if end.err = err; err != nil {
				break
			}
		}
		done <- end
	}()
	return done
}

// certified are the names in the certificate for a domain that a client has
// put somewhere below dir; none when there is none.
func certified(t *testing.T, dir, domain string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil // a link to nothing
		}
		block, _ := pem.Decode(text)
		if block == nil || block.Type != "CERTIFICATE" {
			return nil
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err == nil && slices.Contains(cert.DNSNames, domain) {
			names = slices.Sorted(slices.Values(cert.DNSNames))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
