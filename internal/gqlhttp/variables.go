package gqlhttp

import (
	"fmt"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/coercion"
)

// operation returns the operation with this name, or the only one when the name is empty.
func (d *document) operation(name string) (*ast.OperationDefinition, *gqlerror.Error) {
	operations, message := d.query.Operations, ""
	switch found := operations.ForName(name); {
	case found != nil:
		return found, nil
	case name == "":
		message = fmt.Sprintf("The document has %d operations: send operationName to say which.", len(operations))
	case len(operations) == 1 && operations[0].Name == "":
		message = fmt.Sprintf("The document has no operation named %s: its only operation has no name.", coercion.Inspect(name))
	default:
		message = fmt.Sprintf("The document has no operation named %s.", coercion.Inspect(name))
	}
	err := &gqlerror.Error{Message: message}
	errcode.Set(err, errcode.ValidationFailed)
	return nil, err
}

// coerce returns the values of an operation's variables as its resolvers get them, or says why there are none.
func (h *Handler) coerce(doc *document, operation *ast.OperationDefinition, sent *coercion.Object) (map[string]any, gqlerror.List) {
	if n := longest(sent); n > h.Limits.ListLength {
		return nil, gqlerror.List{tooManyElements(n, h.Limits.ListLength)}
	}
	variables, errs := h.coercer.Variables(operation.VariableDefinitions, sent, doc.secret)
	if errs != nil {
		return nil, errs
	}
	for _, definition := range operation.VariableDefinitions {
		if value, ok := variables[definition.Variable]; ok && value == nil && doc.notNull[definition] {
			err := &gqlerror.Error{Message: fmt.Sprintf(`Variable "$%s" of type "%s" must not be null where it is used.`, definition.Variable, definition.Type)}
			errcode.Set(err, errcode.ValidationFailed)
			return nil, gqlerror.List{err}
		}
	}
	return variables, nil
}

// longest returns the length of the longest list in a value.
func longest(value any) int {
	n := 0
	switch value := value.(type) {
	case []any:
		n = len(value)
		for _, element := range value {
			n = max(n, longest(element))
		}
	case *coercion.Object:
		for _, field := range value.Values() {
			n = max(n, longest(field))
		}
	}
	return n
}
