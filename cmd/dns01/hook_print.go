package main

import (
	"embed"
	"slices"
	"strings"
)

// hookScripts are ready scripts, one a client: they publish with nsupdate, to
// be replaced by whatever the DNS host takes, and wait.
//
//go:embed hook/*.sh
var hookScripts embed.FS

// hookClients are the clients that --print-hook knows.
var hookClients = []string{"certbot", "lego", "dehydrated", "acme.sh", "acmetool"}

// printHook writes the script for a client to stdout.
func (p *program) printHook(client string) (int, error) {
	client = strings.ToLower(client)
	if !slices.Contains(hookClients, client) {
		return 0, usagef("--print-hook %q is not known; the clients are %s%s", client, strings.Join(hookClients, ", "), didYouMean(client, hookClients))
	}
	text, err := hookScripts.ReadFile("hook/" + strings.TrimSuffix(client, ".sh") + ".sh")
	if err != nil {
		return 0, err
	}
	_, err = p.stdout.Write(text)
	return statusOK, delivered(err)
}
