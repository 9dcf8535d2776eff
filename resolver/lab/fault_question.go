package lab

import (
	"strings"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// changed is a fault that changes the answers as they leave.
func changed(change func(m *dns.Msg)) fault {
	return func(next handler) handler {
		return func(r request) response {
			resp := next(r)
			if resp.msg != nil {
				change(resp.msg)
			}
			return resp
		}
	}
}

// truncate sets TC on everything over UDP, and leaves nothing in it.
func truncate(next handler) handler {
	return func(r request) response {
		resp := next(r)
		if resp.msg != nil && r.transport == resolver.UDP {
			resp.msg = truncated(resp.msg)
		}
		return resp
	}
}

// truncateTCP truncates what is asked over TCP, where there is room.
func truncateTCP(next handler) handler {
	return func(r request) response {
		resp := next(r)
		if resp.msg != nil && r.transport == resolver.TCP {
			resp.msg = truncated(resp.msg)
		}
		return resp
	}
}

// wrongID answers with another ID than was asked with.
func wrongID(next handler) handler {
	return changed(func(m *dns.Msg) { m.Id++ })(next)
}

// wrongQuestion answers a question that was not asked.
func wrongQuestion(next handler) handler {
	return changed(func(m *dns.Msg) {
		for i := range m.Question {
			m.Question[i].Name = "wrong-question.invalid."
		}
	})(next)
}

// noAA leaves AA clear.
func noAA(next handler) handler {
	return changed(func(m *dns.Msg) { m.Authoritative = false })(next)
}

// ra offers recursion.
func ra(next handler) handler {
	return changed(func(m *dns.Msg) { m.RecursionAvailable = true })(next)
}

// lowerCase gives the question back in lower case.
func lowerCase(next handler) handler {
	return func(r request) response {
		r.msg = withName(r.msg, strings.ToLower)
		return next(r)
	}
}

// withName is a query with its name changed.
func withName(m *dns.Msg, change func(string) string) *dns.Msg {
	m = m.Copy()
	for i := range m.Question {
		m.Question[i].Name = change(m.Question[i].Name)
	}
	return m
}

// caseSensitive knows its names in lower case only, and answers others otherwise.
func caseSensitive(otherwise func(request, response) response) fault {
	return func(next handler) handler {
		return func(r request) response {
			name := r.question().Name
			if name == strings.ToLower(name) {
				return next(r)
			}
			return otherwise(r, next(r))
		}
	}
}
