// Package coercion judges input values as the GraphQL specification says, in the words of graphql-js 16: the values of variables, and the
// literals of a document.
package coercion

import (
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
)

// Scalar judges a value of a custom scalar, as it was sent in JSON or as a literal. Its error says what is allowed.
type Scalar func(value any) error

// Coercer coerces input values to the types of a schema. A custom scalar that has no Scalar accepts every value.
type Coercer struct {
	Schema  *ast.Schema
	Scalars map[string]Scalar
	// IsSecret says of the name of an input field or argument that its texts and numbers are not repeated; nil for none.
	IsSecret func(name string) bool
	// MaxErrors is how many errors are reported, after which coercion stops.
	MaxErrors int
}

// Variables returns the coerced values of an operation's variables, or the first errors, each with its code. A variable that was not
// sent and has no default is absent from the result. Errors repeat no texts or numbers of secret variables and fields, nor of objects that
// have secret fields.
func (c *Coercer) Variables(definitions ast.VariableDefinitionList, sent *Object, secret map[*ast.VariableDefinition]bool) (map[string]any, gqlerror.List) {
	coerced, errs := map[string]any{}, gqlerror.List(nil)
	for _, definition := range definitions {
		v := &variable{Coercer: c, definition: definition, left: c.MaxErrors - len(errs)}
		v.isSecret = secret[definition] || c.hasSecret(definition.Type.Name(), map[string]bool{})
		if v.isFull() {
			break
		}
		if value, ok := v.coerce(sent); ok {
			coerced[definition.Variable] = value
		}
		errs = append(errs, v.errs...)
	}
	if errs != nil {
		return nil, errs
	}
	return coerced, nil
}

// variable is a variable whose value is coerced.
type variable struct {
	*Coercer
	definition *ast.VariableDefinition
	isSecret   bool
	// left is how many errors may still be reported.
	left int
	errs gqlerror.List
}

func (v *variable) isFull() bool { return len(v.errs) >= v.left }

// coerce returns the variable's value, or says that it has none.
func (v *variable) coerce(sent *Object) (value any, ok bool) {
	name, of := v.definition.Variable, v.definition.Type
	value, ok = sent.Get(name)
	switch {
	case !ok && v.definition.DefaultValue != nil:
		return v.literal(v.definition.DefaultValue, of), true
	case !ok && of.NonNull:
		v.add(errcode.ValidationFailed, fmt.Sprintf(`Variable "$%s" of required type "%s" was not provided.`, name, of))
	case !ok:
	case value == nil && of.NonNull:
		v.add(errcode.ValidationFailed, fmt.Sprintf(`Variable "$%s" of non-null type "%s" must not be null.`, name, of))
	default:
		return v.value(value, of, nil), true
	}
	return nil, false
}

func (v *variable) add(code, message string) {
	if v.isFull() {
		return
	}
	err := &gqlerror.Error{Message: message}
	if at := v.definition.Position; at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	errcode.Set(err, code)
	v.errs = append(v.errs, err)
}

// invalid reports that a value at a path within the variable is not allowed.
func (v *variable) invalid(path ast.Path, value any, reason string) {
	v.invalidWith(errcode.ValidationFailed, path, value, reason)
}

func (v *variable) invalidWith(code string, path ast.Path, value any, reason string) {
	at := ""
	if len(path) > 0 {
		at = fmt.Sprintf(` at "%s%s"`, v.definition.Variable, pathText(path))
	}
	v.add(code, fmt.Sprintf(`Variable "$%s" got invalid value %s%s; %s`, v.definition.Variable, v.shown(path, value), at, reason))
}

// value coerces a value that was sent. What it returns is of no use once there are errors.
func (v *variable) value(value any, of *ast.Type, path ast.Path) any {
	switch {
	case value == nil && of.NonNull:
		v.invalid(path, value, fmt.Sprintf(`Expected non-nullable type "%s" not to be null.`, of))
		return nil
	case value == nil:
		return nil
	case of.Elem != nil:
		return v.list(value, of, path)
	}
	switch definition := v.Schema.Types[of.NamedType]; definition.Kind {
	case ast.InputObject:
		return v.object(value, definition, path)
	case ast.Enum:
		return v.enum(value, definition, path)
	default:
		return v.scalar(value, definition.Name, path)
	}
}

// list coerces a list; any other value is a list of one.
func (v *variable) list(value any, of *ast.Type, path ast.Path) []any {
	elements, ok := value.([]any)
	if !ok {
		return []any{v.value(value, of.Elem, path)}
	}
	coerced := make([]any, 0, len(elements))
	for i, element := range elements {
		if v.isFull() {
			break
		}
		coerced = append(coerced, v.value(element, of.Elem, child(path, ast.PathIndex(i))))
	}
	return coerced
}

func (v *variable) object(value any, of *ast.Definition, path ast.Path) any {
	object, ok := value.(*Object)
	if !ok {
		v.invalid(path, value, fmt.Sprintf(`Expected type "%s" to be an object.`, of.Name))
		return nil
	}
	coerced, present := map[string]any{}, []string(nil)
	for _, field := range of.Fields {
		sent, ok := object.Get(field.Name)
		switch {
		case ok:
			coerced[field.Name] = v.value(sent, field.Type, child(path, ast.PathName(field.Name)))
		case field.DefaultValue != nil:
			coerced[field.Name] = v.literal(field.DefaultValue, field.Type)
		case field.Type.NonNull:
			v.invalid(path, value, fmt.Sprintf(`Field "%s" of required type "%s" was not provided.`, field.Name, field.Type))
			continue
		default:
			continue
		}
		present = append(present, field.Name)
	}
	v.refuseUnknown(object, of, path)
	if of.Directives.ForName("oneOf") != nil {
		v.checkOneOf(object, of, coerced, present, path)
	}
	return coerced
}

func (v *variable) refuseUnknown(object *Object, of *ast.Definition, path ast.Path) {
	for _, name := range object.names {
		if v.isFull() {
			return
		}
		if of.Fields.ForName(name) == nil {
			suggested := didYouMean("", suggestions(name, fieldNames(of)))
			v.invalid(path, object, fmt.Sprintf(`Field "%s" is not defined by type "%s".%s`, cut(name), of.Name, suggested))
		}
	}
}

// checkOneOf makes sure that exactly one field is present, and not null. A value that was refused is nil as well, so what was sent
// is looked at; null for a field that is never null is refused before.
func (v *variable) checkOneOf(object *Object, of *ast.Definition, coerced map[string]any, present []string, path ast.Path) {
	if len(present) != 1 {
		v.invalid(path, object, fmt.Sprintf(`Exactly one key must be specified for OneOf type "%s".`, of.Name))
	}
	if len(present) == 0 {
		return
	}
	key := present[0]
	if sent, _ := object.Get(key); sent == nil && coerced[key] == nil && !of.Fields.ForName(key).Type.NonNull {
		v.invalid(child(path, ast.PathName(key)), nil, fmt.Sprintf(`Field "%s" must be non-null.`, key))
	}
}

func (v *variable) enum(value any, of *ast.Definition, path ast.Path) any {
	name, ok := value.(string)
	if !ok {
		shown := v.shown(path, value)
		suggested := didYouMean("the enum value", suggestions(shown, enumNames(of)))
		v.invalid(path, value, fmt.Sprintf(`Enum "%s" cannot represent non-string value: %s.%s`, of.Name, shown, suggested))
	} else if of.EnumValues.ForName(name) == nil {
		suggested := didYouMean("the enum value", suggestions(name, enumNames(of)))
		if v.hides(path, value) {
			name = hidden
		}
		v.invalid(path, value, fmt.Sprintf(`Value "%s" does not exist in "%s" enum.%s`, cut(name), of.Name, suggested))
	}
	return value
}

// scalar coerces a value of a built-in scalar. The value of a custom one is judged and passed on as it was sent.
func (v *variable) scalar(value any, name string, path ast.Path) any {
	if parse, ok := builtIn[name]; ok {
		coerced, reason := parse(value)
		if reason != "" {
			v.invalid(path, value, reason+v.shown(path, value))
		}
		return coerced
	}
	plain := plainOf(value)
	if judge := v.Scalars[name]; judge != nil {
		if err := judge(plain); err != nil {
			v.invalidWith(badUserInput, path, value, fmt.Sprintf(`Expected type "%s". %s`, name, err))
		}
	}
	return plain
}

// shown shows a value at a path in a message.
func (v *variable) shown(path ast.Path, value any) string { return show(value, v.hides(path, value)) }

// hides says whether the texts and numbers of a value are not shown: all of a secret variable, but for a single text or number in a field
// that is not secret. An object may have a secret under a name that is misspelt.
func (v *variable) hides(path ast.Path, value any) bool {
	if _, isObject := value.(*Object); !v.isSecret || isObject {
		return v.isSecret
	}
	if _, isList := value.([]any); isList {
		return true
	}
	for _, step := range slices.Backward(path) {
		if name, ok := step.(ast.PathName); ok {
			return v.IsSecret(string(name))
		}
	}
	return true // the variable itself
}

// hasSecret says whether an input has a secret field at any depth. It looks at each input once.
func (c *Coercer) hasSecret(name string, seen map[string]bool) bool {
	definition := c.Schema.Types[name]
	if c.IsSecret == nil || definition == nil || definition.Kind != ast.InputObject || seen[name] {
		return false
	}
	seen[name] = true
	return slices.ContainsFunc(definition.Fields, func(field *ast.FieldDefinition) bool {
		return c.IsSecret(field.Name) || c.hasSecret(field.Type.Name(), seen)
	})
}

// badUserInput is the code of errors of custom scalars.
var badUserInput = fault.BadInput("").(*fault.Refusal).Code

// child returns the path of a value within the value at another path, which keeps its own memory.
func child(path ast.Path, step ast.PathElement) ast.Path { return append(slices.Clip(path), step) }

func pathText(path ast.Path) string {
	text := ""
	for _, step := range path {
		switch step := step.(type) {
		case ast.PathIndex:
			text += fmt.Sprintf("[%d]", step)
		case ast.PathName:
			text += "." + string(step)
		}
	}
	return text
}

func fieldNames(of *ast.Definition) []string {
	names := make([]string, len(of.Fields))
	for i, field := range of.Fields {
		names[i] = field.Name
	}
	return names
}

func enumNames(of *ast.Definition) []string {
	names := make([]string, len(of.EnumValues))
	for i, value := range of.EnumValues {
		names[i] = value.Name
	}
	return names
}
