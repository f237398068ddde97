package gqlhttp

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// checkVariables refuses variables that gqlgen accepts: a list that is over the limit, and a @oneOf input that has not exactly one
// field, or has null in it. Literals are checked with the query.
type checkVariables struct {
	schema    *ast.Schema
	maxLength int
}

// ExtensionName names the extension.
func (checkVariables) ExtensionName() string { return "CheckVariables" }

// Validate accepts every schema.
func (checkVariables) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation whose variables break a rule.
func (c checkVariables) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	for _, variable := range operation.Operation.VariableDefinitions {
		path := ast.Path{ast.PathName("variable"), ast.PathName(variable.Variable)}
		if err := c.check(operation.Variables[variable.Variable], variable.Type, path); err != nil {
			return err
		}
	}
	return nil
}

func (c checkVariables) check(value any, of *ast.Type, path ast.Path) *gqlerror.Error {
	switch value := value.(type) {
	case []any:
		if len(value) > c.maxLength {
			return at(path, tooManyElements(len(value), c.maxLength))
		}
		if of.Elem == nil {
			return nil // a scalar, which refuses a list itself
		}
		for i, element := range value {
			if err := c.check(element, of.Elem, append(path, ast.PathIndex(i))); err != nil {
				return err
			}
		}
	case map[string]any:
		return c.checkObject(value, c.schema.Types[of.Name()], path)
	}
	return nil
}

func (c checkVariables) checkObject(object map[string]any, input *ast.Definition, path ast.Path) *gqlerror.Error {
	if input.Directives.ForName("oneOf") != nil && !hasOne(object) {
		message := fmt.Sprintf("%s must have exactly one field, and not null.", input.Name)
		return &gqlerror.Error{Message: message, Path: path, Extensions: map[string]any{"code": "BAD_USER_INPUT"}}
	}
	for _, field := range input.Fields {
		if value, ok := object[field.Name]; ok {
			if err := c.check(value, field.Type, append(path, ast.PathName(field.Name))); err != nil {
				return err
			}
		}
	}
	return nil
}

func hasOne(object map[string]any) bool {
	for _, value := range object {
		return len(object) == 1 && value != nil
	}
	return false
}

func at(path ast.Path, err *gqlerror.Error) *gqlerror.Error {
	err.Path = path
	return err
}
