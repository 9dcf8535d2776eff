package openmpic

import (
	"encoding/json"
	"slices"
)

// The documents of the API, version 3.5.0 of
// github.com/open-mpic/open-mpic-specification, as far as they are used.

// A request asks for one check. How many perspectives take part, how many have
// to pass and how often it is tried is left to the coordinator: a number larger
// than it has perspectives is refused, what they saw is judged here by the CA's
// own quorum whatever the coordinator's is, and a check that is tried until it
// passes would hide who failed.
type request struct {
	CheckType string         `json:"check_type"`
	Target    string         `json:"domain_or_ip_target"`
	CAA       *caaParameters `json:"caa_check_parameters,omitempty"`
	DCV       *dcvParameters `json:"dcv_check_parameters,omitempty"`
}

type caaParameters struct {
	CertificateType string   `json:"certificate_type"`
	Domains         []string `json:"caa_domains,omitempty"`
}

// dcvParameters are those of acme-dns-01, which has a hash, or of dns-change.
type dcvParameters struct {
	Method     string  `json:"validation_method"`
	Hash       string  `json:"key_authorization_hash,omitempty"`
	RecordType string  `json:"dns_record_type,omitempty"`
	Prefix     string  `json:"dns_name_prefix,omitempty"`
	Value      *string `json:"challenge_value,omitempty"`
}

type response struct {
	Valid        *bool          `json:"is_valid"`
	Actual       *orchestration `json:"actual_orchestration_parameters"`
	Perspectives []*oneResponse `json:"perspectives"`
}

type orchestration struct {
	Perspectives int `json:"perspective_count"`
	Quorum       int `json:"quorum_count"`
}

// A oneResponse is what one perspective told: in check_response, or side by
// side with its code as the specification's example still has it.
type oneResponse struct {
	Code  string         `json:"perspective_code"`
	Check *checkResponse `json:"check_response"`
	checkResponse
}

type checkResponse struct {
	Completed bool    `json:"check_completed"`
	Passed    bool    `json:"check_passed"`
	Errors    []fault `json:"errors"`
	Details   details `json:"details"`
}

type fault struct {
	Type    string `json:"error_type"`
	Message string `json:"error_message"`
}

type details struct {
	Present *bool     `json:"caa_record_present"`
	FoundAt string    `json:"found_at"`
	Records oneOrMore `json:"records_seen"` // one string for CAA, says the specification; a list, say its programs
	Rcode   *int      `json:"response_code"`
	Old     oneOrMore `json:"response"` // what records_seen was called before
}

// A oneOrMore is a list of strings, or one string, or null.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		if one != "" {
			*o = oneOrMore{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(o))
}

// records are those seen, by either name.
func (d details) records() []string {
	if len(d.Records) > 0 {
		return d.Records
	}
	return slices.Clone(d.Old)
}

// told is what a perspective said, whatever shape it has.
func (o *oneResponse) told() checkResponse {
	if o.Check != nil {
		return *o.Check
	}
	return o.checkResponse
}
