package gqlhttp

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

var errNoIntrospection = &fault.Refusal{Code: "FORBIDDEN", Message: "Introspection is disabled."}

// checkIntrospection refuses an operation that reads the schema for a viewer who may not.
func (h *Handler) checkIntrospection(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	operation.DisableIntrospection = true
	if !introspects(operation.Operation.SelectionSet, map[string]bool{}) {
		return nil
	}
	isAllowed, err := h.Viewers.MayIntrospect(ctx)
	if err != nil {
		return h.present(ctx, err)
	}
	if !isAllowed {
		return coded(errNoIntrospection)
	}
	operation.DisableIntrospection = false
	return nil
}

// introspects says whether selections read the schema at any depth: the payload of a mutation leads back to the query root. It looks
// at each fragment once.
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

// suggestion is how the validator suggests names that are close to those in the query.
var suggestion = regexp.MustCompile(` ?Did you mean [^?]*\?`)

// hideSchema removes the names of the schema from errors for a viewer who may not read it.
func (h *Handler) hideSchema(ctx context.Context, errs gqlerror.List) gqlerror.List {
	if isAllowed, err := h.Viewers.MayIntrospect(ctx); err == nil && isAllowed {
		return errs
	}
	for _, err := range errs {
		err.Message = strings.TrimSpace(suggestion.ReplaceAllString(err.Message, ""))
	}
	return errs
}
