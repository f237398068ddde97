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
	Duration   time.Duration
	Cost       int
	// Codes are those of the answer's top-level errors.
	Codes []string
}

// maxName is the most bytes of an operation's name that are noted.
const maxName = 100

// observe notes an operation.
func (a *api) observe(ctx context.Context, start time.Time, operation *graphql.OperationContext, errors gqlerror.List) {
	if a.resolver.Observe == nil {
		return
	}
	observed := Observed{Duration: time.Since(start)}
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
