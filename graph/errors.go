package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/requestid"
	"minidock/internal/store"
)

// maxErrors is the most top-level errors of an answer.
const maxErrors = 5

// errorPresenter tells clients what went wrong: refusals with their code, the mistakes of a query as they are, and
// anything else as an internal error, which is logged here and nowhere else.
func errorPresenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		told := graphql.DefaultErrorPresenter(ctx, err)
		if told.Extensions["code"] == nil {
			refusal := errUnreadable
			if graphql.HasOperationContext(ctx) || told.Err != nil {
				refusal = refusalOf(ctx, log, err)
			}
			path, locations := told.Path, told.Locations
			told = coded(refusal)
			told.Path, told.Locations = path, locations
		}
		told.Extensions["requestId"] = requestid.Of(ctx)
		return told
	}
}

// retryAfter is the extension that tells in how many seconds it may help to ask again.
const retryAfter = "retryAfter"

// coded returns a refusal as GraphQL's parser and executor pass errors on.
func coded(refusal *fault.Refusal) *gqlerror.Error {
	told := &gqlerror.Error{Message: refusal.Message, Extensions: map[string]any{"code": refusal.Code}}
	if refusal.RetryAfter > 0 {
		told.Extensions[retryAfter] = int(math.Ceil(refusal.RetryAfter.Seconds()))
	}
	return told
}

// longestWait returns the most seconds that one of the errors asks to wait, or 0 when none does.
func longestWait(errors gqlerror.List) int {
	longest := 0
	for _, told := range errors {
		wait, _ := told.Extensions[retryAfter].(int)
		longest = max(longest, wait)
	}
	return longest
}

// errUnreadable answers what is no GraphQL request. What was wrong with it may repeat all of it, passwords included, and is
// neither told nor logged.
var errUnreadable = &fault.Refusal{Code: "BAD_REQUEST", Message: "This is not a GraphQL request."}

// refusalOf returns what a client is told about an error. What is none of the client's doing is logged.
func refusalOf(ctx context.Context, log *slog.Logger, err error) *fault.Refusal {
	var refusal *fault.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	if ctx.Err() != nil {
		return overdue(ctx)
	}
	log.ErrorContext(ctx, "request failed", "requestId", requestid.Of(ctx), "error", err.Error())
	if store.IsUnavailable(err) {
		return fault.ErrUnavailable
	}
	return fault.ErrInternal
}

// recoverFunc turns a panic into an error that the log tells all about and the client nothing.
func recoverFunc(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "panic", "requestId", requestid.Of(ctx), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		return fault.ErrInternal
	}
}

// capErrors keeps an answer from growing with the number of mistakes in a request.
func capErrors(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	response := next(ctx)
	if response != nil && len(response.Errors) > maxErrors {
		response.Errors = response.Errors[:maxErrors]
	}
	return response
}
