package graph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/graph/model"
	"minidock/internal/fault"
	"minidock/internal/request"
)

// userErrors returns the user errors in an operation's error, in the order of the input's fields, for its payload. It returns any other
// error as it is.
func userErrors(ctx context.Context, err error) ([]*model.UserError, error) {
	var errs *fault.UserErrors
	if errors.As(err, &errs) {
		return translate(ctx, errs), nil
	}
	return []*model.UserError{}, err
}

// translate writes user errors or warnings in the language of the request.
func translate(ctx context.Context, errs *fault.UserErrors) []*model.UserError {
	translated := []*model.UserError{}
	if errs == nil {
		return translated
	}
	for _, err := range inOrder(ctx, errs.All()) {
		translated = append(translated, translateOne(ctx, err))
	}
	return translated
}

func translateOne(ctx context.Context, err fault.UserError) *model.UserError {
	e := &model.UserError{
		Code: err.Code, Path: []string{}, Message: err.Message(request.Language(ctx)), MessageKey: err.MessageKey(),
		MessageParams: []*model.MessageParam{},
	}
	if steps := err.Steps(); len(steps) > 0 {
		e.Path = append([]string{inputArgument}, steps...)
	}
	for _, param := range err.Params {
		e.MessageParams = append(e.MessageParams, &model.MessageParam{Name: param.Name, Value: fmt.Sprint(param.Value)})
	}
	return e
}

// inputArgument is the only argument of every mutation that has one.
const inputArgument = "input"

// inOrder sorts user errors by the fields of the mutation's input in the schema; those of the request as a whole come last.
func inOrder(ctx context.Context, errs []fault.UserError) []fault.UserError {
	sorted := slices.Clone(errs)
	input := graphql.GetFieldContext(ctx).Field.Definition.Arguments.ForName(inputArgument)
	if input == nil {
		return sorted
	}
	slices.SortStableFunc(sorted, func(a, b fault.UserError) int {
		return slices.Compare(positionOf(parsedSchema, input.Type, a.Steps()), positionOf(parsedSchema, input.Type, b.Steps()))
	})
	return sorted
}

// positionOf returns where the steps lead in an input: the position of each field in its type, and of each element in its list.
func positionOf(schema *ast.Schema, at *ast.Type, steps []string) []int {
	position := []int{}
	for _, step := range steps {
		if i, err := strconv.Atoi(step); err == nil {
			position = append(position, i)
			continue
		}
		fields := schema.Types[at.Name()].Fields
		i := slices.IndexFunc(fields, func(field *ast.FieldDefinition) bool { return field.Name == step })
		if position = append(position, i); i < 0 {
			break
		}
		at = fields[i].Type
	}
	if len(position) == 0 {
		return []int{math.MaxInt}
	}
	return position
}
