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
	// secret are the variables that stand for secret fields or arguments.
	secret map[*ast.VariableDefinition]bool
	// numbers and variables are the whole numbers and the variables in the document.
	numbers, variables []*ast.Value
}

// validate validates a document. Its errors are the first ones, as many as are reported, and then it stops: an error in a fragment is
// found again wherever the fragment is spread, and names are searched for suggestions each time.
func validate(coercer *coercion.Coercer, doc *ast.QueryDocument) (v *validation) {
	v = &validation{notNull: map[*ast.VariableDefinition]bool{}, secret: map[*ast.VariableDefinition]bool{}}
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
		v.prepare()
	}
	return v
}

// prepare prepares a valid document for being executed. In a fragment that several operations spread, a variable knows the definition of
// only one of them, whose default does not hold for the others; defaults are among the coerced variables.
func (v *validation) prepare() {
	for _, number := range v.numbers {
		coercion.Exact(number)
	}
	for _, variable := range v.variables {
		variable.VariableDefinition = nil
	}
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
		if coercer.IsSecret != nil {
			v.noteSecrets(observers, coercer.IsSecret)
		}
	})
	all.ReplaceRule(rules.SingleFieldSubscriptionsRule.Name, func(observers *validator.Events, _ validator.AddErrFunc) {
		observers.OnOperation(func(_ *validator.Walker, operation *ast.OperationDefinition) { checkSubscription(operation, report) })
	})
	return all
}

// note notes what matters when the document is executed.
func (v *validation) note(walker *validator.Walker, value *ast.Value) {
	switch value.Kind {
	case ast.IntValue:
		v.numbers = append(v.numbers, value)
	case ast.Variable:
		v.variables = append(v.variables, value)
		definition := value.VariableDefinition
		if definition != nil && walker.CurrentOperation != nil && value.ExpectedType != nil && value.ExpectedType.NonNull && !definition.Type.NonNull {
			v.notNull[definition] = true
		}
	}
}

func (v *validation) noteSecrets(observers *validator.Events, isSecret func(string) bool) {
	observers.OnValue(func(_ *validator.Walker, value *ast.Value) {
		for _, field := range value.Children {
			if isSecret(field.Name) && field.Value.VariableDefinition != nil {
				v.secret[field.Value.VariableDefinition] = true
			}
		}
	})
	observers.OnField(func(_ *validator.Walker, field *ast.Field) {
		for _, argument := range field.Arguments {
			if isSecret(argument.Name) && argument.Value.VariableDefinition != nil {
				v.secret[argument.Value.VariableDefinition] = true
			}
		}
	})
}
