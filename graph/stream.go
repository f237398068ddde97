package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// beat is how often a stream is written to when there is nothing to tell, so that a client that is gone is noticed.
	beat = 15 * time.Second
	// patience is how long a client may take to receive one message.
	patience = 10 * time.Second
)

// run executes a subscription and passes its answers on, until it ends or its context is done.
func (a *api) run(ctx context.Context, operation *graphql.OperationContext, tell func(*graphql.Response)) {
	var errors gqlerror.List
	defer func() { a.observe(ctx, operation, errors) }()
	responses, ctx := a.executor.DispatchOperation(ctx, operation)
	for response := responses(ctx); response != nil; response = responses(ctx) {
		viewer(ctx).Stale() // each event is answered by what holds then
		if len(errors) < maxErrors {
			errors = append(errors, response.Errors...)
		}
		tell(response)
	}
}

// guarded does what a goroutine of a stream does. A panic ends the stream with an error and not the program.
func (a *api) guarded(ctx context.Context, tell func(*graphql.Response), do func()) {
	defer func() {
		if p := recover(); p != nil {
			wrong := gqlerror.WrapIfUnwrapped(a.executor.PresentRecoveredError(ctx, p))
			tell(&graphql.Response{Errors: gqlerror.List{wrong}})
		}
	}()
	do()
}
