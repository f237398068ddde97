package graph

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
)

// Limits bound what one request may ask for.
type Limits struct {
	// QueryLength is the most characters of a query.
	QueryLength int
	// Tokens is the most tokens of a query, comments among them; TokensSignedOut for whoever is signed out.
	Tokens, TokensSignedOut int
	// Depth is how deep fields may lie in one another.
	Depth int
	// Aliases and Directives are the most of them in a query.
	Aliases, Directives int
	// RootFields and RootFieldsOfMutation are the most fields of an operation's root.
	RootFields, RootFieldsOfMutation int
	// Cost is the most list elements that an answer may hold; CostSignedOut for whoever is signed out.
	Cost, CostSignedOut int
	// ListLength is the most elements of a list in the variables.
	ListLength int
}

// DefaultLimits hold unless said otherwise.
var DefaultLimits = Limits{
	QueryLength: 10_000, Tokens: 2_000, TokensSignedOut: 1_000, Depth: 15, Aliases: 30, Directives: 10, RootFields: 20,
	RootFieldsOfMutation: 5, Cost: 1_000, CostSignedOut: 200, ListLength: 100,
}

// What is bounded beside the settings, since no client that means well comes near it.
const (
	// maxOverlap bounds the pairs of fields with the same name: validation compares them all.
	maxOverlap = 40_000
	// maxFields bounds the fields of an operation with its fragments spread.
	maxFields = 4_000
	// maxIntrospections bounds how often one operation may ask for the schema.
	maxIntrospections = 5
)

// tooComplex refuses a query that is over a limit.
func tooComplex(what string, found, limit int) *gqlerror.Error {
	return coded(&fault.Refusal{Code: "QUERY_TOO_COMPLEX", Message: fmt.Sprintf("The query has %s: %d, at most %d.", what, found, limit)})
}

// coded returns a refusal as GraphQL's parser and executor pass errors on.
func coded(refusal *fault.Refusal) *gqlerror.Error {
	return &gqlerror.Error{Message: refusal.Message, Extensions: map[string]any{"code": refusal.Code}}
}

// written is what a query amounts to as it is written, before it is known to be valid.
type written struct {
	aliases, directives, overlap int
	names                        map[string]int
}

// checkText refuses a query that is over a limit as it is written. It looks at each selection once.
func (l Limits) checkText(doc *ast.QueryDocument) *gqlerror.Error {
	t := &written{names: map[string]int{}}
	for _, operation := range doc.Operations {
		t.directives += len(operation.Directives)
		t.add(operation.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		t.directives += len(fragment.Directives)
		t.add(fragment.SelectionSet)
	}
	for _, n := range t.names {
		t.overlap += n * n
	}
	switch {
	case t.aliases > l.Aliases:
		return tooComplex("too many aliases", t.aliases, l.Aliases)
	case t.directives > l.Directives:
		return tooComplex("too many directives", t.directives, l.Directives)
	case t.overlap > maxOverlap:
		return tooComplex("too many fields with the same name", t.overlap, maxOverlap)
	}
	return nil
}

func (t *written) add(selections ast.SelectionSet) {
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.Field:
			t.directives += len(s.Directives)
			t.names[s.Alias]++
			if s.Alias != s.Name {
				t.aliases++
			}
			t.add(s.SelectionSet)
		case *ast.InlineFragment:
			t.directives += len(s.Directives)
			t.add(s.SelectionSet)
		case *ast.FragmentSpread:
			t.directives += len(s.Directives)
			t.names["..."+s.Name]++
		}
	}
}
