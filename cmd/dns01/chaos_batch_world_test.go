package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"dns01/check"
	"dns01/resolver/lab"
)

// batchWorld is a world with zones of many kinds for lists to be about. Some
// share their servers, and what is remembered of one must not help another.
const batchWorld = `Many zones

-- servers --
ns1.host.net 192.0.2.1 2001:db8:1::53
ns2.host.net 203.0.113.1
ns1.other.net 192.0.2.2
ns1.dead.net 192.0.2.5
-- zone good.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "letsencrypt.org"
-- zone plain.com @ ns1.host.net ns1.other.net --
www CNAME good.com.
-- zone forbids.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "other.example"
-- zone wild.com @ ns1.other.net --
@ CAA 0 issue "letsencrypt.org"
@ CAA 0 issuewild ";"
-- zone signed.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "letsencrypt.org"
-- zone bogus.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "letsencrypt.org"
-- zone half.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "letsencrypt.org"
_acme-challenge 60 TXT "0000000000000000000000000000000000000000001"
-- zone half.com @ ns2.host.net --
@ CAA 0 issue "letsencrypt.org"
-- zone valued.com @ ns1.host.net ns2.host.net --
_acme-challenge 60 TXT "0000000000000000000000000000000000000000001"
-- zone alias.com @ ns1.other.net --
_acme-challenge CNAME valued.good.com.
-- zone later.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "other.example"
-- after 8s zone later.com @ ns1.host.net ns2.host.net --
@ CAA 0 issue "letsencrypt.org"
-- zone dead.com @ ns1.dead.net --
@ A 192.0.2.80
-- zone lame.com @ ns1.other.net --
@ A 192.0.2.80
-- delegation gone.com --
-- sign --
signed.com
bogus.com expired
-- faults --
ns1.dead.net drop
ns1.other.net zone=lame.com refuse
`

// batchNames are names to order, many of them in one zone.
var batchNames = []string{
	"good.com", "*.good.com", "www.good.com", "a.b.good.com", "plain.com", "www.plain.com", "forbids.com", "*.forbids.com",
	"wild.com", "*.wild.com", "signed.com", "bogus.com", "half.com", "valued.com", "alias.com", "later.com", "dead.com",
	"lame.com", "gone.com", "absent.com", "xn--bcher-kva.good.com", "localhost.good.com",
}

const batchValue = "0000000000000000000000000000000000000000001"

// A batchOrder is one line of a list; one that is no order has text alone.
type batchOrder struct {
	ID    string
	Names []string
	Value string // of all its names
	text  string
}

// drawOrders makes an order that may stand in a list of the form.
func drawOrders(r *rand.Rand, form string) (all []batchOrder) {
	for n := range 1 + r.IntN(30) {
		if r.IntN(12) == 0 {
			all = append(all, batchOrder{text: pick(r, wrongOrders[form]...)})
			continue
		}
		o := batchOrder{}
		for range 1 + r.IntN(1+r.IntN(4)) {
			o.Names = append(o.Names, pick(r, batchNames...))
		}
		if o.redundant() {
			o.Names = o.Names[:1]
		}
		if form != "lines" && r.IntN(2) == 0 {
			o.ID = fmt.Sprintf("%s-%d", pick(r, "order", `a "b" c`, "ü", "<x>"), n)
		}
		if form != "lines" && r.IntN(3) == 0 {
			o.Value = batchValue
		}
		all = append(all, o)
	}
	return all
}

// wrongOrders are lines that are no orders.
var wrongOrders = map[string][]string{
	"lines":  {"https://good.com/", "good.com http://plain.com", "ftp://good.com # no order"},
	"csv":    {`1,"good.com`, "2,,", "3,http://good.com,", "4,good.com,x,y\"z,"},
	"ndjson": {`{"names":["good.com"]`, `{"names":[]}`, `{"name":["good.com"]}`, `["good.com"]`, `{"names":["good.com"],"values":{"a.com":["x"]}}`, "\x00"},
}

// writeOrders writes orders down, with what may stand between them.
func writeOrders(r *rand.Rand, form string, orders []batchOrder) string {
	var b strings.Builder
	end := pick(r, "\n", "\n", "\r\n")
	if form == "csv" {
		b.WriteString("id,names,value" + end)
	}
	for i, o := range orders {
		if r.IntN(10) == 0 {
			b.WriteString(pick(r, end, "  "+end, "# good.com"+end))
		}
		b.WriteString(o.line(form))
		if i < len(orders)-1 || r.IntN(3) > 0 {
			b.WriteString(end)
		}
	}
	return b.String()
}

func (o batchOrder) line(form string) string {
	switch {
	case o.Names == nil:
		return o.text
	case form == "csv":
		return fmt.Sprintf(`"%s","%s",%s`, strings.ReplaceAll(o.ID, `"`, `""`), strings.Join(o.Names, " "), o.Value)
	case form == "ndjson":
		x := map[string]any{"id": o.ID, "names": o.Names}
		if o.Value != "" {
			x["values"] = map[string][]string{"": {o.Value}}
		}
		text, _ := json.Marshal(x) // it is text throughout
		return string(text)
	}
	return strings.Join(o.Names, " ")
}

// redundant reports whether a wildcard covers another name of the order: that
// is refused whatever the DNS says.
func (o batchOrder) redundant() bool {
	for _, n := range o.Names {
		if _, parent, _ := strings.Cut(n, "."); slices.Contains(o.Names, "*."+parent) && !strings.HasPrefix(n, "*.") {
			return true
		}
	}
	return false
}

// truthOfOrder is the best and the worst that a check finds of an order where
// nothing more goes wrong: that of its worst name.
func (b *chaosBench) truthOfOrder(t *testing.T, o batchOrder, noIPv6 bool) (best, worst check.Verdict) {
	for _, n := range o.Names {
		s := *b.worlds["batch"]
		s.Target = []string{n}
		if o.Value != "" {
			s.Target = append(s.Target, "--value", o.Value)
		}
		tr := b.truths.find(fmt.Sprint("batch ", s.Target, noIPv6), func() truth {
			return b.findTruth(t, []*lab.Scenario{&s}, []string{"--no-probe", "--resolvers", "none"}, noIPv6)
		})
		if v := tr.best[n]; best == "" || gravityOf(v) > gravityOf(best) {
			best = v
		}
		if v := tr.worst[n]; worst == "" || gravityOf(v) > gravityOf(worst) {
			worst = v
		}
	}
	return best, worst
}
