package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/types"
	"os"

	"github.com/99designs/gqlgen/codegen"
)

// rewrite makes the changes in a generated file, one after the other.
func rewrite(filename string, changes ...func([]byte) ([]byte, error)) error {
	code, err := os.ReadFile(filename)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if code, err = change(code); err != nil {
			return fmt.Errorf("%s: %w", filename, err)
		}
	}
	return os.WriteFile(filename, code, 0o644)
}

const (
	concurrent = "graphql.MarshalSliceConcurrently("
	sequential = "marshalSlice("
)

// marshalInOrder has list elements written one after the other, for which gqlgen has no setting.
func marshalInOrder(code []byte) ([]byte, error) {
	if !bytes.Contains(code, []byte(concurrent)) {
		return nil, errors.New("there is no " + concurrent + " to replace: gqlgen writes lists in another way now")
	}
	return bytes.ReplaceAll(code, []byte(concurrent), []byte(sequential)), nil
}

// scalarFields is a plugin that finds the fields that can be written inline: scalars and enums that are read from a field of the Go
// type, or by a method without arguments and errors, and on which no directive runs. gqlgen resolves each through several closures and
// in a context of its own, which it needs only when it fails; executionContext.inline has the same result and the same errors without.
type scalarFields struct{ found []scalarField }

type scalarField struct{ object, name, value string }

// Name names the plugin.
func (*scalarFields) Name() string { return "scalarFields" }

// GenerateCode is called before the code is written.
func (s *scalarFields) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		for _, field := range object.Fields {
			if value, ok := inlined(object, field); ok {
				s.found = append(s.found, scalarField{object.Name, field.Name, fmt.Sprintf(
					"ec.inline(ctx, field, ec.%s, %q, func() graphql.Marshaler { return %s })", field.FieldContextFunc(), field.TypeReference.GQL, value,
				)})
			}
		}
	}
	return nil
}

// inlined returns the expression that marshals a field, if it can be written inline. The expression reports no error by itself,
// since it is evaluated in the context of the object.
func inlined(object *codegen.Object, field *codegen.Field) (expression string, ok bool) {
	of := field.TypeReference
	isPlain := field.IsVariable() || field.IsMethod() && field.NoErr && !field.MethodHasContext && !field.HasHaser
	if object.Root || field.IsResolver || !isPlain || len(field.Args) > 0 || field.HasDirectives() {
		return "", false
	}
	if !of.Definition.IsLeafType() || of.GQL.Elem != nil || of.IsContext || of.HasEnumValues() {
		return "", false
	}
	value := field.GoReceiverName + "." + field.GoFieldName
	if field.IsMethod() {
		value += "()"
	}
	switch {
	case !of.GQL.NonNull: // gqlgen's function for what can be null reports nothing
		return fmt.Sprintf("ec.%s(ctx, field.Selections, %s)", of.MarshalFunc(), value), true
	case of.IsNilable():
		return "", false
	case of.IsMarshaler:
		return value, true
	case of.CastType != nil:
		value = fmt.Sprintf("%s(%s)", types.TypeString(of.CastType, nil), value)
	}
	return fmt.Sprintf("%s.%s(%s)", of.Marshaler.Pkg().Name(), of.Marshaler.Name(), value), true
}

// inline writes the values of the fields in place of the calls of their functions, which it deletes.
func (s *scalarFields) inline(code []byte) ([]byte, error) {
	if len(s.found) == 0 {
		return nil, errors.New("there is no scalar field to write inline")
	}
	for _, field := range s.found {
		call := fmt.Appendf(nil, "ec._%s_%s(ctx, field, obj)", field.object, field.name)
		if !bytes.Contains(code, call) {
			return nil, fmt.Errorf("there is no %s: gqlgen calls the functions of fields in another way now", call)
		}
		code = bytes.ReplaceAll(code, call, []byte(field.value))
		start := bytes.Index(code, fmt.Appendf(nil, "func (ec *executionContext) _%s_%s(", field.object, field.name))
		if start < 0 {
			return nil, fmt.Errorf("there is no function for %s.%s", field.object, field.name)
		}
		end := start + bytes.Index(code[start:], []byte("\n}\n")) + len("\n}\n")
		code = append(code[:start:start], code[end:]...)
	}
	return code, nil
}
