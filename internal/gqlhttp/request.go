package gqlhttp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"time"

	"minidock/internal/coercion"
	"minidock/internal/fault"
	"minidock/internal/request"
)

// What a request can be refused with before it is GraphQL, where nothing of the request has to be repeated.
var (
	errNotAcceptable    = &fault.Refusal{Code: "NOT_ACCEPTABLE", Message: "The Accept header allows none of our media types: application/graphql-response+json, application/json, and text/event-stream for subscriptions, all in UTF-8."}
	errMutationByGet    = &fault.Refusal{Code: "METHOD_NOT_ALLOWED", Message: "A mutation must be sent by POST, not by GET."}
	errNoStream         = &fault.Refusal{Code: "NOT_ACCEPTABLE", Message: "A subscription needs a stream: accept text/event-stream, or use a WebSocket."}
	errStreamOnly       = &fault.Refusal{Code: "METHOD_NOT_ALLOWED", Message: "Only subscriptions are answered with a stream. Send queries and mutations by POST, and accept application/json."}
	errTooLarge         = &fault.Refusal{Code: "PAYLOAD_TOO_LARGE", Message: "The request is too large."}
	errNotReceived      = badRequest("The request could not be received to its end.")
	errQueryString      = badRequest("The query string cannot be decoded: percent-encode its parameters in UTF-8.")
	errNoQuery          = badRequest("The request has no query.")
	errBadQuery         = badRequest("query must be a string.")
	errBadVariables     = badRequest("variables must be a JSON object.")
	errBadExtensions    = badRequest("extensions must be a JSON object.")
	errBadOperationName = badRequest("operationName must be a string.")
	// errPersistedQuery has the message that clients know: they send the request again with its query.
	errPersistedQuery = &fault.Refusal{Code: "PERSISTED_QUERY_NOT_SUPPORTED", Message: "PersistedQueryNotSupported"}
)

// badRequest returns the refusal of a request that is malformed. What a client has sent is quoted with coercion.Inspect, which
// bounds it.
func badRequest(format string, values ...any) *fault.Refusal {
	return &fault.Refusal{Code: "BAD_REQUEST", Message: fmt.Sprintf(format, values...)}
}

// params are what a client asks for.
type params struct {
	query, operationName string
	variables            *coercion.Object
	extensions           map[string]any
	headers              http.Header
}

// parsedRequest is a request that could be read.
type parsedRequest struct {
	params  *params
	timeout time.Duration
	// hasFile says that a file was sent with it.
	hasFile bool
}

// releases release what a request holds: memory, a file, a place. They are called when the response is ready, and in any case in the end.
type releases []func()

func (r *releases) add(release func()) { *r = append(*r, release) }

// release releases what was added last first. A second call does nothing.
func (r *releases) release() {
	for _, release := range slices.Backward(*r) {
		release()
	}
	*r = nil
}

// readRequest reads a request, or says why it cannot be read. What it holds then is added to held.
func (h *Handler) readRequest(w http.ResponseWriter, r *http.Request, held *releases) (*parsedRequest, *fault.Refusal) {
	var sent *params
	var refusal *fault.Refusal
	switch r.Method {
	case http.MethodGet:
		sent, refusal = readQuery(r)
	case http.MethodPost:
		isForm, refused := checkContent(r.Header)
		switch {
		case refused != nil:
			refusal = refused
		case isForm:
			return h.readMultipart(w, r, held)
		default:
			sent, refusal = h.readJSON(w, r, held)
		}
	default:
		refusal = &fault.Refusal{Code: "METHOD_NOT_ALLOWED", Message: fmt.Sprintf("The method is %s: send a GET or a POST.", coercion.Inspect(r.Method))}
	}
	if refusal != nil {
		return nil, refusal
	}
	sent.headers = r.Header
	return &parsedRequest{params: sent, timeout: h.Limits.RequestTime}, nil
}

func (h *Handler) readJSON(w http.ResponseWriter, r *http.Request, held *releases) (*params, *fault.Refusal) {
	ctx, cancel := context.WithTimeout(r.Context(), h.Limits.ReadTime)
	defer cancel()
	memory := h.memory.hold(request.CallerOf(ctx).Network())
	held.add(memory.release)
	received := &body{from: r.Body, memory: memory}
	defer received.discard()
	if refusal := h.receiveJSON(ctx, received, r.ContentLength); refusal != nil {
		return nil, refusal
	}
	stopReadDeadline(w)
	return decode("The body", received.bytes())
}

// stopReadDeadline keeps the time in which a body must arrive from ending a request whose body has arrived.
func stopReadDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

// receiveJSON reads a body whose length is declared, or -1. As much of it as anybody may send is read before the viewer is: once,
// when the body is complete. With a longer body the viewer is read before the rest of it is received, and again afterwards.
func (h *Handler) receiveJSON(ctx context.Context, received *body, declared int64) *fault.Refusal {
	if declared > h.Limits.BodyBytes {
		return errTooLarge
	}
	short := min(h.Limits.BodyBytesSignedOut, h.Limits.BodyBytes)
	isLong, err := declared > short, error(nil)
	if !isLong {
		isLong, err = received.read(ctx, declaredOr(short, declared))
	}
	if err == nil && isLong {
		if refusal := h.refuseLong(ctx); refusal != nil {
			return refusal
		}
		defer h.Viewers.Refresh(ctx)
		isLong, err = received.read(ctx, declaredOr(h.Limits.BodyBytes, declared))
	}
	switch {
	case err != nil:
		return unreadable(err, errNotReceived)
	case isLong:
		return errTooLarge
	}
	return nil
}

// declaredOr returns the declared length of a body, or the most that it may have.
func declaredOr(most, declared int64) int64 {
	if declared >= 0 {
		return declared
	}
	return most
}

// refuseLong refuses a body that only clients may send that are signed in. Those whose session has ended can sign in again.
func (h *Handler) refuseLong(ctx context.Context) *fault.Refusal {
	userID, refusal := h.userID(ctx)
	switch {
	case refusal != nil || userID != "":
		return refusal
	case h.Viewers.HasToken(ctx):
		return fault.ErrUnauthenticated
	}
	return errTooLarge
}

// unreadable says why a body could not be received: there is no room for it, it is too large, too slow, its file cannot be written, or
// whatever otherwise says.
func unreadable(err error, otherwise *fault.Refusal) *fault.Refusal {
	var refusal *fault.Refusal
	var large *http.MaxBytesError
	var notWritten *fs.PathError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.As(err, &large):
		return errTooLarge
	case errors.As(err, &notWritten):
		return errNotSaved
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fault.ErrTimeout
	}
	return otherwise
}
