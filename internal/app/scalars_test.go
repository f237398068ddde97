package app

import (
	"slices"
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

func TestEverySecretIsAnInputOfTheSchema(t *testing.T) {
	t.Parallel()
	schema, err := graph.NewSchema(&graph.Resolver{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, definition := range schema.Schema().Types {
		for _, field := range definition.Fields {
			if definition.Kind == ast.InputObject {
				names = append(names, field.Name)
			}
			for _, argument := range field.Arguments {
				names = append(names, argument.Name)
			}
		}
	}
	for _, name := range secrets {
		if !slices.Contains(names, name) {
			t.Errorf("no input field or argument is called %s", name)
		}
	}
}
