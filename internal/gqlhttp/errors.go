package gqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/request"
)

// maxErrors is the most top-level errors of a response.
const maxErrors = 5

// errorPresenter presents errors to clients: refusals with their code, the errors of a query as they are, and anything else as an
// internal error, which is logged here and nowhere else.
func errorPresenter(log *slog.Logger, isUnavailable func(error) bool) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		presented := graphql.DefaultErrorPresenter(ctx, err)
		if presented.Extensions["code"] == nil {
			refusal := errUnreadable
			if graphql.HasOperationContext(ctx) || presented.Err != nil {
				refusal = refusalOf(ctx, log, isUnavailable, err)
			}
			path, locations := presented.Path, presented.Locations
			presented = coded(refusal)
			presented.Path, presented.Locations = path, locations
		}
		presented.Path = responsePath(ctx, presented.Path)
		presented.Extensions["requestId"] = request.ID(ctx)
		return presented
	}
}

// responsePath returns the path of an error as a path in the response: gqlgen lets it go on into the arguments of a field.
func responsePath(ctx context.Context, path ast.Path) ast.Path {
	field := graphql.GetFieldContext(ctx)
	if field == nil {
		return nil
	}
	if own := field.Path(); len(path) > len(own) {
		return own
	}
	return path
}

// rootPaths begins the paths of a subscription's errors with its root field, which gqlgen leaves out for what is in an event.
func rootPaths(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil || len(response.Data) == 0 || !graphql.HasOperationContext(ctx) {
		return response
	}
	operation := graphql.GetOperationContext(ctx).Operation
	if operation.Operation != ast.Subscription {
		return response
	}
	root := ast.PathName(collect(operation.SelectionSet, nil, map[string]bool{})[0][0].Alias)
	for i, err := range response.Errors {
		if len(err.Path) > 0 {
			rooted := *err
			rooted.Path = slices.Concat(ast.Path{root}, err.Path)
			response.Errors[i] = &rooted
		}
	}
	return response
}

// retryAfter is the extension that says in how many seconds it may help to try again.
const retryAfter = "retryAfter"

// coded returns a refusal in the form in which GraphQL's parser and executor pass errors on.
func coded(refusal *fault.Refusal) *gqlerror.Error {
	err := &gqlerror.Error{Message: refusal.Message, Extensions: map[string]any{"code": refusal.Code}}
	if refusal.RetryAfter > 0 {
		err.Extensions[retryAfter] = int(math.Ceil(refusal.RetryAfter.Seconds()))
	}
	for name, value := range map[string]string{"reason": refusal.Reason, "scope": refusal.Scope} {
		if value != "" {
			err.Extensions[name] = value
		}
	}
	err.Err = refusal
	return err
}

// challengeOf returns how a client whose credential is bad must authenticate, or "" when that is not why a request was refused.
func challengeOf(response *graphql.Response) string {
	var refusal *fault.Refusal
	if !isRefusal(response) || !errors.As(response.Errors[0].Err, &refusal) {
		return ""
	}
	return refusal.Challenge
}

// longestWait returns the most seconds that one of the errors asks to wait, or 0 when none does.
func longestWait(errs gqlerror.List) int {
	longest := 0
	for _, err := range errs {
		wait, _ := err.Extensions[retryAfter].(int)
		longest = max(longest, wait)
	}
	return longest
}

// errUnreadable answers what the executor could not read. The reason may repeat the whole request, passwords included, and is neither
// reported nor logged.
var errUnreadable = badRequest("The request could not be read as a GraphQL request.")

// refusalOf returns what an error is presented as. What is not the client's doing is logged.
func refusalOf(ctx context.Context, log *slog.Logger, isUnavailable func(error) bool, err error) *fault.Refusal {
	var refusal *fault.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	if ctx.Err() != nil {
		return refusalOfEnded(ctx)
	}
	logFailure(ctx, log, err)
	if isUnavailable != nil && isUnavailable(err) {
		return fault.ErrUnavailable
	}
	return fault.ErrInternal
}

func logFailure(ctx context.Context, log *slog.Logger, err error) {
	log.ErrorContext(ctx, "request failed", "requestId", request.ID(ctx), "error", err.Error())
}

// recoverFunc turns a panic into an internal error. The log has its text and its stack, the response neither.
func recoverFunc(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic", "requestId", request.ID(ctx), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		return fault.ErrInternal
	}
}

// capErrors keeps a response from growing with the number of errors in a request.
func capErrors(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response != nil && len(response.Errors) > maxErrors {
		response.Errors = response.Errors[:maxErrors]
	}
	return response
}

// boundData replaces data that is over the limit by an error. What the operation changed stays changed.
func (h *Handler) boundData(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response == nil || int64(len(response.Data)) <= h.Limits.AnswerBytes {
		return response
	}
	err := coded(&fault.Refusal{Code: "QUERY_TOO_COMPLEX", Message: fmt.Sprintf(
		"The answer has more than the %d bytes that are allowed: select fewer fields, or smaller pages.", h.Limits.AnswerBytes,
	)})
	err.Extensions["requestId"] = request.ID(ctx)
	response.Data, response.Errors = json.RawMessage("null"), gqlerror.List{err}
	return response
}
