package gqlhttp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Observed is what is recorded of an operation when it has been answered. It holds nothing of what was sent with it.
type Observed struct {
	// Name is what the client calls the operation, or else its root fields, such as "{viewer launchTargets}"; Kind is query, mutation or
	// subscription. Both are empty when the operation could not be read.
	Name, Kind string
	// Duration counts from when the operation was received, and includes its wait for a turn.
	Duration time.Duration
	Cost     int
	// Codes are those of the response's top-level errors.
	Codes []string
}

type refusalKey struct{}

// WithRefusal returns a context in which a refusal is noted, and where its code will be: empty unless the request is refused before
// it is passed on to GraphQL.
func WithRefusal(ctx context.Context) (context.Context, *string) {
	code := new(string)
	return context.WithValue(ctx, refusalKey{}, code), code
}

func noteRefusal(ctx context.Context, code string) {
	if noted, ok := ctx.Value(refusalKey{}).(*string); ok {
		*noted = code
	}
}

// What is recorded of an operation's name at most: bytes, root fields if it has none, and selections that are searched for them.
const (
	maxName       = 100
	maxNamed      = 5
	maxSelections = 100
)

// observe records an operation whose time began with its trace.
func (h *Handler) observe(ctx context.Context, operation *graphql.OperationContext, errs gqlerror.List) {
	if h.Observe == nil {
		return
	}
	observed := Observed{Duration: time.Since(graphql.GetStartTime(ctx))}
	if operation != nil && operation.Operation != nil {
		observed.Name = nameOf(operation.Operation)
		observed.Kind = string(operation.Operation.Operation)
		if cost, ok := operation.Stats.GetExtension(costExtension).(map[string]int); ok {
			observed.Cost = cost["requested"]
		}
	}
	for _, err := range errs {
		if code, ok := err.Extensions["code"].(string); ok {
			observed.Codes = append(observed.Codes, code)
		}
	}
	h.Observe(ctx, observed)
}

// nameOf returns the name of an operation, or else its root fields in braces: without aliases and arguments, each field once. In the
// grammar, both consist of letters, digits and underscores only.
func nameOf(operation *ast.OperationDefinition) string {
	if operation.Name != "" {
		return cutName(operation.Name)
	}
	names := rootNames{left: maxSelections}
	names.add(operation.SelectionSet)
	if names.hasMore {
		names.found = append(names.found, "...")
	}
	return "{" + strings.Join(names.found, " ") + "}"
}

func cutName(name string) string { return name[:min(len(name), maxName)] }

// rootNames collects names of fields.
type rootNames struct {
	found   []string
	hasMore bool
	// left is how many selections may still be looked at. The operation may be invalid, with fragments that spread each other.
	left int
}

func (n *rootNames) add(selections ast.SelectionSet) {
	for _, selection := range selections {
		if n.left--; n.left < 0 {
			n.hasMore = true
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			n.addField(cutName(s.Name))
		case *ast.InlineFragment:
			n.add(s.SelectionSet)
		case *ast.FragmentSpread:
			if s.Definition != nil {
				n.add(s.Definition.SelectionSet)
			}
		}
	}
}

func (n *rootNames) addField(name string) {
	switch {
	case slices.Contains(n.found, name):
	case len(n.found) == maxNamed:
		n.hasMore = true
	default:
		n.found = append(n.found, name)
	}
}
