package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/session"
)

// serveEvents answers a subscription with server-sent events: "next" with each answer, and "complete" behind the last. A
// stream that ends without "complete" was cut, and may be asked for anew. Where no stream can be opened it says why, and writes
// nothing.
func (a *api) serveEvents(w http.ResponseWriter, r *http.Request, operation *graphql.OperationContext) gqlerror.List {
	ctx, stream, err := a.resolver.Sessions.Open(r.Context(), viewer(r.Context()), session.EventStream, a.limits.SocketSubscriptions)
	if err != nil {
		return gqlerror.List{coded(refusalOf(r.Context(), a.log, err))}
	}
	defer stream.Close()
	a.streamEvents(ctx, operation, newEvents(w))
	return nil
}

// tellEvent writes a stream of one answer. So refusals are told to clients that take nothing but a stream: they take any other
// status for a failure of the network and send it again.
func tellEvent(w http.ResponseWriter, response *graphql.Response) {
	events := newEvents(w)
	events.next(response)
	events.complete()
}

func (a *api) streamEvents(ctx context.Context, operation *graphql.OperationContext, events *events) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan *graphql.Response)
	tell := func(response *graphql.Response) {
		select {
		case answers <- response:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(answers)
		a.guarded(ctx, tell, func() { a.run(ctx, operation, tell) })
	}()
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for events.alive() {
		select {
		case response, more := <-answers:
			if !more {
				if ctx.Err() == nil {
					events.complete()
				}
				return
			}
			events.next(response)
		case <-ticker.C:
			events.beat()
		}
	}
}

// events writes server-sent events, each at once, until the client takes no more.
type events struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	err        error
}

func newEvents(w http.ResponseWriter) *events {
	e := &events{w: w, controller: http.NewResponseController(w)}
	e.err = e.controller.SetReadDeadline(time.Time{}) // the request is read; the answer takes as long as it takes
	w.Header().Set("Content-Type", mediaEvents+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK) // from here on each event has a time of its own to be written
	e.beat()
	return e
}

// beat writes a comment.
func (e *events) beat() { e.write(":\n\n") }

func (e *events) next(response *graphql.Response) {
	e.write("event: next\ndata: " + string(encode(response)) + "\n\n")
}

func (e *events) complete() { e.write("event: complete\ndata:\n\n") }

func (e *events) alive() bool { return e.err == nil }

func (e *events) write(text string) {
	if e.err == nil {
		e.err = e.controller.SetWriteDeadline(time.Now().Add(patience))
	}
	if e.err == nil {
		_, e.err = e.w.Write([]byte(text))
	}
	if e.err == nil {
		e.err = e.controller.Flush()
	}
}
