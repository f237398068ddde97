package gqlhttp

import (
	"context"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// selected are the names of the fields that a document selects of each type, whatever its variables are.
type selected map[string][]string

// selectedBy returns what a valid document selects.
func selectedBy(doc *ast.QueryDocument) selected {
	selected := selected{}
	for _, operation := range doc.Operations {
		selected.add(operation.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		selected.add(fragment.SelectionSet)
	}
	return selected
}

func (s selected) add(selections ast.SelectionSet) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.InlineFragment:
			s.add(selection.SelectionSet)
		case *ast.Field:
			if of := selection.ObjectDefinition; of != nil && !slices.Contains(s[of.Name], selection.Name) {
				s[of.Name] = append(s[of.Name], selection.Name)
			}
			s.add(selection.SelectionSet)
		}
	}
}

// narrowed is the context of an operation that reads what it shows. A mutation reads more: what it decides by, and what it records.
func narrowed(ctx context.Context, doc *document, operation *ast.OperationDefinition) context.Context {
	if doc.narrow == nil || operation.Operation != ast.Query {
		return ctx
	}
	return doc.narrow(ctx)
}
