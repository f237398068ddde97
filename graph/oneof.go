package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// oneOf enforces @oneOf on variables: of such an input exactly one field is given, and it is not null. Literals are
// checked when the query is validated.
type oneOf struct{ schema *ast.Schema }

// ExtensionName names the extension.
func (oneOf) ExtensionName() string { return "OneOf" }

// Validate finds nothing wrong with any schema.
func (oneOf) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation whose variables break the rule.
func (o oneOf) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	for _, variable := range operation.Operation.VariableDefinitions {
		path := ast.Path{ast.PathName("variable"), ast.PathName(variable.Variable)}
		if err := o.check(operation.Variables[variable.Variable], variable.Type, path); err != nil {
			return err
		}
	}
	return nil
}

func (o oneOf) check(value any, of *ast.Type, path ast.Path) *gqlerror.Error {
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			if err := o.check(element, of.Elem, append(path, ast.PathIndex(i))); err != nil {
				return err
			}
		}
	case map[string]any:
		return o.checkObject(value, o.schema.Types[of.Name()], path)
	}
	return nil
}

func (o oneOf) checkObject(object map[string]any, input *ast.Definition, path ast.Path) *gqlerror.Error {
	if input.Directives.ForName("oneOf") != nil {
		given := 0
		for _, value := range object {
			if value != nil {
				given++
			}
		}
		if given != 1 || len(object) != 1 {
			return &gqlerror.Error{
				Message: fmt.Sprintf("%s must have exactly one field, and not null.", input.Name), Path: path,
				Extensions: map[string]any{"code": "BAD_USER_INPUT"},
			}
		}
	}
	for _, field := range input.Fields {
		if value, ok := object[field.Name]; ok {
			if err := o.check(value, field.Type, append(path, ast.PathName(field.Name))); err != nil {
				return err
			}
		}
	}
	return nil
}
