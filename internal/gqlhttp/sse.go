package gqlhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// serveSSE answers a subscription with server-sent events: "next" with each response, and "complete" after the last. A stream that
// ends without "complete" was cut off, and the client may subscribe again. It returns errors, and writes nothing, when no stream
// can be opened.
func (h *Handler) serveSSE(w http.ResponseWriter, r *http.Request, operation *graphql.OperationContext) gqlerror.List {
	ctx, stream, err := h.Streams.Open(r.Context(), EventStream, h.Limits.SocketSubscriptions)
	if err != nil {
		return gqlerror.List{coded(refusalOf(r.Context(), h.Log, h.IsUnavailable, err))}
	}
	defer stream.Close()
	h.streamSSE(ctx, operation, newSSEWriter(w))
	return nil
}

// writeSSE writes a stream of one response. Clients that accept nothing but a stream get refusals in this form: they take any other
// status for a failure of the network and send the request again.
func writeSSE(w http.ResponseWriter, response *graphql.Response) {
	events := newSSEWriter(w)
	events.next(encode(response))
	events.complete()
}

func (h *Handler) streamSSE(ctx context.Context, operation *graphql.OperationContext, events *sseWriter) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	responses := make(chan []byte)
	send := func(response *graphql.Response) {
		select {
		case responses <- encode(response): // the executor writes the next response over this one
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(responses)
		h.protect(ctx, send, func() { h.subscribe(ctx, operation, send) })
	}()
	ticker := time.NewTicker(h.Limits.StreamPing)
	defer ticker.Stop()
	for events.isOpen() {
		select {
		case response, more := <-responses:
			if !more {
				if ctx.Err() == nil {
					events.complete()
				}
				return
			}
			events.next(response)
		case <-ticker.C:
			events.ping()
		}
	}
}

// sseWriter writes server-sent events, each at once, until the client does not receive them any more.
type sseWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	err        error
}

func newSSEWriter(w http.ResponseWriter) *sseWriter {
	e := &sseWriter{w: w, controller: http.NewResponseController(w)}
	e.err = e.controller.SetReadDeadline(time.Time{}) // the request has been read, and the stream has no end
	w.Header().Set("Content-Type", mediaSSE+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK) // from here on each event has its own deadline
	e.ping()
	return e
}

// ping writes a comment.
func (e *sseWriter) ping() { e.write(":\n\n") }

func (e *sseWriter) next(response []byte) {
	e.write("event: next\ndata: " + string(response) + "\n\n")
}

// complete writes the last event. It is sent together with the end of the response: a client that has this event gives the response up,
// which browsers report as a failure if it has not ended.
func (e *sseWriter) complete() { e.buffer("event: complete\ndata:\n\n") }

func (e *sseWriter) isOpen() bool { return e.err == nil }

func (e *sseWriter) write(text string) {
	e.buffer(text)
	if e.err == nil {
		e.err = e.controller.Flush()
	}
}

// buffer writes what is sent with what is written next, or with the end of the response.
func (e *sseWriter) buffer(text string) {
	if e.err == nil {
		e.err = e.controller.SetWriteDeadline(time.Now().Add(messageTimeout))
	}
	if e.err == nil {
		_, e.err = e.w.Write([]byte(text))
	}
}
