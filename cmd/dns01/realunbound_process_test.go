//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"dns01/resolver"
)

// An errand is what TestLookupProcess is to ask, as it reads it.
type errand struct {
	Flags     []string // of dns01 lookup
	Unbounds  []unbound
	Questions []string // "NAME TYPE"
}

// An unbound is a running Unbound: where it is asked, and the socket at which
// it takes orders.
type unbound struct{ Addr, Control string }

// A comparison is a question and what became of it on both sides, as documents
// of the form of "dns01 lookup --json".
type comparison struct {
	Question     string
	Ours, Theirs json.RawMessage
}

// TestLookupProcess is no test. TestRealServers runs it inside the network of
// its servers, so that hundreds of questions need one process: an errand comes
// in at stdin, comparisons go out at stdout.
func TestLookupProcess(t *testing.T) {
	if os.Getenv("DNS01_LOOKUP_PROCESS") != "1" {
		return
	}
	if err := process(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0) // before the word PASS is printed
}

// process does an errand, as many questions at a time as there are Unbounds.
func process(in io.Reader, out io.Writer) error {
	var e errand
	if err := json.NewDecoder(in).Decode(&e); err != nil {
		return err
	}
	done := make([]comparison, len(e.Questions))
	errs := make([]error, len(e.Unbounds))
	next := make(chan int)
	var wg sync.WaitGroup
	for i, u := range e.Unbounds {
		wg.Go(func() {
			for n := range next {
				var err error
				if done[n], err = compare(u, e.Flags, e.Questions[n]); err != nil {
					errs[i] = fmt.Errorf("%s: %w", e.Questions[n], err)
				}
			}
		})
	}
	for n := range e.Questions {
		next <- n
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(done)
}

func compare(u unbound, flags []string, question string) (c comparison, err error) {
	c.Question = question
	if c.Ours, err = ourAnswer(flags, question); err != nil {
		return c, err
	}
	c.Theirs, err = u.answer(question)
	return c, err
}

// ourAnswer is what dns01 lookup prints.
func ourAnswer(flags []string, question string) (json.RawMessage, error) {
	var stdout, stderr bytes.Buffer
	p := &program{
		args:   slices.Concat([]string{"lookup", "--json"}, flags, strings.Fields(question)),
		stdout: &stdout, stderr: &stderr,
		env: func(string) string { return "" }, now: time.Now,
		world: world{exchanger: resolver.Live{}},
	}
	if status := p.run(context.Background()); status != statusOK && status != statusUnknown {
		return nil, fmt.Errorf("dns01 %s: status %d: %s", strings.Join(p.args, " "), status, &stderr)
	}
	return stdout.Bytes(), nil
}

// patience is how long an Unbound is waited for. After 1.9 s it gives no answer
// any more (discard-timeout).
const patience = 3 * time.Second

// answer is what Unbound says, asked as a CA does: with AD and without DO, over
// a transport that needs no truncation. It forgets everything before. No reply
// is SERVFAIL here: the lookup has failed just so.
func (u unbound) answer(question string) (json.RawMessage, error) {
	for _, order := range []string{"flush_zone .", "flush_infra all", "flush_requestlist"} {
		if err := u.order(order); err != nil {
			return nil, err
		}
	}
	name, qtype, _ := strings.Cut(question, " ")
	m := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.StringToType[qtype])
	m.AuthenticatedData = true
	m.SetEdns0(4096, false)
	type ede struct {
		Code int    `json:"code"`
		Text string `json:"text"`
	}
	doc := struct {
		Rcode         string   `json:"rcode"`
		Answers       []string `json:"answers"`
		Authenticated bool     `json:"authenticated"`
		EDE           *ede     `json:"ede"`
	}{Rcode: "SERVFAIL"}
	c := &dns.Client{Net: "tcp", Timeout: patience}
	r, _, err := c.Exchange(m, u.Addr)
	if err != nil {
		return json.Marshal(doc)
	}
	doc.Rcode, doc.Authenticated = dns.RcodeToString[r.Rcode], r.AuthenticatedData
	for _, rr := range r.Answer {
		doc.Answers = append(doc.Answers, recordLine(rr))
	}
	if opt := r.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if e, ok := o.(*dns.EDNS0_EDE); ok {
				doc.EDE = &ede{int(e.InfoCode), e.ExtraText}
			}
		}
	}
	return json.Marshal(doc)
}

// order has Unbound do something, in the protocol of unbound-control.
func (u unbound) order(words string) error {
	conn, err := net.Dial("unix", u.Control)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "UBCT1 %s\n", words); err != nil {
		return err
	}
	reply, err := io.ReadAll(conn)
	if err != nil || !bytes.HasPrefix(reply, []byte("ok")) {
		return fmt.Errorf("unbound-control %s: %s %w", words, reply, err)
	}
	return nil
}
