package app

import (
	"minidock/graph/model"
	"minidock/internal/coercion"
)

// scalars judge what clients send for the schema's own scalars.
var scalars = map[string]coercion.Scalar{
	"DateTime": judgeBy(model.UnmarshalDateTime),
	"Upload":   judgeBy(model.UnmarshalUpload),
}

func judgeBy[T any](unmarshal func(any) (T, error)) coercion.Scalar {
	return func(value any) error {
		_, err := unmarshal(value)
		return err
	}
}
