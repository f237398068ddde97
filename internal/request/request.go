// Package request carries what belongs to one request through its context: its id, where it comes from, and the language of its
// answer.
package request

import (
	"context"
	"crypto/rand"

	"golang.org/x/text/language"

	"minidock/internal/locale"
)

type (
	idKey       struct{}
	callerKey   struct{}
	languageKey struct{}
)

// WithID returns a context with a new request id, and the id.
func WithID(ctx context.Context) (context.Context, string) {
	id := rand.Text()
	return context.WithValue(ctx, idKey{}, id), id
}

// ID returns the request's id, or "" outside of a request.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// WithCaller returns a context that knows where the request comes from.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerOf returns where the request comes from; the zero Caller outside of a request.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// WithLanguage returns a context whose texts are in this language.
func WithLanguage(ctx context.Context, tag language.Tag) context.Context {
	return context.WithValue(ctx, languageKey{}, tag)
}

// Language returns the language of the request's texts; English unless it asks for another.
func Language(ctx context.Context) language.Tag {
	if tag, ok := ctx.Value(languageKey{}).(language.Tag); ok {
		return tag
	}
	return locale.Default
}
