package graph

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
)

// Audience says for whom something is.
type Audience string

// The audiences of introspection and of the playground.
const (
	ForEveryone Audience = "everyone"
	ForStaff    Audience = "staff"
	ForNobody   Audience = "nobody"
)

var errNoIntrospection = &fault.Refusal{Code: "FORBIDDEN", Message: "The schema is not told here."}

// Admits tells whether whoever sends the request belongs to the audience.
func (r *Resolver) Admits(ctx context.Context, audience Audience) (bool, error) {
	if audience != ForStaff {
		return audience != ForNobody, nil
	}
	principal, err := viewer(ctx).Principal(ctx)
	if err != nil {
		return false, err
	}
	return principal.StaffRole != "", nil
}

// checkIntrospection refuses an operation that asks for the schema on behalf of somebody who may not see it.
func (a *api) checkIntrospection(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	operation.DisableIntrospection = true
	if !introspects(operation.Operation.SelectionSet, map[string]bool{}) {
		return nil
	}
	admitted, err := a.resolver.Admits(ctx, a.resolver.Introspection)
	if err != nil {
		return a.present(ctx, err)
	}
	if !admitted {
		return coded(errNoIntrospection)
	}
	operation.DisableIntrospection = false
	return nil
}

// introspects tells whether selections ask for the schema, at whatever depth: what a mutation answers leads back to the query
// root. It looks at each fragment once.
func introspects(selections ast.SelectionSet, seen map[string]bool) bool {
	return slices.ContainsFunc(selections, func(selection ast.Selection) bool {
		switch s := selection.(type) {
		case *ast.Field:
			return isIntrospection(s) || introspects(s.SelectionSet, seen)
		case *ast.InlineFragment:
			return introspects(s.SelectionSet, seen)
		case *ast.FragmentSpread:
			if seen[s.Name] || s.Definition == nil {
				return false
			}
			seen[s.Name] = true
			return introspects(s.Definition.SelectionSet, seen)
		}
		return false
	})
}

func isIntrospection(field *ast.Field) bool {
	return field.Name == "__schema" || field.Name == "__type"
}

// suggestion is how the validator offers names that the query nearly has.
var suggestion = regexp.MustCompile(` ?Did you mean [^?]*\?`)

// withoutSuggestions takes the names of the schema out of what is told to whoever may not see it.
func withoutSuggestions(list gqlerror.List) gqlerror.List {
	for _, told := range list {
		told.Message = strings.TrimSpace(suggestion.ReplaceAllString(told.Message, ""))
	}
	return list
}
