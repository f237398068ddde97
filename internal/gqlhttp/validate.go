package gqlhttp

import (
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validate returns the first errors of a query, as many as are reported, and then stops: an error in a fragment is found again
// wherever the fragment is spread, and names are searched for suggestions each time.
func validate(schema *ast.Schema, doc *ast.QueryDocument) (errs gqlerror.List) {
	full := new(int) // the value of the panic that stops the validator, which has no other way to stop; known by its address
	defer func() {
		if p := recover(); p != nil && p != any(full) {
			panic(p)
		}
	}()
	all := rules.NewDefaultRules()
	for name, rule := range all.GetInner() {
		all.ReplaceRule(name, func(observers *validator.Events, _ validator.AddErrFunc) {
			rule(observers, func(options ...validator.ErrorOption) {
				err := &gqlerror.Error{Rule: name}
				for _, option := range options {
					option(err)
				}
				errcode.Set(err, errcode.ValidationFailed)
				if errs = append(errs, err); len(errs) == maxErrors {
					panic(full)
				}
			})
		})
	}
	validator.ValidateWithRules(schema, doc, all)
	return errs
}
