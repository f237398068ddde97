package graph

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

func TestAPanicInAListElementIsNullInItsPlace(t *testing.T) {
	t.Parallel()
	recovered := func(_ context.Context, p any) error { return fmt.Errorf("recovered: %v", p) }
	ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{RecoverFunc: recovered})
	ctx = graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, recovered)
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{Alias: "list"}}})
	list := marshalSlice(ctx, 3, 0, false, func(_ context.Context, i int) graphql.Marshaler {
		if i == 1 {
			panic("element 1")
		}
		return graphql.MarshalInt(i)
	})
	var text bytes.Buffer
	list.MarshalGQL(&text)
	errs := graphql.GetErrors(ctx)
	if text.String() != "[0,null,2]" || len(errs) != 1 || errs[0].Message != "recovered: element 1" || errs[0].Path.String() != "list[1]" {
		t.Errorf("list %s, errors %v", &text, errs)
	}
}
