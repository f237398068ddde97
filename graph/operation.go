package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// memo is what is the same for all objects of an operation, which runs in one goroutine.
type memo struct {
	arguments map[*ast.Field]map[string]any
	fields    map[selection][]graphql.CollectedField
}

// selection is what is selected of objects of one type.
type selection struct {
	first  *ast.Selection
	length int
	// types has the type's name and those of its interfaces; the generated code has one slice for each type.
	types *string
}

// collectFields returns the fields that are selected of an object, in place of graphql.CollectFields, which looks them up by a hash; the
// generated code calls it.
func (ec *executionContext) collectFields(selected ast.SelectionSet, types []string) []graphql.CollectedField {
	if len(selected) == 0 {
		return graphql.CollectFields(ec.OperationContext, selected, types)
	}
	key := selection{&selected[0], len(selected), &types[0]}
	if fields, ok := ec.memo.fields[key]; ok {
		return fields
	}
	fields := graphql.CollectFields(ec.OperationContext, selected, types)
	if ec.memo.fields == nil {
		ec.memo.fields = map[selection][]graphql.CollectedField{}
	}
	ec.memo.fields[key] = fields
	return fields
}

// readArguments sets the arguments of a field, which nothing changes; the generated code calls it. An error is reported at the field.
func (ec *executionContext) readArguments(ctx context.Context, at *graphql.FieldContext, read func(context.Context, map[string]any) (map[string]any, error)) (err error) {
	if known, ok := ec.memo.arguments[at.Field.Field]; ok {
		at.Args = known
		return nil
	}
	ctx = graphql.WithFieldContext(ctx, at)
	defer func() {
		if r := recover(); r != nil {
			err = ec.Recover(ctx, r)
		}
		if err != nil {
			ec.Error(ctx, err)
		}
	}()
	if at.Args, err = read(ctx, at.Field.ArgumentMap(ec.Variables)); err != nil {
		return err
	}
	if ec.memo.arguments == nil {
		ec.memo.arguments = map[*ast.Field]map[string]any{}
	}
	ec.memo.arguments[at.Field.Field] = at.Args
	return nil
}

// resolve resolves a field on which no directive runs and marshals its value, in place of graphql.ResolveField and with the same result and
// errors; the generated code calls it. A value that is null where the schema allows none is an error.
func resolve[T any](
	ctx context.Context, ec *executionContext, field graphql.CollectedField, newContext newFieldContext, read func(context.Context) (any, error),
	marshal func(context.Context, ast.SelectionSet, T) graphql.Marshaler, nonNull bool,
) (m graphql.Marshaler) {
	at, err := newContext(ctx, field)
	if err != nil {
		return graphql.Null // the error is reported
	}
	ctx = graphql.WithFieldContext(ctx, at)
	defer func() {
		if r := recover(); r != nil {
			ec.Error(ctx, ec.Recover(ctx, r))
			m = graphql.Null
		}
	}()
	found, err := read(ctx)
	if err != nil {
		ec.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
		return graphql.Null
	}
	if found == nil {
		if nonNull {
			graphql.AddInvalidNullError(ctx, "")
		}
		return graphql.Null
	}
	return marshal(ctx, field.Selections, found.(T))
}
