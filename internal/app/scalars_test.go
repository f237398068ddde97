package app

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"minidock/graph"
)

func TestEveryScalarOfTheSchemaIsJudged(t *testing.T) {
	t.Parallel()
	schema, err := graph.NewSchema(&graph.Resolver{})
	if err != nil {
		t.Fatal(err)
	}
	for name, definition := range schema.Schema().Types {
		if definition.Kind == ast.Scalar && !definition.BuiltIn && scalars[name] == nil {
			t.Errorf("nothing judges values of %s", name)
		}
	}
}
