package gqlhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/fault"
	"minidock/internal/request"
)

// What a request can be refused with before it is GraphQL.
var (
	errNotAcceptable    = &fault.Refusal{Code: "NOT_ACCEPTABLE", Message: "Answers come as application/graphql-response+json or application/json, those of subscriptions as text/event-stream, in UTF-8."}
	errMethod           = &fault.Refusal{Code: "METHOD_NOT_ALLOWED", Message: "Send a GET or a POST."}
	errMutationByGet    = &fault.Refusal{Code: "METHOD_NOT_ALLOWED", Message: "A GET only reads. Send a POST."}
	errNoStream         = &fault.Refusal{Code: "NOT_ACCEPTABLE", Message: "A subscription is answered as text/event-stream or over a WebSocket."}
	errStreamOnly       = &fault.Refusal{Code: "METHOD_NOT_ALLOWED", Message: "Only subscriptions are answered here. Send queries and mutations by POST, for an answer in JSON."}
	errMediaType        = &fault.Refusal{Code: "UNSUPPORTED_MEDIA_TYPE", Message: "Send application/json in UTF-8, or multipart/form-data."}
	errTooLarge         = &fault.Refusal{Code: "PAYLOAD_TOO_LARGE", Message: "The request is too large."}
	errBatch            = &fault.Refusal{Code: "BAD_REQUEST", Message: "Send one operation at a time."}
	errNoQuery          = &fault.Refusal{Code: "BAD_REQUEST", Message: "There is no query."}
	errBadQuery         = &fault.Refusal{Code: "BAD_REQUEST", Message: "query must be a string."}
	errBadVariables     = &fault.Refusal{Code: "BAD_REQUEST", Message: "variables must be an object."}
	errBadExtensions    = &fault.Refusal{Code: "BAD_REQUEST", Message: "extensions must be an object."}
	errBadOperationName = &fault.Refusal{Code: "BAD_REQUEST", Message: "operationName must be a string."}
)

// parsedRequest is a request that could be read.
type parsedRequest struct {
	params  *graphql.RawParams
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
	params, refusal := (*graphql.RawParams)(nil), errMethod
	switch r.Method {
	case http.MethodGet:
		params, refusal = readQuery(r)
	case http.MethodPost:
		mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		charset := parameters["charset"]
		switch {
		case mediaType == "multipart/form-data":
			return h.readMultipart(w, r, held)
		case mediaType != mediaJSON || charset != "" && !strings.EqualFold(charset, "utf-8"):
			refusal = errMediaType
		default:
			params, refusal = h.readJSON(w, r, held)
		}
	}
	if refusal != nil {
		return nil, refusal
	}
	params.Headers = r.Header
	return &parsedRequest{params: params, timeout: h.Limits.RequestTime}, nil
}

func (h *Handler) readJSON(w http.ResponseWriter, r *http.Request, held *releases) (*graphql.RawParams, *fault.Refusal) {
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
	return decode(received.bytes())
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
		return unreadable(err, errUnreadable)
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

// readQuery reads the parameters of a GET.
func readQuery(r *http.Request) (*graphql.RawParams, *fault.Refusal) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // what cannot be read must not be left out in silence
		return nil, errUnreadable
	}
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		if !utf8.ValidString(values.Get(name)) {
			return nil, errUnreadable
		}
	}
	fields := map[string]json.RawMessage{}
	for _, name := range []string{"query", "operationName"} {
		if values.Has(name) {
			quoted, err := json.Marshal(values.Get(name))
			if err != nil {
				return nil, errUnreadable
			}
			fields[name] = quoted
		}
	}
	for _, name := range []string{"variables", "extensions"} {
		if text := values.Get(name); text != "" {
			fields[name] = json.RawMessage(text)
		}
	}
	return assemble(fields)
}

// decode reads a request in JSON. Its errors never repeat the text, which may hold a password.
func decode(body []byte) (*graphql.RawParams, *fault.Refusal) {
	if !utf8.Valid(body) {
		return nil, errUnreadable
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, errBatch
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, errUnreadable
	}
	return assemble(fields)
}

// assemble makes a request of its fields, each of which must have its type. Other fields are ignored.
func assemble(fields map[string]json.RawMessage) (*graphql.RawParams, *fault.Refusal) {
	params := &graphql.RawParams{}
	for _, field := range []struct {
		name   string
		into   any
		refuse *fault.Refusal
	}{
		{"query", &params.Query, errBadQuery},
		{"operationName", &params.OperationName, errBadOperationName},
		{"variables", &params.Variables, errBadVariables},
		{"extensions", &params.Extensions, errBadExtensions},
	} {
		if text, ok := fields[field.name]; ok && !decodeField(text, field.into) {
			return nil, field.refuse
		}
	}
	if params.Query == "" {
		return nil, errNoQuery
	}
	return params, nil
}

func decodeField(text json.RawMessage, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(into) != nil {
		return false
	}
	_, err := decoder.Token()
	return errors.Is(err, io.EOF) // nothing follows
}
