// Package requestid gives each request an id, which its answer and its log lines carry.
package requestid

import (
	"context"
	"crypto/rand"
)

type key struct{}

// With returns a context with a new id, and the id.
func With(ctx context.Context) (context.Context, string) {
	id := rand.Text()
	return context.WithValue(ctx, key{}, id), id
}

// Of returns the request's id, or "" outside of one.
func Of(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}
