package main

import (
	"encoding/base64"
	"slices"
	"strings"

	"dns01/check"
)

// statusNotMine tells acmetool that an event is for another hook.
const statusNotMine = 42

// A hookCall is what an ACME client says when it calls wait as its hook.
type hookCall struct {
	client string
	// over means that there is nothing to wait for: the client cleans up, or
	// tells of something else. Status is the answer, and say what to print.
	over   bool
	status int
	say    string

	names  []string            // identifiers, in the order given
	values map[string][]string // TXT values expected, by identifier
	// sources tells what values are made of, as far as the client says it.
	sources map[string]check.Source
	// either means that the client does not tell a name from its wildcard:
	// each is in names, and one of the two has to pass.
	either bool
}

// hookFromArgs reads the arguments of the clients that pass some, and returns
// nil when they are none of a hook. The first word tells the client:
//
//	present FQDN VALUE                        lego, EXEC_MODE unset
//	present -- DOMAIN TOKEN KEYAUTH           lego, EXEC_MODE=RAW
//	deploy_challenge DOMAIN FILE VALUE …      dehydrated; HOOK_CHAIN repeats the three
//	challenge-dns-start HOST TARGET VALUE [wildcard]   acmetool
//	_acme-challenge.NAME VALUE                acme.sh
//
// The error is a usageError.
func hookFromArgs(args []string) (*hookCall, error) {
	if len(args) == 0 {
		return nil, nil
	}
	event, rest := args[0], args[1:]
	switch {
	case event == "present":
		return hookFromLego(rest)
	case event == "cleanup":
		return &hookCall{client: "lego", over: true}, nil
	case event == "timeout" && len(rest) == 0:
		return &hookCall{client: "lego", over: true, say: "timeout"}, nil
	case event == "deploy_challenge":
		return hookFromDehydrated(rest)
	case strings.Contains(event, "_") && !strings.Contains(event, "."):
		// dehydrated has many events, and wants those that a hook does not
		// know to be ignored.
		return &hookCall{client: "dehydrated", over: true}, nil
	case event == "challenge-dns-start":
		return hookFromAcmetool(rest)
	case event == "challenge-dns-stop":
		return &hookCall{client: "acmetool", over: true}, nil
	case strings.HasPrefix(event, "challenge-") && !strings.Contains(event, "."), event == "live-updated":
		return &hookCall{client: "acmetool", over: true, status: statusNotMine}, nil
	case len(rest) == 1 && isChallengeName(event) && isDigest(rest[0]):
		return newHookCall("acme.sh", baseOf(event), rest[0])
	}
	return nil, nil
}

func hookFromLego(args []string) (*hookCall, error) {
	if len(args) == 4 && args[0] == "--" {
		if !check.IsKeyAuthorization(args[3]) {
			return nil, usagef("present -- of lego ends with %q, which is no key authorization", args[3])
		}
		h, err := newHookCall("lego", args[1], check.Digest(args[3]))
		if err == nil {
			h.sources = map[string]check.Source{check.Digest(args[3]): check.SourceOf(args[3])}
		}
		return h, err
	}
	if len(args) != 2 {
		return nil, usagef("present takes FQDN and VALUE, or with EXEC_MODE=RAW -- DOMAIN TOKEN KEYAUTH, not %d words", len(args))
	}
	if !isChallengeName(args[0]) {
		return nil, usagef("present was given %q, the end of an alias, so that the name it is for cannot be told; set EXEC_MODE=RAW for lego", args[0])
	}
	return newHookCall("lego", baseOf(args[0]), args[1])
}

func hookFromDehydrated(args []string) (*hookCall, error) {
	h := &hookCall{client: "dehydrated", sources: map[string]check.Source{}}
	if len(args) == 0 || len(args)%3 != 0 {
		return nil, usagef("deploy_challenge takes DOMAIN TOKEN_FILENAME TOKEN_VALUE, repeated with HOOK_CHAIN, not %d words", len(args))
	}
	for three := range slices.Chunk(args, 3) {
		if err := h.expect(three[0], three[2]); err != nil {
			return nil, err
		}
		h.sources[three[2]] = check.Source{Token: three[1]} // the file's name for http-01
	}
	return h, nil
}

// hookFromAcmetool: a fourth argument, there since wildcards are, tells of one.
func hookFromAcmetool(args []string) (*hookCall, error) {
	if len(args) != 3 && len(args) != 4 {
		return nil, usagef("challenge-dns-start takes HOSTNAME TARGET VALUE, not %d words", len(args))
	}
	h, err := newHookCall("acmetool", args[0], args[2])
	if err != nil {
		return nil, err
	}
	keep := 0
	if len(args) == 4 && args[3] == "wildcard" {
		keep = 1
	}
	h.names, h.either = h.names[keep:keep+1], false
	return h, nil
}

// hookFromEnv reads the environment of certbot's --manual-auth-hook and
// --manual-cleanup-hook; nil when there is none.
func hookFromEnv(env func(string) string) (*hookCall, error) {
	domain, value := env("CERTBOT_DOMAIN"), env("CERTBOT_VALIDATION")
	if domain == "" {
		domain = env("CERTBOT_IDENTIFIER")
	}
	if domain == "" || value == "" {
		return nil, nil
	}
	switch {
	case env("CERTBOT_TOKEN") != "":
		return nil, usagef("CERTBOT_TOKEN is set: certbot tries http-01; run it with --preferred-challenges dns")
	case env("CERTBOT_AUTH_OUTPUT") != "":
		return &hookCall{client: "certbot", over: true}, nil // set for the cleanup hook alone
	}
	return newHookCall("certbot", domain, value)
}

// newHookCall is a call about one value.
func newHookCall(client, domain, value string) (*hookCall, error) {
	h := &hookCall{client: client}
	if err := h.expect(domain, value); err != nil {
		return nil, err
	}
	return h, nil
}

// expect adds a value for a name of which the client does not tell whether its
// wildcard is meant: clients are given the identifier of the authorization,
// which has none (RFC 8555 §7.1.4).
func (h *hookCall) expect(domain, value string) error {
	base, err := nameFrom(strings.TrimPrefix(domain, "*."))
	if err != nil {
		return err
	}
	if value == "" {
		return usagef("%s gives no value for %s", h.client, base)
	}
	h.either = true
	if h.values == nil {
		h.values = map[string][]string{}
	}
	for _, name := range []string{base, "*." + base} {
		if !slices.Contains(h.names, name) {
			h.names = append(h.names, name)
		}
		if !slices.Contains(h.values[name], value) {
			h.values[name] = append(h.values[name], value)
		}
	}
	return nil
}

const challengeLabel = "_acme-challenge."

func isChallengeName(name string) bool {
	return len(name) > len(challengeLabel) && strings.EqualFold(name[:len(challengeLabel)], challengeLabel)
}

// baseOf is the name that a challenge name is for.
func baseOf(challenge string) string {
	return strings.TrimSuffix(challenge[len(challengeLabel):], ".")
}

// isDigest reports whether a word has the form of a value (RFC 8555 §8.4).
func isDigest(word string) bool {
	d, err := base64.RawURLEncoding.DecodeString(word)
	return err == nil && len(d) == 32
}
