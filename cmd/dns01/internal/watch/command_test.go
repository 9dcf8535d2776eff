package watch

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dns01/report"
)

// What comes out of the DNS or a list must arrive as text, never be run.
func TestCommandIsToldByItsEnvironment(t *testing.T) {
	t.Setenv("DNS01_WEBHOOK_AUTHORIZATION", "Bearer secret")
	t.Setenv("KEPT", "yes")
	var out bytes.Buffer
	c := Command{Words: []string{"sh", "-c", `env | grep -e ^DNS01 -e ^KEPT | sort; cat; echo "$1"`, "sh", "$(id)"}, Output: &out}
	n := notice
	n.Order, n.Kind, n.Text = "$(touch /tmp/x); `id`", report.Changed, "a; b | c"
	n.Identifiers, n.Findings = []string{"a.example", "*.a.example"}, []string{"caa-forbids", "dnssec-bogus"}
	if err := c.Sink().Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	want := `DNS01_CHANGE_FINDINGS=caa-forbids dnssec-bogus
DNS01_CHANGE_FROM=ready
DNS01_CHANGE_ID=1-1
DNS01_CHANGE_IDENTIFIERS=a.example *.a.example
DNS01_CHANGE_KIND=changed
DNS01_CHANGE_ORDER=$(touch /tmp/x); ` + "`id`" + `
DNS01_CHANGE_TEXT=a; b | c
DNS01_CHANGE_TO=blocked
KEPT=yes
{"schema":1}$(id)
`
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestCommandThatFails(t *testing.T) {
	c := Command{Words: []string{"sh", "-c", "exit 7"}, Output: os.Stderr}
	if err := c.Sink().Send(t.Context(), notice); err == nil || !strings.Contains(err.Error(), "7") {
		t.Errorf("%v", err)
	}
	if got := c.Sink().Tries; got != 1 {
		t.Errorf("it is tried %d times", got)
	}
}

// The end of the watch ends the program too.
func TestCommandEndsWithTheWatch(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c := Command{Words: []string{"sleep", "60"}, Output: os.Stderr}
	if err := c.Sink().Send(ctx, notice); err == nil || !strings.Contains(err.Error(), "ended by us") {
		t.Errorf("%v", err)
	}
}
