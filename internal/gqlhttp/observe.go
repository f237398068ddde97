package gqlhttp

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Observed is what is recorded of an operation when it has been answered. It holds nothing of what was sent with it.
type Observed struct {
	// Name is what the client calls the operation; Kind is query, mutation or subscription. Both are empty when the operation could
	// not be read.
	Name, Kind string
	// Duration counts from when the operation was received, and includes its wait for a turn.
	Duration time.Duration
	Cost     int
	// Codes are those of the response's top-level errors.
	Codes []string
}

type refusalKey struct{}

// WithRefusal returns a context in which a refusal is noted, and where its code will be: empty unless the request is refused before
// it is passed on to GraphQL.
func WithRefusal(ctx context.Context) (context.Context, *string) {
	code := new(string)
	return context.WithValue(ctx, refusalKey{}, code), code
}

func noteRefusal(ctx context.Context, code string) {
	if noted, ok := ctx.Value(refusalKey{}).(*string); ok {
		*noted = code
	}
}

// maxName is the most bytes of an operation's name that are recorded.
const maxName = 100

// observe records an operation whose time began with its trace.
func (h *Handler) observe(ctx context.Context, operation *graphql.OperationContext, errs gqlerror.List) {
	if h.Observe == nil {
		return
	}
	observed := Observed{Duration: time.Since(graphql.GetStartTime(ctx))}
	if operation != nil && operation.Operation != nil {
		observed.Name = operation.Operation.Name[:min(len(operation.Operation.Name), maxName)]
		observed.Kind = string(operation.Operation.Operation)
		if cost, ok := operation.Stats.GetExtension(costExtension).(map[string]int); ok {
			observed.Cost = cost["requested"]
		}
	}
	for _, err := range errs {
		if code, ok := err.Extensions["code"].(string); ok {
			observed.Codes = append(observed.Codes, code)
		}
	}
	h.Observe(ctx, observed)
}
