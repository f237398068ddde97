package api_test

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func isLeaf(field *ast.FieldDefinition) bool { return contract.Types[field.Type.Name()].IsLeafType() }

func isConnection(definition *ast.Definition) bool {
	return definition.Fields.ForName("pageInfo") != nil
}

// isList says whether a field is a list of objects or a connection.
func isList(field *ast.FieldDefinition) bool {
	return !isLeaf(field) && (field.Type.Elem != nil || isConnection(contract.Types[field.Type.Name()]))
}

// selectField selects a field, a page of this size if it is a connection, and what it leads to in so many levels.
func selectField(field *ast.FieldDefinition, page, levels int) string {
	definition := contract.Types[field.Type.Name()]
	switch {
	case isLeaf(field):
		return field.Name
	case !isConnection(definition):
		return fmt.Sprintf("%s { %s }", field.Name, selectAll(definition, few, levels-1))
	}
	node := contract.Types[definition.Fields.ForName("nodes").Type.Name()]
	return fmt.Sprintf("%s(first: %d) { totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { __typename } } nodes { %s } }",
		field.Name, page, selectAll(node, few, levels-1))
}

// selectAll selects all fields of a type; without levels left, those that have no selections.
func selectAll(definition *ast.Definition, page, levels int) string {
	var fields strings.Builder
	fields.WriteString("__typename")
	if definition.Kind == ast.Interface {
		for _, one := range contract.PossibleTypes[definition.Name] {
			fmt.Fprintf(&fields, " ... on %s {", one.Name)
			for _, field := range one.Fields { // of which several types have one of the same name and of different types
				if isLeaf(field) || levels > 0 {
					fmt.Fprintf(&fields, " of%s_%s: %s", one.Name, field.Name, selectField(field, page, levels))
				}
			}
			fields.WriteString(" }")
		}
		return fields.String()
	}
	for _, field := range definition.Fields {
		if !strings.HasPrefix(field.Name, "__") && (isLeaf(field) || levels > 0) {
			fields.WriteString(" " + selectField(field, page, levels))
		}
	}
	return fields.String()
}
