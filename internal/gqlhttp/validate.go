package gqlhttp

import (
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"minidock/internal/coercion"
)

// validation is what is found out about a document while it is validated.
type validation struct {
	errs gqlerror.List
	// notNull are the variables of nullable types that stand where null is not allowed, since they or the position have a default.
	notNull map[*ast.VariableDefinition]bool
	// numbers are the whole numbers in the document.
	numbers []*ast.Value
}

// validate validates a document. Its errors are the first ones, as many as are reported, and then it stops: an error in a fragment is
// found again wherever the fragment is spread, and names are searched for suggestions each time.
func validate(coercer *coercion.Coercer, doc *ast.QueryDocument) (v *validation) {
	v = &validation{notNull: map[*ast.VariableDefinition]bool{}}
	full := new(int)
	defer func() { // the validator has no other way to stop; the panic's value is known by its address
		if p := recover(); p != nil && p != any(full) {
			panic(p)
		}
	}()
	report := func(err *gqlerror.Error) {
		if err.Extensions["code"] == nil {
			errcode.Set(err, errcode.ValidationFailed)
		}
		if v.errs = append(v.errs, err); len(v.errs) == maxErrors {
			panic(full)
		}
	}
	validator.ValidateWithRules(coercer.Schema, doc, v.rules(coercer, report))
	if v.errs == nil {
		for _, number := range v.numbers {
			coercion.Exact(number)
		}
	}
	return v
}

// rules are those of the validator, with stricter ones in place of some.
func (v *validation) rules(coercer *coercion.Coercer, report func(*gqlerror.Error)) *rules.Rules {
	all := rules.NewDefaultRules()
	for name, rule := range all.GetInner() {
		all.ReplaceRule(name, func(observers *validator.Events, _ validator.AddErrFunc) {
			rule(observers, func(options ...validator.ErrorOption) {
				err := &gqlerror.Error{Rule: name}
				for _, option := range options {
					option(err)
				}
				report(err)
			})
		})
	}
	all.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, func(observers *validator.Events, _ validator.AddErrFunc) {
		coercer.CheckLiterals(observers, report)
		observers.OnValue(v.note)
	})
	all.ReplaceRule(rules.SingleFieldSubscriptionsRule.Name, func(observers *validator.Events, _ validator.AddErrFunc) {
		observers.OnOperation(func(_ *validator.Walker, operation *ast.OperationDefinition) { checkSubscription(operation, report) })
	})
	return all
}

// note notes what matters when the document is executed.
func (v *validation) note(walker *validator.Walker, value *ast.Value) {
	switch variable := value.VariableDefinition; {
	case value.Kind == ast.IntValue:
		v.numbers = append(v.numbers, value)
	case variable != nil && walker.CurrentOperation != nil && value.ExpectedType != nil && value.ExpectedType.NonNull && !variable.Type.NonNull:
		v.notNull[variable] = true
	}
}
