// Package gqlhttp serves a GraphQL schema over HTTP: queries and mutations by GET and POST, files in multipart forms, and
// subscriptions as server-sent events or over WebSockets. It parses, bounds and executes requests and reports their errors.
//
// It knows an executable schema and the interfaces of Config, and nothing of what the schema is about.
package gqlhttp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/coercion"
	"minidock/internal/fault"
	"minidock/internal/limit"
)

// Config is what a Handler works with.
type Config struct {
	Schema  graphql.ExecutableSchema
	Viewers Viewers
	Streams Streams
	Limits  limit.GraphQL
	// Scalars judge the values of the schema's own scalars.
	Scalars map[string]coercion.Scalar
	// IsSecret says of the name of an input field or argument that errors do not repeat its texts and numbers, such as passwords; nil for none.
	IsSecret func(name string) bool
	// Lists says how long the lists of an answer are.
	Lists Lists
	// Shown returns, for what a document selects, the function that has the reads of its queries read no more than that; nil for none.
	Shown func(selected map[string][]string) func(context.Context) context.Context
	// Spool begins to keep a file that is received.
	Spool func(context.Context) (Spool, error)
	// Observe is called for each operation that was answered; nil for nothing.
	Observe func(context.Context, Observed)
	// IsUnavailable says of an error that the client may send the request again later; nil for none.
	IsUnavailable func(error) bool
	// Stopping is closed when the server stops, before the streams end.
	Stopping <-chan struct{}
	Log      *slog.Logger
}

// Spool keeps a file while it is received and worked on.
type Spool interface {
	io.Writer
	io.ReaderAt
	// Discard drops the file, unless somebody has kept it for good.
	Discard()
}

// Viewers knows who sends a request.
type Viewers interface {
	// UserID returns the id of the person, or of the machine, that sends the request; "" for somebody who is not signed in. Its error may be
	// a refusal, of a request whose credential is bad.
	UserID(context.Context) (string, error)
	// HasToken says whether the request came with a token that stands, or stood, for somebody who is signed in.
	HasToken(context.Context) bool
	// MayIntrospect says whether the viewer may read the schema.
	MayIntrospect(context.Context) (bool, error)
	// Refresh has the viewer read again when it is next needed, because time has passed or something may have changed.
	Refresh(context.Context)
	// Renew returns a context with a viewer of its own for a further operation on the same connection.
	Renew(context.Context) context.Context
}

// Streams ends connections that stay open together with the session in which they were opened.
type Streams interface {
	// Open registers a connection in the viewer's session, which may have at most max of this kind. The context that it
	// returns is done when the connection must end, with the reason as its cause. Refused with UNAUTHENTICATED when the viewer
	// is not signed in and with RATE_LIMITED when there are too many. The caller closes the stream.
	Open(ctx context.Context, kind StreamKind, max int) (context.Context, Stream, error)
}

// Stream is a connection that stays open.
type Stream interface {
	// Ended is closed when the session has ended. What runs on the stream then has a moment to send its last message.
	Ended() <-chan struct{}
	// Close removes the stream from the session's count.
	Close()
}

// StreamKind distinguishes streams that are counted separately.
type StreamKind string

// The kinds of streams.
const (
	WebSocket   StreamKind = "WebSocket"
	EventStream StreamKind = "event stream"
)

// Handler answers GraphQL requests as the specification "GraphQL over HTTP" requires.
type Handler struct {
	Config
	executor  *executor.Executor
	coercer   *coercion.Coercer
	documents *documents
	// memory bounds the bodies in memory, space the files on disk.
	memory, space *budget
	uploads       *uploads
	present       graphql.ErrorPresenterFunc
}

// New returns the handler of a schema.
func New(c Config) *Handler {
	coercer := &coercion.Coercer{Schema: c.Schema.Schema(), Scalars: c.Scalars, IsSecret: c.IsSecret, MaxErrors: maxErrors}
	h := &Handler{
		Config: c, executor: executor.New(c.Schema), coercer: coercer, documents: newDocuments(coercer, c),
		memory: newMemory(c.Limits), space: newSpace(c.Limits), uploads: newUploads(c.Limits.Uploads, c.Limits.UploadsOfUser),
		present: errorPresenter(c.Log, c.IsUnavailable),
	}
	h.executor.SetQueryCache(h.documents)
	h.executor.SetErrorPresenter(h.present)
	h.executor.SetRecoverFunc(recoverFunc(c.Log))
	h.executor.AroundResponses(capErrors)
	h.executor.AroundResponses(rootPaths)
	h.executor.AroundResponses(h.boundData)
	h.executor.AroundResponses(addCost)
	return h
}

// ServeHTTP answers a GET or a POST with one response or with a stream of them, and serves WebSockets.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isUpgrade(r) {
		h.serveWebSocket(w, r)
		return
	}
	w.Header().Add("Vary", "Accept")
	accepted := negotiate(r)
	if accepted.media == "" && !accepted.stream {
		refuse(w, r, mediaJSON, errNotAcceptable)
		return
	}
	held := &releases{}
	defer held.release()
	request, err := h.readRequest(w, r, held)
	if err != nil {
		held.release()
		if accepted.media == "" && err == errPersistedQuery { // which is about the query, and not about the HTTP request
			writeSSE(w, refused(r, err))
			return
		}
		refuse(w, r, cmp.Or(accepted.media, mediaJSON), err)
		return
	}
	accepted.stream = accepted.stream && !request.hasFile
	r = r.WithContext(graphql.StartOperationTrace(r.Context()))
	ctx, cancel := context.WithTimeout(r.Context(), request.timeout)
	defer cancel()
	operation, response := h.serve(ctx, accepted, request.params, held)
	if response == nil {
		errs := h.serveSSE(w, r, operation)
		if errs == nil {
			return
		}
		response = h.respond(ctx, operation, errs)
	}
	if accepted.media == "" && codeOf(response) != fault.ErrUnavailable.Code && challengeOf(response) == "" { // after these the client can try again
		writeSSE(w, response)
		return
	}
	writeResponse(w, cmp.Or(accepted.media, mediaJSON), response)
}

// serve answers a request, or returns the subscription whose responses are still to come. What the request holds is released
// before the response is written, which takes as long as the client likes.
func (h *Handler) serve(ctx context.Context, accepted accepted, sent *params, held *releases) (*graphql.OperationContext, *graphql.Response) {
	defer held.release()
	operation, errs := h.prepare(ctx, accepted, sent)
	if errs == nil && operation.Operation.Operation == ast.Subscription {
		return operation, nil
	}
	return operation, h.respond(ctx, operation, errs)
}

// respond executes an operation, or answers with the errors that keep it from being executed; that response has no data.
func (h *Handler) respond(ctx context.Context, operation *graphql.OperationContext, errs gqlerror.List) *graphql.Response {
	var response *graphql.Response
	switch {
	case errs == nil:
		response = h.execute(ctx, operation)
	case operation == nil:
		response = h.executor.DispatchError(ctx, h.hideSchema(ctx, errs))
	default:
		response = h.executor.DispatchError(graphql.WithOperationContext(ctx, operation), h.hideSchema(ctx, errs))
	}
	h.observe(ctx, operation, response.Errors)
	return response
}

// execute returns the executor's response, which is nil when the request's time is over before execution begins.
func (h *Handler) execute(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	if doc, ok := operation.Stats.GetExtension(documentExtension).(*document); ok {
		ctx = narrowed(ctx, doc, operation.Operation)
	}
	responses, ctx := h.executor.DispatchOperation(ctx, operation)
	if response := responses(ctx); response != nil {
		return response
	}
	return h.executor.DispatchError(ctx, gqlerror.List{coded(refusalOfEnded(ctx))})
}

// refusalOfEnded says why a request whose context has ended is not answered: it took too long, or the client has gone.
func refusalOfEnded(ctx context.Context) *fault.Refusal {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.ErrTimeout
	}
	return fault.ErrUnavailable
}

// userID returns who sends the request; "" for somebody who is not signed in. A request with a bad token is refused. When it cannot be read
// who sends it, the request is refused with TIMEOUT or UNAVAILABLE: the client may send it again later.
func (h *Handler) userID(ctx context.Context) (string, *fault.Refusal) {
	id, err := h.Viewers.UserID(ctx)
	var refusal *fault.Refusal
	switch {
	case err == nil:
		return id, nil
	case errors.As(err, &refusal):
		return "", refusal
	case ctx.Err() != nil:
		return "", refusalOfEnded(ctx)
	}
	logFailure(ctx, h.Log, err)
	return "", fault.ErrUnavailable
}

// prepare makes an operation ready to be executed, or returns its errors. The context holds the time at which it was received.
func (h *Handler) prepare(ctx context.Context, accepted accepted, sent *params) (*graphql.OperationContext, gqlerror.List) {
	userID, refusal := h.userID(ctx)
	if refusal != nil {
		return nil, gqlerror.List{coded(refusal)}
	}
	isSignedIn := userID != ""
	doc, errs := h.documents.prepare(ctx, sent.query, isSignedIn)
	if errs != nil {
		return nil, errs
	}
	definition, err := doc.operation(sent.operationName)
	if err != nil {
		return nil, gqlerror.List{err}
	}
	variables, errs := h.coerce(doc, definition, sent.variables)
	if errs != nil {
		return &graphql.OperationContext{Operation: definition, Headers: sent.headers}, errs
	}
	operation, errs := h.executor.CreateOperationContext(context.WithValue(ctx, documentKey{}, doc), &graphql.RawParams{
		Query: sent.query, OperationName: definition.Name, Variables: variables, Extensions: sent.extensions, Headers: sent.headers,
	})
	if errs != nil {
		return operation, errs
	}
	operation.Stats.SetExtension(documentExtension, doc)
	return operation, h.check(ctx, accepted, isSignedIn, operation)
}

// documentExtension is where an operation keeps its document.
const documentExtension = "document"

// check refuses an operation that the request's method or Accept header does not allow, or that is over a limit.
func (h *Handler) check(ctx context.Context, accepted accepted, isSignedIn bool, operation *graphql.OperationContext) gqlerror.List {
	if refusal := accepted.refuses(operation.Operation.Operation); refusal != nil {
		return gqlerror.List{coded(refusal)}
	}
	if operation.Operation.Operation == ast.Subscription && !isSignedIn {
		return gqlerror.List{coded(fault.ErrUnauthenticated)} // there is no session that it could end with
	}
	if err := h.checkIntrospection(ctx, operation); err != nil {
		return gqlerror.List{err}
	}
	maxCost := h.Limits.QueryCostSignedOut
	if isSignedIn {
		maxCost = h.Limits.QueryCost
	}
	cost, err := measure(h.Limits, h.Lists, operation.Operation, operation.Variables, maxCost)
	operation.Stats.SetExtension(costExtension, map[string]int{"requested": cost, "limit": maxCost})
	if err != nil {
		return gqlerror.List{err}
	}
	return nil
}

const (
	// costHeader asks for the cost of the operation.
	costHeader = "GraphQL-Cost"
	// costExtension is the extension of a response that holds it.
	costExtension = "cost"
)

// addCost adds the operation's cost to the response if the client asks for it.
func addCost(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if graphql.HasOperationContext(ctx) {
		operation := graphql.GetOperationContext(ctx)
		if cost := operation.Stats.GetExtension(costExtension); cost != nil && operation.Headers.Get(costHeader) != "" {
			graphql.RegisterExtension(ctx, costExtension, cost)
		}
	}
	return next(ctx)
}
