package coercion

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// literal returns the value of a valid literal without variables: a default.
func (c *Coercer) literal(literal *ast.Value, of *ast.Type) any {
	if literal.Kind == ast.NullValue {
		return nil
	}
	if of.Elem != nil {
		return c.listLiteral(literal, of)
	}
	switch definition := c.Schema.Types[of.NamedType]; {
	case definition.Kind == ast.InputObject:
		return c.objectLiteral(literal, definition)
	case of.NamedType == "Int":
		n, _ := strconv.ParseInt(literal.Raw, 10, 64) // it is valid
		return n
	case of.NamedType == "Float":
		return parseNumber(json.Number(literal.Raw))
	case definition.BuiltIn && of.NamedType != "Boolean", definition.Kind == ast.Enum:
		return literal.Raw
	}
	value, _ := literal.Value(nil) // it is valid
	return value
}

func (c *Coercer) listLiteral(literal *ast.Value, of *ast.Type) []any {
	if literal.Kind != ast.ListValue {
		return []any{c.literal(literal, of.Elem)}
	}
	list := make([]any, len(literal.Children))
	for i, element := range literal.Children {
		list[i] = c.literal(element.Value, of.Elem)
	}
	return list
}

func (c *Coercer) objectLiteral(literal *ast.Value, of *ast.Definition) map[string]any {
	object := map[string]any{}
	for _, field := range of.Fields {
		value := literal.Children.ForName(field.Name)
		if value == nil {
			value = field.DefaultValue
		}
		if value != nil {
			object[field.Name] = c.literal(value, field.Type)
		}
	}
	return object
}
