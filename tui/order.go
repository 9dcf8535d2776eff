package tui

import (
	"fmt"
	"maps"
	"strings"

	"dns01/check"
	"dns01/check/known"
)

// What is ordered can be changed at any time. What was seen is judged anew at
// once; only another challenge type asks for other names.

func chooseCA(m Model) (Model, cmd) {
	var items []Choice
	for _, ca := range known.CAs() {
		items = append(items, Choice{ca.ID, ca.Name})
	}
	now := ""
	if m.order.CA != nil {
		now = m.order.CA.ID
	}
	return m.choice("Which CA is to issue?", items, now, func(m Model, id string) (Model, cmd) {
		ca, ok := known.Find(id)
		if !ok {
			return m, nil
		}
		if m.order.CA == nil || m.order.CA.ID != ca.ID {
			m.order.Account = "" // an account is one CA's
		}
		m.order.CA = ca
		return m.rejudge().say("judged again for " + ca.Name), nil
	})
}

func askAccount(m Model) (Model, cmd) {
	return m.ask("account URI (empty: not known)", m.order.Account, func(m Model, text string) (Model, cmd, error) {
		o := m.order
		o.Account = strings.TrimSpace(text)
		return m.ordered(o)
	})
}

func chooseChallenge(m Model) (Model, cmd) {
	var items []Choice
	for _, c := range m.cfg.Challenges {
		items = append(items, Choice{Name: c})
	}
	if len(items) == 0 {
		return m.say("no other challenge type is supported"), nil
	}
	return m.choice("By which challenge?", items, m.order.Challenge, func(m Model, name string) (Model, cmd) {
		o := m.order
		o.Challenge = name
		next, c, err := m.ordered(o)
		if err != nil {
			return m.say(err.Error()), nil
		}
		return next, c
	})
}

// ordered takes over another order, and looks again where it is about other
// names: those of some challenges are made of the account.
func (m Model) ordered(o check.Order) (Model, cmd, error) {
	if m.cfg.Accept != nil {
		if err := m.cfg.Accept(o); err != nil {
			return m, nil, err
		}
	}
	moved := o.Challenge != m.order.Challenge || o.Challenge != "dns-01" && o.Account != m.order.Account
	m.order = o
	m = m.rejudge().say("judged again")
	if !moved || m.cfg.Look == nil || m.running {
		return m, nil, nil
	}
	m, c := m.start(m.names())
	return m, c, nil
}

// askValue adds an expected value. An empty text expects none any more.
func askValue(m Model) (Model, cmd) {
	if m.cfg.Value == nil {
		return m, nil
	}
	label := fmt.Sprintf("Expected TXT value or NAME=TXT, empty for none (now %d)", len(m.subject().want()))
	return m.ask(label, "", func(m Model, text string) (Model, cmd, error) {
		text = strings.TrimSpace(text)
		if text == "" {
			m.order.Values = nil
			return m.rejudge().say("no value is expected: may this be ordered?"), nil, nil
		}
		name, value, err := m.cfg.Value(text)
		if err != nil {
			return m, nil, err
		}
		values := maps.Clone(m.order.Values)
		if values == nil {
			values = map[string][]string{}
		}
		values[name] = append(append([]string(nil), values[name]...), value)
		m.order.Values = values
		return m.rejudge().say("judged again with that value; r looks again"), nil, nil
	})
}
