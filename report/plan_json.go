package report

import (
	"fmt"
	"io"
	"time"

	"dns01/check/plan"
)

// PlanSchema is the version of the JSON document of a plan, which is one of
// its own. Within it fields are added, never removed, renamed or given another
// type.
const PlanSchema = 1

type jsonPlan struct {
	Schema       int             `json:"schema"`
	Tool         jsonTool        `json:"tool"`
	Request      jsonRequest     `json:"request"`
	Works        bool            `json:"works"`
	Challenges   []jsonAsked     `json:"challenges"`
	Holders      []jsonHolder    `json:"holders"`
	Orders       [][]string      `json:"orders"`
	Rounds       []jsonPlanRound `json:"rounds"`
	Cost         jsonCost        `json:"cost"`
	Findings     []jsonFinding   `json:"findings"`
	Alternatives []jsonInstead   `json:"alternatives"`
	Records      []jsonPublished `json:"records"`
}

type jsonRequest struct {
	CA        string   `json:"ca"`
	Challenge string   `json:"challenge"`
	Account   string   `json:"account"`
	Names     []string `json:"names"`
	Machines  int      `json:"machines"`
	Accounts  int      `json:"accounts"`
	Looked    bool     `json:"looked"`
	Unread    []string `json:"unread"`
}

type jsonAsked struct {
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
	Target     string `json:"target"`
}

// jsonHolder is a name that holds values. Service is "" for none that is
// known, Slots 0 where only sizes limit it.
type jsonHolder struct {
	Name           string      `json:"name"`
	Challenges     []string    `json:"challenges"`
	Identifiers    []string    `json:"identifiers"`
	Service        string      `json:"service"`
	Slots          int         `json:"slots"`
	ValuesPerOrder int         `json:"values_per_order"`
	ValuesAtOnce   int         `json:"values_at_once"`
	Capacity       int         `json:"capacity"`
	Limit          plan.Limit  `json:"limit"`
	Fits           bool        `json:"fits"`
	BytesNow       int         `json:"bytes_now"`
	BytesAtOnce    int         `json:"bytes_at_once"`
	RoomAt         map[int]int `json:"room_at"`
}

// jsonPlanRound counts machines and orders from 1.
type jsonPlanRound struct {
	Orders       []int          `json:"orders"`
	FirstMachine int            `json:"first_machine"`
	Machines     int            `json:"machines"`
	Values       map[string]int `json:"values"`
}

type jsonCost struct {
	OrdersOfOneAccount   int    `json:"orders_of_one_account"`
	CertificatesOfDomain int    `json:"certificates_of_domain"`
	Domain               string `json:"domain"`
	CertificatesOfSet    int    `json:"certificates_of_same_set"`
	WaitS                int64  `json:"wait_s"`
}

type jsonInstead struct {
	ID    string `json:"id"`
	What  string `json:"what"`
	Gain  string `json:"gain"`
	Today bool   `json:"today"`
}

// jsonPublished is a record. Data of a value to come is in words; Machine and
// Order are 0 for a record that stands for all.
type jsonPublished struct {
	Owner   string `json:"owner"`
	Type    string `json:"type"`
	TTL     uint32 `json:"ttl"`
	Data    string `json:"data"`
	For     string `json:"for"`
	Machine int    `json:"machine"`
	Order   int    `json:"order"`
}

// PlanJSON writes a plan as one document, with a final line feed. The error is
// the writer's.
func PlanJSON(w io.Writer, pl Planned) error {
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(planDocument(pl)); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

func planDocument(pl Planned) jsonPlan {
	p := pl.Plan
	d := jsonPlan{
		Schema: PlanSchema, Tool: jsonTool(pl.Tool),
		Request: jsonRequest{
			Challenge: p.Challenge, Account: visible(p.Account), Names: each(p.Names, bare),
			Machines: p.Machines, Accounts: p.Accounts, Looked: pl.Looked, Unread: each(pl.Unread, bare),
		},
		Works: p.Works,
		Challenges: each(p.Challenges, func(c plan.Challenge) jsonAsked {
			return jsonAsked{bare(c.Identifier), bare(c.Name), bare(c.Target)}
		}),
		Holders: each(p.Holders, holderJSON),
		Orders:  each(p.Orders, func(o []string) []string { return each(o, bare) }),
		Rounds: each(p.Rounds, func(r plan.Round) jsonPlanRound {
			values := map[string]int{}
			for name, n := range r.Values {
				values[bare(name)] = n
			}
			return jsonPlanRound{each(r.Orders, func(i int) int { return i + 1 }), r.First, r.Machines, values}
		}),
		Cost:     jsonCost{p.Cost.Orders, p.Cost.Certificates, bare(p.Cost.Domain), p.Cost.SameSet, int64(p.Wait / time.Second)},
		Findings: each(p.Findings, finding),
		Alternatives: each(p.Instead, func(i plan.Instead) jsonInstead {
			return jsonInstead{i.ID, visible(i.What), visible(i.Gain), i.Now}
		}),
		Records: each(p.Records(), func(r plan.Record) jsonPublished {
			return jsonPublished{bare(r.Owner), r.Type, r.TTL, visible(r.Data), bare(r.For), r.Machine, r.Order}
		}),
	}
	if p.CA != nil {
		d.Request.CA = p.CA.ID
	}
	return d
}

func holderJSON(h plan.Holder) jsonHolder {
	return jsonHolder{
		Name: bare(h.Name), Challenges: each(h.Challenges, bare), Identifiers: each(h.Identifiers, bare),
		Service: h.Service, Slots: h.Slots,
		ValuesPerOrder: h.PerOrder, ValuesAtOnce: h.AtOnce,
		Capacity: h.Capacity, Limit: h.Limit, Fits: h.Fits(),
		BytesNow: h.Now, BytesAtOnce: h.Bytes, RoomAt: h.RoomAt,
	}
}
