package gqlhttp

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// checkSubscription reports a subscription that does not have exactly one field at its root, or one that is about the schema or that a
// directive may leave out: nothing could be sent for it. It takes the place of the validator's rule SingleFieldSubscriptions, which does
// not tell fields apart by their aliases.
func checkSubscription(operation *ast.OperationDefinition, report func(*gqlerror.Error)) {
	if operation.Operation != ast.Subscription {
		return
	}
	name := "Anonymous Subscription"
	if operation.Name != "" {
		name = "Subscription " + strconv.Quote(operation.Name)
	}
	invalid := func(at *ast.Position, format string) {
		err := &gqlerror.Error{Message: fmt.Sprintf(format, name)}
		core.At(at)(err)
		report(err)
	}
	roots := collect(operation.SelectionSet, nil, map[string]bool{})
	if len(roots) > 1 {
		invalid(roots[1][0].Position, "%s must select only one top level field.")
	}
	for _, same := range roots {
		if strings.HasPrefix(same[0].Name, "__") {
			invalid(same[0].Position, "%s must not select an introspection top level field.")
		}
	}
	if at := findCondition(operation.SelectionSet, map[string]bool{}); at != nil {
		invalid(at, "%s must not use `@skip` or `@include` directives in the top level selection.")
	}
}

// findCondition returns where a selection is that a directive may leave out, or nil. It looks at each fragment once.
func findCondition(selections ast.SelectionSet, seen map[string]bool) *ast.Position {
	for _, selection := range selections {
		var directives ast.DirectiveList
		var inside ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			directives = s.Directives
		case *ast.InlineFragment:
			directives, inside = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			if directives = s.Directives; s.Definition != nil && !seen[s.Name] {
				seen[s.Name] = true
				inside = s.Definition.SelectionSet
			}
		}
		if directives.ForName("skip") != nil || directives.ForName("include") != nil {
			return selection.GetPosition()
		}
		if at := findCondition(inside, seen); at != nil {
			return at
		}
	}
	return nil
}
