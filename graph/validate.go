package graph

import (
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validate returns the first mistakes of a query, as many as are told. It looks no further then: a mistake in a fragment is
// found anew from wherever it is spread, and what the query may have meant is looked up every time.
func validate(schema *ast.Schema, doc *ast.QueryDocument) (wrong gqlerror.List) {
	enough := new(int) // panicked with, and known by its address
	defer func() {
		if p := recover(); p != nil && p != any(enough) {
			panic(p)
		}
	}()
	all := rules.NewDefaultRules()
	for name, rule := range all.GetInner() {
		all.ReplaceRule(name, func(observers *validator.Events, _ validator.AddErrFunc) {
			rule(observers, func(options ...validator.ErrorOption) {
				mistake := &gqlerror.Error{Rule: name}
				for _, option := range options {
					option(mistake)
				}
				errcode.Set(mistake, errcode.ValidationFailed)
				if wrong = append(wrong, mistake); len(wrong) == maxErrors {
					panic(enough)
				}
			})
		})
	}
	validator.ValidateWithRules(schema, doc, all)
	return wrong
}
