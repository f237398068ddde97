package graph

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/internal/miniprogram"
)

func TestAPanicInAListElementIsNullInItsPlace(t *testing.T) {
	t.Parallel()
	ctx := fieldContext(t, "list")
	list := marshalSlice(ctx, 3, 0, false, func(_ context.Context, i int) graphql.Marshaler {
		if i == 1 {
			panic("element 1")
		}
		return graphql.MarshalInt(i)
	})
	errs := graphql.GetErrors(ctx)
	if text := textOf(list); text != "[0,null,2]" || len(errs) != 1 || errs[0].Message != "recovered: element 1" || errs[0].Path.String() != "list[1]" {
		t.Errorf("list %s, errors %v", text, errs)
	}
}

// A field that is written inline has the value and the errors that gqlgen's own way of resolving a field gives it.
func TestAnInlineFieldIsWhatGqlgenMakesOfIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fieldType string
		marshal   func() graphql.Marshaler
		text      string
		errors    int
	}{
		"a value":               {"String!", func() graphql.Marshaler { return graphql.MarshalString("a") }, `"a"`, 0},
		"null where it may":     {"String", func() graphql.Marshaler { return graphql.Null }, "null", 0},
		"null where it may not": {"String!", func() graphql.Marshaler { return graphql.Null }, "null", 1},
		"a panic":               {"String!", func() graphql.Marshaler { panic("marshaler") }, "null", 1},
		"a panic, nullable":     {"String", func() graphql.Marshaler { panic("marshaler") }, "null", 1},
	} {
		fieldType := ast.NamedType("String", nil)
		fieldType.NonNull = c.fieldType == "String!"
		field := graphql.CollectedField{Field: &ast.Field{Name: "name", Alias: "alias", Definition: &ast.FieldDefinition{Name: "name", Type: fieldType}}}
		newContext := func(_ context.Context, field graphql.CollectedField) (*graphql.FieldContext, error) {
			return graphql.NewScalarFieldContext("Object", field, false, false, "String")
		}

		ours := fieldContext(t, "object")
		ec := &executionContext{ExecutionContextState: &graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]{OperationContext: graphql.GetOperationContext(ours)}}
		m := ec.inline(ours, field, newContext, c.fieldType, c.marshal)

		theirs := fieldContext(t, "object")
		want := graphql.ResolveField(theirs, graphql.GetOperationContext(theirs), field, newContext,
			func(context.Context) (any, error) { return "value", nil }, nil,
			func(ctx context.Context, _ ast.SelectionSet, _ string) graphql.Marshaler {
				m := c.marshal()
				if m == graphql.Null && fieldType.NonNull {
					graphql.AddInvalidNullFromMarshaler(ctx, c.fieldType)
				}
				return m
			}, true, fieldType.NonNull)

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

func TestNullInAnUpdateIsNotAbsent(t *testing.T) {
	t.Parallel()
	ec := &executionContext{ExecutionContextState: &graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]{}}
	in, err := ec.unmarshalInputUpdateMiniProgramInput(t.Context(), map[string]any{"miniProgramId": "mpr_1", "name": "小咖啡馆", "tagline": nil, "logo": nil})
	if err != nil {
		t.Fatal(err)
	}
	if in.MiniProgramID != "mpr_1" || in.Name == nil || *in.Name != "小咖啡馆" {
		t.Errorf("sent: %+v", in)
	}
	if in.Tagline == nil || *in.Tagline != "" || in.Logo == nil || *in.Logo != (miniprogram.LogoInput{}) {
		t.Errorf("null: %+v", in)
	}
	if in.Description != nil || in.IndustryCode != nil {
		t.Errorf("absent: %+v", in)
	}
}

// fieldContext returns the context of a field in which panics are recovered as errors.
func fieldContext(t *testing.T, alias string) context.Context {
	recovered := func(_ context.Context, p any) error { return fmt.Errorf("recovered: %v", p) }
	operation := &graphql.OperationContext{RecoverFunc: recovered, ResolverMiddleware: func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }}
	ctx := graphql.WithOperationContext(t.Context(), operation)
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, recovered)
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{Alias: alias}}})
}

func textOf(m graphql.Marshaler) string {
	var text bytes.Buffer
	m.MarshalGQL(&text)
	return text.String()
}
