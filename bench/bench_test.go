package main

import (
	"testing"

	"minidock/internal/apitest"
)

// The short form checks the answers of the built program beside those of the limit, and how many statements they take.
func TestAnswersAndStatements(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(*testing.T) string{
		"sqlite": func(*testing.T) string { return "" }, "postgres": apitest.NewDatabase,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := run(t.Context(), options{databaseURL: address(t), connections: "1", short: true}); err != nil {
				t.Error(err)
			}
		})
	}
}
