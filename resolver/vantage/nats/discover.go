package nats

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"dns01/resolver/vantage"
)

// How long agents have to make themselves known: so long at most, and no
// longer than that after the one before.
const (
	discoverFor   = 1500 * time.Millisecond
	discoverQuiet = 500 * time.Millisecond
	maxAgents     = 10_000
	// maxPerspectives is how many are asked: a quorum takes a handful, and each
	// may answer with as much as maxReply.
	maxPerspectives = 50
)

// A Described is an agent as it describes itself.
type Described struct {
	ID          string
	Perspective string
	RIR         string
	Tool        string
	Jobs        int
}

// discover asks for the agents that are there, sorted by perspective. One that
// describes itself badly is left out.
func discover(ctx context.Context, conn *natsgo.Conn) ([]Described, error) {
	subject, err := micro.ControlSubject(micro.InfoVerb, service, "")
	if err != nil {
		return nil, err
	}
	inbox := conn.NewRespInbox()
	sub, err := conn.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := conn.PublishRequest(subject, inbox, nil); err != nil {
		return nil, err
	}
	whole, cancel := context.WithTimeout(ctx, discoverFor)
	defer cancel()
	var all []Described
	for len(all) < maxAgents {
		msg, err := nextMessage(whole, sub, len(all) > 0)
		if err != nil {
			if ctx.Err() != nil {
				return all, ctx.Err()
			}
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, natsgo.ErrNoResponders) {
				break
			}
			return all, err
		}
		if d, ok := described(msg.Data); ok {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Described) int {
		return cmp.Or(cmp.Compare(a.Perspective, b.Perspective), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// nextMessage waits for a message; once some have come, not for long.
func nextMessage(ctx context.Context, sub *natsgo.Subscription, some bool) (*natsgo.Msg, error) {
	if some {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, discoverQuiet)
		defer cancel()
	}
	return sub.NextMsgWithContext(ctx)
}

// described reads what an agent says of itself.
func described(data []byte) (Described, bool) {
	var info micro.Info
	if len(data) > maxRequest || json.Unmarshal(data, &info) != nil {
		return Described{}, false
	}
	m := info.Metadata
	d := Described{ID: info.ID, Perspective: m["perspective"], RIR: m["rir"], Tool: m["tool"]}
	d.Jobs, _ = strconv.Atoi(m["jobs"])
	d.Jobs = max(1, min(d.Jobs, 10_000))
	ok := token(d.Perspective) && slices.Contains(vantage.Registries(), d.RIR) && allPlain(d.ID, d.Tool) == nil && len(d.Tool) < 200
	return d, ok
}

// perspectives are the places that agents stand in, each once.
func perspectives(all []Described) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.Perspective)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nobody says that no agent is there, and what to do.
func nobody(host string) error {
	return fmt.Errorf(`no agent answers at %s; start some with "dns01 agent", and check that this user may publish to $SRV.INFO.dns01-agent`, host)
}
