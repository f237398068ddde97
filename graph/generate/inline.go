package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/99designs/gqlgen/codegen"
)

// rewrite changes a generated file.
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

// scalarFields is a plugin that finds the fields that can be written inline: scalars and enums that are plain fields of the Go type,
// without arguments and directives, and whose value cannot be a null that the schema does not allow. Writing one then cannot fail,
// so that it needs neither a context of its own nor a function that recovers from panics.
type scalarFields struct{ found []scalarField }

type scalarField struct{ object, name, value string }

// Name names the plugin.
func (*scalarFields) Name() string { return "scalarFields" }

// GenerateCode is called before the code is written.
func (s *scalarFields) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		for _, field := range object.Fields {
			if isInlined(object, field) {
				value := fmt.Sprintf("ec.%s(ctx, field.Selections, %s.%s)", field.TypeReference.MarshalFunc(), field.GoReceiverName, field.GoFieldName)
				s.found = append(s.found, scalarField{object.Name, field.Name, value})
			}
		}
	}
	return nil
}

func isInlined(object *codegen.Object, field *codegen.Field) bool {
	of := field.TypeReference
	return !object.Root && !field.IsResolver && field.IsVariable() && len(field.Args) == 0 && !field.HasDirectives() &&
		of.Definition.IsLeafType() && of.GQL.Elem == nil && !(of.GQL.NonNull && of.IsNilable())
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
