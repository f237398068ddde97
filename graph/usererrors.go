package graph

import (
	"context"
	"fmt"

	"minidock/graph/model"
	"minidock/internal/fault"
	"minidock/internal/locale"
)

// userErrors returns the user errors of a payload, with their messages in the language of the request.
func userErrors(ctx context.Context, list *fault.List) []*model.UserError {
	errs := []*model.UserError{}
	for _, err := range list.Errors() {
		errs = append(errs, userError(ctx, err))
	}
	return errs
}

func userError(ctx context.Context, err fault.UserError) *model.UserError {
	e := &model.UserError{
		Code: err.Code, Path: []string{}, Message: err.Message(locale.Of(ctx)), MessageKey: err.MessageKey(),
		MessageParams: []*model.MessageParam{},
	}
	if steps := err.Steps(); len(steps) > 0 {
		e.Path = append([]string{"input"}, steps...)
	}
	for _, param := range err.Params {
		e.MessageParams = append(e.MessageParams, &model.MessageParam{Name: param.Name, Value: fmt.Sprint(param.Value)})
	}
	return e
}
