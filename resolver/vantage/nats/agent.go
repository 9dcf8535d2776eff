package nats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"

	"dns01/resolver/survey"
	"dns01/resolver/vantage"
)

// service is what agents are called in NATS' own discovery.
const service = "dns01-agent"

// An Agent answers for one perspective, and takes its share of batches.
type Agent struct {
	Options     Options
	Perspective string // one token: "eu-west"
	RIR         string // one of [vantage.Registries]
	Tool        string // "dns01 v1.2.0"
	// Jobs is how many requests, and how many orders besides, are under way
	// at once. So many requests again may wait; others are told to come back.
	Jobs int
	// Drain is how long what is under way may still take once Serve is to end.
	Drain time.Duration

	// Look looks at the names of a request. It may refuse it with a [Refusal].
	Look func(context.Context, Request) (Sighting, error)
	// Judge judges an order. It may refuse it with a [Refusal].
	Judge func(context.Context, Order) (Verdict, error)
	// Say tells people what happens, a line each; it is called from many
	// goroutines.
	Say func(format string, args ...any)

	// Retry is how long to wait before what failed is tried again; 0 is two
	// seconds.
	Retry time.Duration
}

// A Sighting is what Look saw.
type Sighting struct {
	Perspective survey.Perspective // its name and registry are the agent's
	Withheld    []string           // servers that are not asked, a clause each
	Queries     int
	Took        time.Duration
}

// A Verdict is what Judge came to.
type Verdict struct {
	Line  []byte // of the batch's results
	Short []byte // the same without the report, for when Line is too large
	Slow  []SlowZone
}

// Check reports what is wrong with the agent's own description.
func (a *Agent) Check() error {
	switch {
	case !token(a.Perspective):
		return fmt.Errorf("the perspective %q is no word of letters, digits, - and _, such as eu-west", a.Perspective)
	case !slices.Contains(vantage.Registries(), a.RIR):
		return fmt.Errorf("%q is no regional internet registry", a.RIR)
	}
	return nil
}

// Serve answers until ctx ends; then it finishes what is under way, or gives
// it back. A server that cannot be reached is tried again; credentials that
// are not taken, and options that make no sense, are errors.
func (a *Agent) Serve(ctx context.Context) error {
	if err := errors.Join(a.Check(), a.Options.Check()); err != nil {
		return err
	}
	closed := make(chan struct{})
	conn, err := a.reach(ctx, closed)
	if conn == nil {
		return err
	}
	defer conn.Close()

	s := &serving{Agent: a, conn: conn, looks: make(chan struct{}, a.Jobs), room: make(chan struct{}, 2*a.Jobs), orders: make(chan struct{}, a.Jobs)}
	hold, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	s.hold = hold
	if s.js, err = jetstream.New(conn); err != nil {
		return err
	}
	svc, err := s.announce()
	if err != nil {
		return fmt.Errorf("announcing the agent: %w", err)
	}
	a.Say("agent %s (%s) answers at %s", a.Perspective, a.RIR, a.Options.Host())

	pulling, stop := context.WithCancel(ctx)
	pulled := make(chan struct{})
	go func() { defer close(pulled); s.pull(pulling) }()
	select {
	case <-ctx.Done():
	case <-closed:
		err = a.ended(conn)
	}
	stop()
	_ = svc.Stop() // takes no more; what has come is still answered
	<-pulled
	s.finish(release)
	if !conn.IsClosed() {
		_ = conn.FlushTimeout(time.Second)
	}
	return err
}

// reach connects, again and again while no server answers. Without a
// connection the error is nil when ctx ended.
func (a *Agent) reach(ctx context.Context, closed chan struct{}) (*natsgo.Conn, error) {
	o := a.Options
	o.Name = "dns01 agent " + a.Perspective
	o.Lost = func(err error) { a.Say("the connection is lost: %v; trying to get it back", err) }
	o.Back = func() { a.Say("connected again to %s", o.Host()) }
	for told := false; ; told = true {
		conn, err := o.connect()
		if err == nil {
			conn.SetClosedHandler(func(*natsgo.Conn) { close(closed) })
			if conn.IsClosed() { // before the handler was there
				return nil, a.ended(conn)
			}
			return conn, nil
		}
		if _, ours := errors.AsType[*OptionError](err); ours {
			return nil, err
		}
		if _, theirs := errors.AsType[*Denied](err); theirs {
			return nil, err
		}
		if !told {
			a.Say("%v; trying again", err)
		}
		if !pause(ctx, a.retry()) {
			return nil, nil
		}
	}
}

// ended says why the connection is closed for good.
func (a *Agent) ended(conn *natsgo.Conn) error {
	if err := conn.LastError(); err != nil {
		return a.Options.why(err)
	}
	return fmt.Errorf("the connection to %s was closed", a.Options.Host())
}

func (a *Agent) retry() time.Duration {
	if a.Retry > 0 {
		return a.Retry
	}
	return 2 * time.Second
}

// pause waits; it reports false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// serving is an agent with its connection.
type serving struct {
	*Agent
	conn *natsgo.Conn
	js   jetstream.JetStream
	hold context.Context // of what is under way: it ends after the agent's

	room   chan struct{} // requests that were taken
	looks  chan struct{} // and those of them under way
	orders chan struct{} // orders under way
	wg     sync.WaitGroup
}

// announce makes the agent known to NATS' discovery, and lets requests come.
// Agents of one perspective share a queue: one of them answers.
func (s *serving) announce() (micro.Service, error) {
	svc, err := micro.AddService(s.conn, micro.Config{
		Name: service, Version: fmt.Sprintf("%d.0.0", Version),
		Description: "looks at the DNS as a certificate authority does",
		Metadata: map[string]string{
			"perspective": s.Perspective, "rir": s.RIR, "tool": s.Tool, "jobs": strconv.Itoa(s.Jobs),
		},
	})
	if err != nil {
		return nil, err
	}
	err = svc.AddEndpoint("look", micro.HandlerFunc(s.request),
		micro.WithEndpointSubject(lookSubject+s.Perspective), micro.WithEndpointQueueGroup("agents"))
	if err == nil {
		err = s.conn.Flush()
	}
	return svc, err
}

// finish waits for what is under way, and ends it when that takes too long.
func (s *serving) finish(release context.CancelFunc) {
	idle := make(chan struct{})
	go func() { s.wg.Wait(); close(idle) }()
	select {
	case <-idle:
		return
	default:
		s.Say("finishing what is under way, within %v", s.Drain)
	}
	t := time.NewTimer(s.Drain)
	defer t.Stop()
	select {
	case <-idle:
	case <-t.C:
		s.Say("giving back what is not finished")
		release()
		<-idle
	}
}
