package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// conditions say which queries a fault hits. The zero value: all.
type conditions struct {
	types        []uint16
	owner        string   // canonical; "" for any
	zone         string   // canonical; "" for any
	from         []string // places that ask, "" for here; none for any
	first        int      // 0 for no limit
	after, until time.Duration
	chance       float64 // 0 for certainty
}

// none reports whether there are no conditions.
func (c conditions) none() bool {
	return len(c.types) == 0 && c.owner == "" && c.zone == "" && len(c.from) == 0 &&
		c.first == 0 && c.after == 0 && c.until == 0 && c.chance == 0
}

// set takes one condition, key=value.
func (c *conditions) set(key, value string) (err error) {
	switch key {
	case "type":
		return c.setTypes(value)
	case "name":
		c.owner, err = absolute(value)
	case "zone":
		c.zone, err = absolute(value)
	case "from":
		c.from = strings.Split(value, ",")
		for i, place := range c.from {
			if place == fromHere {
				c.from[i] = ""
			}
		}
	case "first":
		c.first, err = strconv.Atoi(value)
		if err != nil || c.first < 1 {
			return fmt.Errorf("first=%s is not a number of queries", value)
		}
	case "after":
		c.after, err = parseDuration(value)
	case "until":
		c.until, err = parseDuration(value)
	case "p":
		c.chance, err = strconv.ParseFloat(value, 64)
		if err != nil || !(c.chance > 0 && c.chance <= 1) {
			return fmt.Errorf("p=%s is not a probability", value)
		}
	default:
		return fmt.Errorf("unknown condition %q", key)
	}
	return err
}

func (c *conditions) setTypes(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		t, ok := typeNamed(name)
		if !ok {
			return fmt.Errorf("unknown type %q", name)
		}
		c.types = append(c.types, t)
	}
	return nil
}

// fit reports whether a request meets the conditions that need no counting.
func (c conditions) fit(r request) bool {
	q := r.question()
	name := dns.CanonicalName(q.Name)
	switch {
	case len(c.types) > 0 && !slices.Contains(c.types, q.Qtype),
		c.owner != "" && c.owner != name,
		c.zone != "" && !dns.IsSubDomain(c.zone, name),
		len(c.from) > 0 && !slices.Contains(c.from, r.from),
		r.at < c.after,
		c.until > 0 && r.at >= c.until:
		return false
	}
	return true
}

// A meter applies conditions over one run: it counts.
type meter struct {
	conditions
	transport resolver.Transport
	draws

	counting sync.Mutex
	hits     int
}

// limit is the fault for the requests that meet the conditions.
func (m *meter) limit(f fault) fault {
	return func(next handler) handler {
		faulty := f(next)
		return func(r request) response {
			if m.hit(r) {
				return faulty(r)
			}
			return next(r)
		}
	}
}

func (m *meter) hit(r request) bool {
	if m.until > 0 && r.at >= m.until {
		m.forget() // it is over, and the world may go on for months
		return false
	}
	if m.transport != "" && m.transport != r.transport || !m.fit(r) {
		return false
	}
	if m.chance > 0 && m.of(r).Float64() >= m.chance {
		return false
	}
	m.counting.Lock()
	defer m.counting.Unlock()
	m.hits++
	return m.first == 0 || m.hits <= m.first
}
