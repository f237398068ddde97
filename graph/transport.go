package graph

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/requestid"
)

// How long a request may take, and one with a file.
const (
	deadline       = 10 * time.Second
	uploadDeadline = 60 * time.Second
)

// api answers GraphQL requests as the specification "GraphQL over HTTP" says.
type api struct {
	resolver  *Resolver
	present   graphql.ErrorPresenterFunc
	executor  *executor.Executor
	documents *documents
	limits    Limits
}

// NewHandler returns the handler that answers GraphQL requests. It fails when a root field of the schema does not say
// who may ask for it.
func NewHandler(r *Resolver, limits Limits, log *slog.Logger) (http.Handler, error) {
	schema := NewExecutableSchema(Config{Schema: schemaWithoutDefer(), Resolvers: r, Directives: r.directives()})
	if err := checkAccess(schema.Schema()); err != nil {
		return nil, err
	}
	a := &api{resolver: r, present: errorPresenter(log), executor: executor.New(schema), documents: newDocuments(schema.Schema(), limits), limits: limits}
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

// ServeHTTP answers a GET or a POST.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept")
	media := negotiate(r.Header.Values("Accept"))
	if media == "" {
		refuse(w, r, mediaJSON, errNotAcceptable)
		return
	}
	request, err := readRequest(w, r)
	if err != nil {
		refuse(w, r, media, err)
		return
	}
	defer request.release()
	ctx, cancel := context.WithTimeout(graphql.StartOperationTrace(r.Context()), request.deadline)
	defer cancel()
	writeAnswer(w, media, a.answer(ctx, r.Method, request.params))
}

// answer executes a request, or says why not; then the answer has no data.
func (a *api) answer(ctx context.Context, method string, params *graphql.RawParams) *graphql.Response {
	start := time.Now()
	operation, wrong := a.prepare(ctx, method, params)
	var response *graphql.Response
	switch {
	case wrong == nil:
		response = a.execute(ctx, operation)
	case operation == nil:
		response = a.executor.DispatchError(ctx, a.discreet(ctx, wrong))
	default:
		response = a.executor.DispatchError(graphql.WithOperationContext(ctx, operation), a.discreet(ctx, wrong))
	}
	a.observe(ctx, start, operation, response.Errors)
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

// prepare makes an operation ready to be executed, or says what is wrong with it.
func (a *api) prepare(ctx context.Context, method string, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	if wrong := a.documents.prepare(ctx, params.Query, actor(ctx).SignedIn()); wrong != nil {
		return nil, wrong
	}
	operation, wrong := a.executor.CreateOperationContext(ctx, params)
	if wrong != nil {
		return operation, wrong
	}
	return operation, a.check(ctx, method, operation)
}

// discreet keeps the schema's names from whoever may not ask for them.
func (a *api) discreet(ctx context.Context, wrong gqlerror.List) gqlerror.List {
	if admitted, err := a.resolver.Admits(ctx, a.resolver.Introspection); err == nil && admitted {
		return wrong
	}
	return withoutSuggestions(wrong)
}

// check refuses an operation that may not come this way or is over a limit.
func (a *api) check(ctx context.Context, method string, operation *graphql.OperationContext) gqlerror.List {
	if method == http.MethodGet && operation.Operation.Operation != ast.Query {
		return gqlerror.List{coded(errMutationByGet)}
	}
	if err := a.checkIntrospection(ctx, operation); err != nil {
		return gqlerror.List{err}
	}
	maxCost := a.limits.CostSignedOut
	if actor(ctx).SignedIn() {
		maxCost = a.limits.Cost
	}
	cost, err := a.limits.measure(operation.Operation, operation.Variables, maxCost)
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

// negotiate returns the media type of the answer, or "" when there is none that the client takes. Without a word about it
// the client gets JSON.
func negotiate(accept []string) string {
	wanted := strings.Join(accept, ",")
	if strings.TrimSpace(wanted) == "" {
		return mediaJSON
	}
	best, bestQuality := "", 0.0
	for _, one := range strings.Split(wanted, ",") {
		media, quality := parseAccept(one)
		switch media {
		case "*/*", "application/*":
			media = mediaJSON
		}
		if (media == mediaJSON || media == mediaGraphQL) && quality > bestQuality {
			best, bestQuality = media, quality
		}
	}
	return best
}

// parseAccept reads one range of an Accept header; a range that asks for another charset than UTF-8 is none of ours.
func parseAccept(text string) (media string, quality float64) {
	parts := strings.Split(text, ";")
	quality = 1
	for _, parameter := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		switch value = strings.Trim(value, `"`); strings.ToLower(name) {
		case "q":
			if q, err := strconv.ParseFloat(value, 64); err == nil {
				quality = q
			}
		case "charset":
			if !strings.EqualFold(value, "utf-8") {
				return "", 0
			}
		}
	}
	return strings.ToLower(strings.TrimSpace(parts[0])), quality
}

// refuse answers a request that could not be read.
func refuse(w http.ResponseWriter, r *http.Request, media string, refusal *fault.Refusal) {
	told := coded(refusal)
	told.Extensions["requestId"] = requestid.Of(r.Context())
	writeAnswer(w, media, &graphql.Response{Errors: gqlerror.List{told}})
}

// writeAnswer writes the answer in its media type and with its status.
func writeAnswer(w http.ResponseWriter, media string, response *graphql.Response) {
	status := http.StatusOK
	var body []byte
	var err error
	if response.Data == nil && len(response.Errors) > 0 {
		code, _ := response.Errors[0].Extensions["code"].(string)
		status = statusOf(media, code)
		body, err = encodeRefusal(response)
	} else {
		body, err = json.Marshal(response)
	}
	if err != nil {
		panic(err) // an answer is made of what has a JSON form
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, POST")
	}
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// maxRefusal is the most bytes of the answer to a request that was not executed, maxMessage the most of a message in one
// that would have more.
const (
	maxRefusal = 8 << 10
	maxMessage = 500
)

// encodeRefusal writes the answer to a request that was not executed; it has no data. What a long request makes long in it
// is cut.
func encodeRefusal(response *graphql.Response) ([]byte, error) {
	refusal := struct {
		Errors     gqlerror.List  `json:"errors"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{response.Errors, response.Extensions}
	body, err := json.Marshal(refusal)
	if err != nil || len(body) <= maxRefusal {
		return body, err
	}
	for i, long := range refusal.Errors {
		message := strings.ToValidUTF8(long.Message[:min(len(long.Message), maxMessage)], "")
		refusal.Errors[i] = &gqlerror.Error{Message: message, Extensions: long.Extensions}
	}
	return json.Marshal(refusal)
}
