package nats

import (
	"context"
	"errors"
	"strconv"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// maxLook is how long a look may take, however long its caller would wait.
const maxLook = time.Minute

// request takes a request, or says at once that there is no room for it.
func (s *serving) request(req micro.Request) {
	select {
	case s.room <- struct{}{}:
	default:
		s.refuse(req, refuse(busy, "this agent has %d requests under way and as many waiting; ask again in a moment", s.Jobs))
		return
	}
	begun := time.Now()
	s.wg.Go(func() {
		defer func() { <-s.room }()
		s.looks <- struct{}{}
		defer func() { <-s.looks }()
		data, err := spared(s.hold, s.Say, func(ctx context.Context) ([]byte, error) { return s.look(ctx, req.Data(), begun) })
		if err != nil {
			s.refuse(req, err)
			return
		}
		// Not req.Respond, which tells the service of failures that it reads as
		// soon as its handler is back.
		if err := s.conn.Publish(req.Reply(), data); err != nil {
			s.Say("an answer could not be sent: %v", err)
		}
	})
}

// look answers one request.
func (s *serving) look(ctx context.Context, data []byte, begun time.Time) ([]byte, error) {
	r, err := ParseRequest(data)
	if err != nil {
		return nil, err
	}
	within := time.Duration(r.WithinMS) * time.Millisecond
	if within <= 0 || within > maxLook {
		within = maxLook
	}
	// The answer has a way to go as well.
	ctx, cancel := context.WithDeadline(ctx, begun.Add(within-within/10))
	defer cancel()
	if ctx.Err() != nil {
		return nil, refuse(busy, "the request waited longer than its caller does")
	}
	sight, err := s.Look(ctx, r)
	if err != nil {
		return nil, err
	}
	if s.hold.Err() != nil {
		return nil, refuse(unable, "this agent is ending")
	}
	s.Say("looked at %s for a request: %d questions in %v", counted(len(r.Names), "name"), sight.Queries, sight.Took.Round(time.Millisecond))
	return s.answer(sight)
}

// answer makes the message of a sight. What single servers said is left out
// when it makes the message too large: what the resolver concluded decides.
func (s *serving) answer(sight Sighting) ([]byte, error) {
	sight.Perspective.Name, sight.Perspective.RIR = s.Perspective, s.RIR
	seen := seenOf(&sight.Perspective)
	seen.Tool, seen.Withheld, seen.Queries, seen.TookMS = s.Tool, sight.Withheld, sight.Queries, sight.Took.Milliseconds()
	data, err := pack(seen)
	if err == nil && int64(len(data)) > s.conn.MaxPayload() {
		seen.Servers = nil
		data, err = pack(seen)
	}
	if err == nil && int64(len(data)) > s.conn.MaxPayload() {
		err = refuse(tooLarge, "the answer has %d octets, more than the NATS server passes on; ask for fewer names", len(data))
	}
	return data, err
}

// refuse answers with an error.
func (s *serving) refuse(req micro.Request, err error) {
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		r = refuse(failedInner, "%v", err)
	}
	s.Say("refused a request: %s", r.Text)
	_ = s.conn.PublishMsg(&natsgo.Msg{Subject: req.Reply(), Header: natsgo.Header{
		micro.ErrorHeader:     {header(r.Text)},
		micro.ErrorCodeHeader: {strconv.Itoa(r.Code)},
	}})
}

// header makes a text fit for a header of a message.
func header(s string) string {
	out := []rune(cut3(s))
	for i, r := range out {
		if r < ' ' || r >= 0x7f {
			out[i] = '?'
		}
	}
	return string(out)
}

// cut3 keeps a sentence or three.
func cut3(s string) string {
	const most = 500
	if len(s) > most {
		return s[:most]
	}
	return s
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
