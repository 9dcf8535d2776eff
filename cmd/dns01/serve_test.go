package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// The lab is a command too: what dig is told to ask has to answer.
func TestServeAnswersOnSockets(t *testing.T) {
	p, _, stderr := newProgram(t, "demo", showcase, "--serve", "127.0.0.1:0")
	out, in := io.Pipe()
	p.stdout = in
	ctx, interrupt := context.WithCancel(t.Context())
	status := make(chan int, 1)
	go func() {
		status <- p.run(ctx)
		_ = in.Close()
	}()

	lines := bufio.NewScanner(out)
	var listening string
	for listening == "" && lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) == 3 && f[0] == "ns2.example.com" && f[1] == "203.0.113.1" {
			listening = f[2]
		}
	}
	go func() {
		for lines.Scan() { // so that the table can be written to its end
		}
	}()
	query := new(dns.Msg).SetQuestion("example.com.", dns.TypeSOA)
	client := dns.Client{Timeout: time.Minute} // however busy the machine
	reply, _, err := client.ExchangeContext(ctx, query, listening)
	if err != nil {
		t.Fatal(err)
	}
	if len(reply.Answer) != 1 || reply.Answer[0].(*dns.SOA).Serial != 2026110106 {
		t.Errorf("the stale secondary answers %v", reply.Answer)
	}
	interrupt()
	if got := <-status; got != statusOK || stderr.Len() > 0 {
		t.Errorf("status %d, stderr %q", got, stderr)
	}
}
