package globalping

import (
	"encoding/json"
	"regexp"
	"strings"
)

// The documents of the API, version 1, as far as they are used: see
// public/v1/spec.yaml of github.com/jsdelivr/globalping.

type request struct {
	Type      string `json:"type"`
	Target    string `json:"target"`
	Locations any    `json:"locations"` // []place, or the id of a measurement
	Timeout   int    `json:"timeout"`
	Options   struct {
		Query struct {
			Type string `json:"type"`
		} `json:"query"`
		Resolver string `json:"resolver"`
		Protocol string `json:"protocol"`
		Port     int    `json:"port"`
	} `json:"measurementOptions"`
}

// request is the document that asks q from places or from probes of before.
func (q question) request(from any) request {
	r := request{Type: "dns", Target: q.Name, Locations: from, Timeout: testLasts}
	r.Options.Query.Type = q.Type
	r.Options.Resolver, r.Options.Port, r.Options.Protocol = q.server.Addr.String(), 53, "UDP"
	if q.tcp {
		r.Options.Protocol = "TCP"
	}
	return r
}

type created struct {
	ID string `json:"id"`
}

// identifier is the form of an id, which becomes a part of a URL.
var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

func validID(id string) bool { return identifier.MatchString(id) }

type measurement struct {
	Status  string   `json:"status"`
	Results []result `json:"results"`
}

type result struct {
	Probe struct {
		Continent string `json:"continent"`
		Country   string `json:"country"`
		City      string `json:"city"`
		ASN       int    `json:"asn"`
	} `json:"probe"`
	Result struct {
		Status  string   `json:"status"`
		Source  string   `json:"failureSource"`
		Raw     string   `json:"rawOutput"`
		Rcode   *int     `json:"statusCode"`
		Answers []answer `json:"answers"`
		Timings struct {
			Total float64 `json:"total"`
		} `json:"timings"`
	} `json:"result"`
}

type answer struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	TTL   uint32 `json:"ttl"`
	Value string `json:"value"`
}

type limitsNow struct {
	RateLimit struct {
		Measurements struct {
			Create *struct {
				Limit     int `json:"limit"`
				Remaining int `json:"remaining"`
				Reset     int `json:"reset"` // seconds
			} `json:"create"`
		} `json:"measurements"`
	} `json:"rateLimit"`
	Credits struct {
		Remaining int `json:"remaining"`
	} `json:"credits"`
}

// said is the message of an error document, in brackets; "" when there is none.
func said(body []byte) string {
	var e struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	const most = 200
	if json.Unmarshal(body, &e) != nil || e.Error.Message == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(clipped(e.Error.Message, most), ".") + ")"
}
