package app

import (
	"slices"
	"strings"

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

// secrets are input fields and arguments for what must be known to one person only, beside those for passwords.
var secrets = []string{"code", "token", "challenge"}

func isSecret(name string) bool {
	return slices.Contains(secrets, name) || strings.Contains(strings.ToLower(name), "password")
}
