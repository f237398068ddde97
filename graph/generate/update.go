package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/types"
	"strings"

	"github.com/99designs/gqlgen/codegen"
)

// updateInputs is a plugin that has every UpdateXInput tell absent from null. Its nullable fields are pointers in Go: an absent field
// is nil, and null is a pointer to the zero value, which zeroIfNull returns. gqlgen's own type for this, Omittable, would have to be the
// type of the fields, and the areas would depend on gqlgen.
type updateInputs struct{}

const (
	omittable = "graphql.OmittableOf("
	pointer   = "zeroIfNull("
)

// Name names the plugin.
func (updateInputs) Name() string { return "updateInputs" }

// GenerateCode is called before the code is written.
func (updateInputs) GenerateCode(data *codegen.Data) error {
	for _, input := range data.Inputs {
		if !strings.HasPrefix(input.Name, "Update") || !strings.HasSuffix(input.Name, "Input") {
			continue
		}
		for _, field := range input.Fields {
			if field.Type.NonNull || field.DefaultValue != nil {
				continue
			}
			if _, ok := field.TypeReference.GO.(*types.Pointer); !ok {
				return fmt.Errorf("%s.%s must be a pointer in Go, so that absent is not null", input.Name, field.Name)
			}
			field.TypeReference.IsOmittable = true
		}
	}
	return nil
}

// makePointers has zeroIfNull make what gqlgen takes for an Omittable.
func (updateInputs) makePointers(code []byte) ([]byte, error) {
	if !bytes.Contains(code, []byte(omittable)) {
		return nil, errors.New("there is no " + omittable + " to replace: gqlgen writes inputs in another way now")
	}
	return bytes.ReplaceAll(code, []byte(omittable), []byte(pointer)), nil
}
