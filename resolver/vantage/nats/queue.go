package nats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The streams of batches. Whoever runs the NATS server may make them
// beforehand, with replicas and limits of its own; a coordinator makes those
// that are missing, and removes its own when nobody uses them any more.
const (
	workStream   = "DNS01_WORK_V1"
	resultStream = "DNS01_RESULT_V1"
	agents       = "agents" // the consumer of the work that all agents share
)

// wakeSubject tells agents that there may be work again.
const wakeSubject = "dns01.v1.wake"

const (
	// keepFor is how long the streams keep what nobody takes: the leavings of
	// a coordinator that was killed.
	keepFor = time.Hour
	// sameFor is how long a message counts as the same when it comes again.
	sameFor = 2 * time.Minute
	// maxTries is how many agents may be lost over one order.
	maxTries = 5
	// forgetAfter is how long the results of a run wait for a coordinator that
	// lost its connection.
	forgetAfter = 5 * time.Minute
)

// made marks what a coordinator made and may remove.
func made() map[string]string { return map[string]string{"made-by": "dns01 batch"} }

func workConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: workStream, Subjects: []string{workSubject + "*.*"},
		Description: "orders for dns01 agents to judge",
		Retention:   jetstream.WorkQueuePolicy, MaxAge: keepFor, Duplicates: sameFor,
		MaxMsgSize: maxRequest + 1024, Metadata: made(),
	}
}

func resultConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: resultStream, Subjects: []string{resultSubject + "*.*"},
		Description: "what became of orders, for the batch that they are of",
		Retention:   jetstream.WorkQueuePolicy, MaxAge: keepFor, Duplicates: sameFor,
		Metadata: made(),
	}
}

// agentsConfig is the consumer of the agents. An order goes to another agent
// when its own has not been heard of for so long.
func agentsConfig(lostAfter time.Duration) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable: agents, AckPolicy: jetstream.AckExplicitPolicy, AckWait: lostAfter,
		MaxDeliver: -1, MaxAckPending: 20_000, Metadata: made(),
	}
}

// ensureStream returns a stream, made if it is missing.
func ensureStream(ctx context.Context, js jetstream.JetStream, c jetstream.StreamConfig) (jetstream.Stream, error) {
	wait := 50 * time.Millisecond
	for {
		s, err := js.Stream(ctx, c.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			s, err = js.CreateStream(ctx, c)
		}
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another coordinator was quicker
			s, err = js.Stream(ctx, c.Name)
		}
		if !beingRemoved(err) || wait > mostPatience || !pause(ctx, wait) {
			return s, err
		}
		wait *= 2
	}
}

// mostPatience is the longest pause before a stream is made again.
const mostPatience = 2 * time.Second

// beingRemoved reports whether a stream could not be made because the server
// still clears away the files of one of that name, which the batch before left.
func beingRemoved(err error) bool {
	const streamCreate = 10049 // JSStreamCreateErrF of nats-server's errors.json
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && api.ErrorCode == streamCreate
}

// whyNoQueue tells why there is no work queue, and what to do.
func whyNoQueue(err error, host string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount), errors.Is(err, natsgo.ErrNoResponders):
		return fmt.Errorf("JetStream is switched off at %s, and batches need it; start nats-server with -js, or allow it to the account", host)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("JetStream at %s does not answer; see that this user may publish to $JS.API.> and read from _INBOX.>, and that the server is not overloaded", host)
	}
	return fmt.Errorf("JetStream at %s: %w", host, err)
}

// subjectOf is the subject of an order of a run, or of its result.
func subjectOf(prefix, run string, number int) string {
	return prefix + run + "." + strconv.Itoa(number)
}

// orderOf is the run and the order that a subject of work is of.
func orderOf(subject string) (run string, number int) {
	run, text, _ := strings.Cut(strings.TrimPrefix(subject, workSubject), ".")
	number, err := strconv.Atoi(text)
	if err != nil {
		return run, 0
	}
	return run, number
}
