package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// marshalSlice writes the elements of a list one after the other; the generated code calls it. An element whose
// marshalling panics is null.
func marshalSlice(ctx context.Context, length int, _ int64, _ bool, element func(context.Context, int) graphql.Marshaler) graphql.Array {
	list, places := make(graphql.Array, length), make([]struct {
		context graphql.FieldContext
		index   int
	}, length)
	for i := range length {
		place := &places[i]
		place.index, place.context.Index = i, &place.index
		list[i] = marshalElement(graphql.WithFieldContext(ctx, &place.context), i, element)
	}
	return list
}

func marshalElement(ctx context.Context, i int, element func(context.Context, int) graphql.Marshaler) (m graphql.Marshaler) {
	defer func() {
		if r := recover(); r != nil {
			graphql.AddError(ctx, graphql.Recover(ctx, r))
			m = graphql.Null
		}
	}()
	return element(ctx, i)
}

// inline marshals a scalar field in place of graphql.ResolveField, with the same result and the same errors; the generated code calls
// it (graph/generate/inline.go). Its type is the one in the schema. Only an error needs the field's own context.
func (ec *executionContext) inline(ctx context.Context, field graphql.CollectedField, newContext newFieldContext, fieldType string, marshal func() graphql.Marshaler) (m graphql.Marshaler) {
	defer func() {
		if r := recover(); r != nil {
			ctx := withField(ctx, field, newContext)
			ec.Error(ctx, ec.Recover(ctx, r))
			m = graphql.Null
		}
	}()
	m = marshal()
	if m == graphql.Null && strings.HasSuffix(fieldType, "!") {
		graphql.AddInvalidNullFromMarshaler(withField(ctx, field, newContext), fieldType)
	}
	return m
}

// newFieldContext is one of gqlgen's functions that make the context of a field.
type newFieldContext func(context.Context, graphql.CollectedField) (*graphql.FieldContext, error)

func withField(ctx context.Context, field graphql.CollectedField, newContext newFieldContext) context.Context {
	fieldContext, err := newContext(ctx, field)
	if err != nil {
		panic(err) // only arguments can be wrong, and a scalar field that is written inline has none
	}
	return graphql.WithFieldContext(ctx, fieldContext)
}

// zeroIfNull returns what was sent for a nullable field of an update, where nil stands for a field that is absent: null is the zero value.
// The generated code calls it (graph/generate/update.go).
func zeroIfNull[T any](value *T) *T {
	if value == nil {
		return new(T)
	}
	return value
}
