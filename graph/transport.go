package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/access"
	"minidock/internal/fault"
	"minidock/internal/limit"
	"minidock/internal/requestid"
)

// api answers GraphQL requests as the specification "GraphQL over HTTP" says.
type api struct {
	resolver  *Resolver
	present   graphql.ErrorPresenterFunc
	executor  *executor.Executor
	documents *documents
	limits    limit.Limits
	uploads   *places
	log       *slog.Logger
}

// NewHandler returns the handler that answers GraphQL requests. It fails when a root field of the schema does not say
// who may ask for it.
func NewHandler(r *Resolver, limits limit.Limits, log *slog.Logger) (http.Handler, error) {
	schema := NewExecutableSchema(Config{Schema: schemaWithoutDefer(), Resolvers: r, Directives: directives()})
	if err := checkAccess(schema.Schema()); err != nil {
		return nil, err
	}
	a := &api{
		resolver: r, present: errorPresenter(log), executor: executor.New(schema), documents: newDocuments(schema.Schema(), limits),
		limits: limits, uploads: newPlaces(limits.Uploads, limits.UploadsOfUser), log: log,
	}
	a.executor.SetQueryCache(a.documents)
	a.executor.SetErrorPresenter(a.present)
	a.executor.SetRecoverFunc(recoverFunc(log))
	a.executor.Use(checkVariables{schema: schema.Schema(), listLength: limits.ListLength})
	a.executor.AroundResponses(capErrors)
	a.executor.AroundResponses(tellCost)
	return a, nil
}

// schemaWithoutDefer returns the schema without the directive that the parser puts into every one: an answer comes whole.
func schemaWithoutDefer() *ast.Schema {
	schema := *parsedSchema
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer")
	return &schema
}

// ServeHTTP answers a GET or a POST, with one answer or with a stream of them, and talks over a WebSocket.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isUpgrade(r) {
		a.serveSocket(w, r)
		return
	}
	w.Header().Add("Vary", "Accept")
	came := way{method: r.Method}
	came.media, came.events = negotiate(r.Header.Values("Accept"))
	if came.media == "" && !came.events {
		refuse(w, r, mediaJSON, errNotAcceptable)
		return
	}
	request, err := a.readRequest(w, r)
	if err != nil {
		refuse(w, r, cmp.Or(came.media, mediaJSON), err)
		return
	}
	came.events = came.events && !request.upload
	r = r.WithContext(graphql.StartOperationTrace(r.Context()))
	ctx, cancel := context.WithTimeout(r.Context(), request.deadline)
	defer cancel()
	operation, response := a.serve(ctx, came, request)
	if response == nil {
		wrong := a.serveEvents(w, r, operation)
		if wrong == nil {
			return
		}
		response = a.answer(ctx, operation, wrong)
	}
	if came.media == "" && codeOf(response) != fault.ErrUnavailable.Code { // after which the client should ask again
		tellEvent(w, response)
		return
	}
	writeAnswer(w, cmp.Or(came.media, mediaJSON), response)
}

// serve answers a request, or returns the subscription whose answers are still to come. What the request holds is given back
// before its answer is written, which takes as long as the client pleases.
func (a *api) serve(ctx context.Context, came way, request *request) (*graphql.OperationContext, *graphql.Response) {
	defer request.release()
	operation, wrong := a.prepare(ctx, came, request.params)
	if wrong == nil && operation.Operation.Operation == ast.Subscription {
		return operation, nil
	}
	return operation, a.answer(ctx, operation, wrong)
}

// answer executes an operation, or says why not; then the answer has no data.
func (a *api) answer(ctx context.Context, operation *graphql.OperationContext, wrong gqlerror.List) *graphql.Response {
	var response *graphql.Response
	switch {
	case wrong == nil:
		response = a.execute(ctx, operation)
	case operation == nil:
		response = a.executor.DispatchError(ctx, a.discreet(ctx, wrong))
	default:
		response = a.executor.DispatchError(graphql.WithOperationContext(ctx, operation), a.discreet(ctx, wrong))
	}
	a.observe(ctx, operation, response.Errors)
	return response
}

// execute gives the executor's answer, which has none when the time is over before it begins.
func (a *api) execute(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	responses, ctx := a.executor.DispatchOperation(ctx, operation)
	if response := responses(ctx); response != nil {
		return response
	}
	return a.executor.DispatchError(ctx, gqlerror.List{coded(overdue(ctx))})
}

// overdue says what became of a request whose context has ended: its time is over, or nobody waits for it any more.
func overdue(ctx context.Context) *fault.Refusal {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.ErrTimeout
	}
	return fault.ErrUnavailable
}

// principal returns who sends the request. Whatever keeps that from being read, the client may ask again later.
func (a *api) principal(ctx context.Context) (*access.Principal, *fault.Refusal) {
	principal, err := viewer(ctx).Principal(ctx)
	switch {
	case err == nil:
		return principal, nil
	case ctx.Err() != nil:
		return nil, overdue(ctx)
	}
	a.log.ErrorContext(ctx, "request failed", "requestId", requestid.Of(ctx), "error", err.Error())
	return nil, fault.ErrUnavailable
}

// prepare makes an operation ready to be executed, or says what is wrong with it. The context has the time when it came in.
func (a *api) prepare(ctx context.Context, came way, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	principal, refusal := a.principal(ctx)
	if refusal != nil {
		return nil, gqlerror.List{coded(refusal)}
	}
	if wrong := a.documents.prepare(ctx, params.Query, principal.SignedIn()); wrong != nil {
		return nil, wrong
	}
	operation, wrong := a.executor.CreateOperationContext(ctx, params)
	if wrong != nil {
		return operation, wrong
	}
	return operation, a.check(ctx, came, principal, operation)
}

// discreet keeps the schema's names from whoever may not ask for them.
func (a *api) discreet(ctx context.Context, wrong gqlerror.List) gqlerror.List {
	if admitted, err := a.resolver.Admits(ctx, a.resolver.Introspection); err == nil && admitted {
		return wrong
	}
	return withoutSuggestions(wrong)
}

// check refuses an operation that may not come this way or is over a limit.
func (a *api) check(ctx context.Context, came way, principal *access.Principal, operation *graphql.OperationContext) gqlerror.List {
	if refusal := came.refuses(operation.Operation.Operation); refusal != nil {
		return gqlerror.List{coded(refusal)}
	}
	if operation.Operation.Operation == ast.Subscription && !principal.SignedIn() {
		return gqlerror.List{coded(fault.ErrUnauthenticated)} // there is no session that it could end with
	}
	if err := a.checkIntrospection(ctx, operation); err != nil {
		return gqlerror.List{err}
	}
	maxCost := a.limits.QueryCostSignedOut
	if principal.SignedIn() {
		maxCost = a.limits.QueryCost
	}
	cost, err := measure(a.limits, operation.Operation, operation.Variables, maxCost)
	operation.Stats.SetExtension(costExtension, map[string]int{"requested": cost, "limit": maxCost})
	if err != nil {
		return gqlerror.List{err}
	}
	return nil
}

// costExtension is where an answer tells the cost of its operation.
const costExtension = "cost"

// tellCost tells the cost to a client that asks for it.
func tellCost(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if graphql.HasOperationContext(ctx) {
		operation := graphql.GetOperationContext(ctx)
		if cost := operation.Stats.GetExtension(costExtension); cost != nil && operation.Headers.Get(costHeader) != "" {
			graphql.RegisterExtension(ctx, costExtension, cost)
		}
	}
	return next(ctx)
}

// Refuse answers a request that does not get as far as GraphQL, in plain JSON, with this status.
func Refuse(w http.ResponseWriter, r *http.Request, status int, refusal *fault.Refusal) {
	write(w, mediaJSON, status, refused(r, refusal))
}

// refuse answers a request that could not be read.
func refuse(w http.ResponseWriter, r *http.Request, media string, refusal *fault.Refusal) {
	writeAnswer(w, media, refused(r, refusal))
}

func refused(r *http.Request, refusal *fault.Refusal) *graphql.Response {
	noteRefusal(r.Context(), refusal.Code)
	told := coded(refusal)
	told.Extensions["requestId"] = requestid.Of(r.Context())
	return &graphql.Response{Errors: gqlerror.List{told}}
}

// writeAnswer writes the answer in its media type and with its status.
func writeAnswer(w http.ResponseWriter, media string, response *graphql.Response) {
	status := http.StatusOK
	if isRefusal(response) {
		status = statusOf(media, codeOf(response))
	}
	write(w, media, status, response)
}

func write(w http.ResponseWriter, media string, status int, response *graphql.Response) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, POST")
	}
	if wait := longestWait(response.Errors); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wait))
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	body := encode(response) // before the client's time to take it begins
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// isRefusal tells the answer to a request that was not executed; it has no data.
func isRefusal(response *graphql.Response) bool {
	return response.Data == nil && len(response.Errors) > 0
}

// codeOf returns the code of the first error, or "" when there is none.
func codeOf(response *graphql.Response) string {
	if len(response.Errors) == 0 {
		return ""
	}
	code, _ := response.Errors[0].Extensions["code"].(string)
	return code
}

func encode(response *graphql.Response) []byte {
	var body []byte
	var err error
	if isRefusal(response) {
		body, err = encodeRefusal(response)
	} else {
		body, err = marshal(response)
	}
	if err != nil {
		panic(err) // an answer is made of what has a JSON form
	}
	return body
}

// marshal returns a value in JSON. Nothing in it is escaped for the sake of HTML, which answers are never taken for.
func marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// maxRefusal is the most bytes of the answer to a request that was not executed, maxMessage the most of a message in one
// that would have more.
const (
	maxRefusal = 8 << 10
	maxMessage = 500
)

// encodeRefusal leaves out the data that a refusal has none of. What a long request makes long in it is cut.
func encodeRefusal(response *graphql.Response) ([]byte, error) {
	refusal := struct {
		Errors     gqlerror.List  `json:"errors"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{response.Errors, response.Extensions}
	body, err := marshal(refusal)
	if err != nil || len(body) <= maxRefusal {
		return body, err
	}
	for i, long := range refusal.Errors {
		refusal.Errors[i] = &gqlerror.Error{Message: cut(long.Message), Extensions: long.Extensions}
	}
	return marshal(refusal)
}

// cut returns the beginning of a message, as much as has maxMessage bytes in JSON.
func cut(message string) string {
	message = strings.ToValidUTF8(message, "")
	size := 0
	for i, character := range message {
		encoded, err := marshal(string(character))
		if size += len(encoded) - len(`""`); err != nil || size > maxMessage {
			return message[:i]
		}
	}
	return message
}
