package graph

import (
	"context"
	"errors"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// A field that is resolved has the value and the errors that gqlgen's own way of resolving a field gives it.
func TestAResolvedFieldIsWhatGqlgenMakesOfIt(t *testing.T) {
	t.Parallel()
	text := "a"
	for name, c := range map[string]struct {
		read    func(context.Context) (any, error)
		marshal func() graphql.Marshaler
		nonNull bool
		text    string
		errors  int
	}{
		"a value":                  {func(context.Context) (any, error) { return &text, nil }, nil, true, `"a"`, 0},
		"null where it may":        {func(context.Context) (any, error) { return nil, nil }, nil, false, "null", 0},
		"null where it may not":    {func(context.Context) (any, error) { return nil, nil }, nil, true, "null", 1},
		"an error":                 {func(context.Context) (any, error) { return &text, errors.New("unread") }, nil, true, "null", 1},
		"an error, nullable":       {func(context.Context) (any, error) { return &text, errors.New("unread") }, nil, false, "null", 1},
		"a panic":                  {func(context.Context) (any, error) { panic("resolver") }, nil, true, "null", 1},
		"a panic while it is read": {func(context.Context) (any, error) { return &text, nil }, func() graphql.Marshaler { panic("marshaler") }, false, "null", 1},
	} {
		if c.marshal == nil {
			c.marshal = func() graphql.Marshaler { return graphql.MarshalString(text) }
		}
		field := graphql.CollectedField{Field: &ast.Field{Name: "name", Alias: "alias", Definition: &ast.FieldDefinition{Name: "name", Type: ast.NamedType("String", nil)}}}
		newContext := func(_ context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
			return &graphql.FieldContext{Object: "Object", Field: field}, nil
		}
		marshal := func(context.Context, ast.SelectionSet, *string) graphql.Marshaler { return c.marshal() }

		ours := fieldContext(t, "object")
		ec := &executionContext{ExecutionContextState: &graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]{OperationContext: graphql.GetOperationContext(ours)}}
		m := resolve(ours, ec, field, newContext, c.read, marshal, c.nonNull)

		theirs := fieldContext(t, "object")
		want := graphql.ResolveField(theirs, graphql.GetOperationContext(theirs), field, newContext, c.read, nil, marshal, true, c.nonNull)

		if textOf(m) != c.text || textOf(want) != c.text {
			t.Errorf("%s: %s, by gqlgen %s, want %s", name, textOf(m), textOf(want), c.text)
		}
		got, wanted := graphql.GetErrors(ours), graphql.GetErrors(theirs)
		if len(got) != c.errors || got.Error() != wanted.Error() {
			t.Errorf("%s: errors %v, by gqlgen %v, want %d", name, got, wanted, c.errors)
		}
		if c.errors == 1 && len(got) == 1 && got[0].Path.String() != "object.alias" {
			t.Errorf("%s: error at %s", name, got[0].Path)
		}
	}
}

func TestArgumentsAreReadOnceAndTheirErrorStandsAtEachField(t *testing.T) {
	t.Parallel()
	ctx := fieldContext(t, "object")
	ec := &executionContext{ExecutionContextState: &graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]{OperationContext: graphql.GetOperationContext(ctx)}}
	good, bad := &ast.Field{Name: "good", Alias: "good"}, &ast.Field{Name: "bad", Alias: "bad"}
	for _, field := range []*ast.Field{good, bad} {
		field.Definition = &ast.FieldDefinition{Name: field.Name}
	}
	reads := map[string]int{}
	for range 2 {
		for _, field := range []*ast.Field{good, bad} {
			at := &graphql.FieldContext{Field: graphql.CollectedField{Field: field}}
			err := ec.readArguments(ctx, at, func(context.Context, map[string]any) (map[string]any, error) {
				reads[field.Name]++
				if field == bad {
					panic("bad")
				}
				return map[string]any{"first": 1}, nil
			})
			if (err != nil) != (field == bad) || field == good && at.Args["first"] != 1 {
				t.Errorf("%s: %v, %v", field.Name, at.Args, err)
			}
		}
	}
	errs := graphql.GetErrors(ctx)
	if reads["good"] != 1 || reads["bad"] != 2 || len(errs) != 2 || errs[0].Path.String() != "object.bad" {
		t.Errorf("read %v, errors %v", reads, errs)
	}
}
