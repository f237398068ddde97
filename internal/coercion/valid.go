package coercion

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// CheckLiterals reports each literal of a document that does not have the type of its position, with its code. It takes the place of the
// validator's rule ValuesOfCorrectType, which accepts objects for scalars and judges no custom scalars.
func (c *Coercer) CheckLiterals(observers *core.Events, report func(*gqlerror.Error)) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		if value.Definition != nil && value.ExpectedType != nil {
			l := &literalCheck{Coercer: c, report: report, value: value}
			l.check()
		}
	})
}

// literalCheck checks one literal.
type literalCheck struct {
	*Coercer
	report func(*gqlerror.Error)
	value  *ast.Value
}

func (l *literalCheck) check() {
	value, definition := l.value, l.value.Definition
	switch {
	case value.Kind == ast.Variable:
	case value.Kind == ast.NullValue:
		if value.ExpectedType.NonNull {
			l.unexpected("")
		}
	case value.Kind == ast.ListValue && value.ExpectedType.Elem != nil:
	case value.Kind == ast.ObjectValue && definition.Kind == ast.InputObject:
		l.checkObject()
	case definition.Kind == ast.InputObject:
		l.unexpected("")
	case definition.Kind == ast.Enum:
		l.checkEnum()
	case definition.Kind == ast.Scalar:
		l.checkScalar()
	}
}

func (l *literalCheck) add(code string, at *ast.Position, message string) {
	err := &gqlerror.Error{Message: message, Rule: "ValuesOfCorrectType"}
	core.At(at)(err)
	errcode.Set(err, code)
	l.report(err)
}

func (l *literalCheck) invalid(message string) {
	l.add(errcode.ValidationFailed, l.value.Position, message)
}

// unexpected reports a literal of another kind than its type's, and for a custom scalar what is allowed.
func (l *literalCheck) unexpected(allowed string) {
	message := fmt.Sprintf(`Expected value of type "%s", found %s`, l.value.ExpectedType, printed(l.value))
	if allowed == "" {
		l.invalid(message + ".")
		return
	}
	l.add(badUserInput, l.value.Position, message+"; "+allowed)
}

func (l *literalCheck) checkObject() {
	value, of := l.value, l.value.Definition
	for _, field := range of.Fields {
		if field.Type.NonNull && field.DefaultValue == nil && value.Children.ForName(field.Name) == nil {
			l.invalid(fmt.Sprintf(`Field "%s.%s" of required type "%s" was not provided.`, of.Name, field.Name, field.Type))
		}
	}
	if of.Directives.ForName("oneOf") != nil {
		l.checkOneOf()
	}
	for _, field := range value.Children {
		if of.Fields.ForName(field.Name) == nil {
			suggested := didYouMean("", suggestions(field.Name, fieldNames(of)))
			l.add(errcode.ValidationFailed, field.Position, fmt.Sprintf(`Field "%s" is not defined by type "%s".%s`, cut(field.Name), of.Name, suggested))
		}
	}
}

func (l *literalCheck) checkOneOf() {
	names := map[string]bool{}
	for _, field := range l.value.Children {
		names[field.Name] = true
	}
	if len(names) != 1 {
		l.invalid(fmt.Sprintf(`OneOf Input Object "%s" must specify exactly one key.`, l.value.Definition.Name))
		return
	}
	if only := l.value.Children[len(l.value.Children)-1]; only.Value.Kind == ast.NullValue {
		l.invalid(fmt.Sprintf(`Field "%s.%s" must be non-null.`, l.value.Definition.Name, cut(only.Name)))
	}
}

func (l *literalCheck) checkEnum() {
	of, shown := l.value.Definition, printed(l.value)
	switch {
	case l.value.Kind != ast.EnumValue:
		suggested := didYouMean("the enum value", suggestions(shown, enumNames(of)))
		l.invalid(fmt.Sprintf(`Enum "%s" cannot represent non-enum value: %s.%s`, of.Name, shown, suggested))
	case of.EnumValues.ForName(l.value.Raw) == nil:
		suggested := didYouMean("the enum value", suggestions(l.value.Raw, enumNames(of)))
		l.invalid(fmt.Sprintf(`Value "%s" does not exist in "%s" enum.%s`, shown, of.Name, suggested))
	}
}

func (l *literalCheck) checkScalar() {
	value, name := l.value, l.value.Definition.Name
	isString := value.Kind == ast.StringValue || value.Kind == ast.BlockValue
	switch {
	case name == "Int" && value.Kind != ast.IntValue:
		l.invalid("Int cannot represent non-integer value: " + printed(value))
	case name == "Int":
		if _, err := strconv.ParseInt(value.Raw, 10, 32); err != nil {
			l.invalid("Int cannot represent non 32-bit signed integer value: " + printed(value))
		}
	case name == "Float":
		if _, err := strconv.ParseFloat(value.Raw, 64); err != nil || value.Kind != ast.IntValue && value.Kind != ast.FloatValue {
			l.invalid("Float cannot represent non numeric value: " + printed(value))
		}
	case name == "String" && !isString:
		l.invalid("String cannot represent a non string value: " + printed(value))
	case name == "Boolean" && value.Kind != ast.BooleanValue:
		l.invalid("Boolean cannot represent a non boolean value: " + printed(value))
	case name == "ID" && !isString && value.Kind != ast.IntValue:
		l.invalid("ID cannot represent a non-string and non-integer value: " + printed(value))
	case builtIn[name] == nil:
		l.checkCustom()
	}
}

func (l *literalCheck) checkCustom() {
	value, ok := untyped(l.value)
	if !ok {
		l.unexpected("")
		return
	}
	if judge := l.Scalars[l.value.Definition.Name]; judge != nil {
		if err := judge(value); err != nil {
			l.unexpected(err.Error())
		}
	}
}

// untyped returns the value of a literal that may have any type, or says that it has none: it is too large a number, or holds variables.
func untyped(literal *ast.Value) (value any, ok bool) {
	if hasVariable(literal) {
		return nil, false
	}
	value, err := literal.Value(nil)
	if n, isInt := value.(int64); isInt {
		value = json.Number(strconv.FormatInt(n, 10))
	}
	return value, err == nil
}

func hasVariable(literal *ast.Value) bool {
	if literal.Kind == ast.Variable {
		return true
	}
	for _, child := range literal.Children {
		if hasVariable(child.Value) {
			return true
		}
	}
	return false
}

// Exact makes the whole numbers of a valid document that stand for an ID or a Float what they are, so that none is too large to be
// read. It must be called before the document is used by several goroutines.
func Exact(value *ast.Value) {
	if value.Kind != ast.IntValue || value.Definition == nil {
		return
	}
	switch value.Definition.Name {
	case "ID":
		value.Kind = ast.StringValue
	case "Float":
		value.Kind = ast.FloatValue
	}
}

// printed returns a literal as graphql-js prints it, and at most its first 100 characters.
func printed(value *ast.Value) string {
	text := &strings.Builder{}
	printLiteral(text, value)
	return cut(text.String())
}

func printLiteral(to *strings.Builder, value *ast.Value) {
	if isLong(to) {
		return
	}
	opening, closing := "[", "]"
	switch value.Kind {
	case ast.ObjectValue:
		opening, closing = "{", "}"
	case ast.ListValue:
	default:
		to.WriteString(value.String())
		return
	}
	to.WriteString(opening)
	for i, child := range value.Children {
		if i > 0 {
			to.WriteString(", ")
		}
		if value.Kind == ast.ObjectValue {
			to.WriteString(child.Name + ": ")
		}
		printLiteral(to, child.Value)
	}
	to.WriteString(closing)
}
