package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Observed is what is noted of an operation when it has been answered. It holds nothing of what was sent with it.
type Observed struct {
	// Name is what the client calls the operation; Kind is query or mutation. Both are empty when it could not be read.
	Name, Kind string
	// Duration counts from when the operation had been received, its wait for a turn included.
	Duration time.Duration
	Cost     int
	// Codes are those of the answer's top-level errors.
	Codes []string
}

type refusalKey struct{}

// WithRefusal returns a context in which a request's refusal is noted, and where its code will be: empty unless the request
// does not get as far as GraphQL.
func WithRefusal(ctx context.Context) (context.Context, *string) {
	code := new(string)
	return context.WithValue(ctx, refusalKey{}, code), code
}

func noteRefusal(ctx context.Context, code string) {
	if noted, ok := ctx.Value(refusalKey{}).(*string); ok {
		*noted = code
	}
}

// maxName is the most bytes of an operation's name that are noted.
const maxName = 100

// observe notes an operation whose time began with its trace.
func (a *api) observe(ctx context.Context, operation *graphql.OperationContext, errors gqlerror.List) {
	if a.resolver.Observe == nil {
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
	for _, told := range errors {
		if code, ok := told.Extensions["code"].(string); ok {
			observed.Codes = append(observed.Codes, code)
		}
	}
	a.resolver.Observe(ctx, observed)
}
