package gqlhttp

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// messageTimeout is how long a client may take to receive one message.
const messageTimeout = 10 * time.Second

// subscribe executes a subscription and sends its responses until it ends or its context is done.
func (h *Handler) subscribe(ctx context.Context, operation *graphql.OperationContext, send func(*graphql.Response)) {
	var errs gqlerror.List
	defer func() { h.observe(ctx, operation, errs) }()
	responses, ctx := h.executor.DispatchOperation(ctx, operation)
	for response := responses(ctx); response != nil; response = responses(ctx) {
		h.Viewers.Refresh(ctx) // each response is made with the rights of its moment
		if len(errs) < maxErrors {
			errs = append(errs, response.Errors...)
		}
		send(response)
	}
}

// protect runs do, in which a panic ends the stream with an error and not the program.
func (h *Handler) protect(ctx context.Context, send func(*graphql.Response), do func()) {
	defer func() {
		if p := recover(); p != nil {
			err := gqlerror.WrapIfUnwrapped(h.executor.PresentRecoveredError(ctx, p))
			send(&graphql.Response{Errors: gqlerror.List{err}})
		}
	}()
	do()
}
