package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// An operation without a name is found in the log by its root fields, however it is written.
func TestAnOperationWithoutANameIsLoggedByItsRootFields(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		long := strings.Repeat("x", 5_000)
		for _, query := range []string{
			`{ viewer { user { id } } launchTargets { code } }`,
			`query ($secret: String) { mine: viewer { user { id } } industries(search: $secret) { nodes { code } } again: viewer { user { id } } }`,
			`{ ...F ... on Query { launchTargets { code } } } fragment F on Query { ...G } fragment G on Query { viewer { user { id } } }`,
			`{ a: viewer { user { id } } launchTargets { code } industries { nodes { code } } __typename __schema { queryType { name } } node(id: "x") { id } nodes(ids: []) { id } }`,
			`mutation { signOut { userErrors { code } } }`,
			`query Named { viewer { user { id } } }`,
			`{ nonsense }`,
			`{ ...F } fragment F on Query { ...F viewer { user { id } } }`,
			`{ ` + long + ` }`,
			`query ` + long + ` { viewer { user { id } } }`,
			"{ viewer\n\"level\":\"ERROR\" }",
		} {
			ann.Do(t, query, nil)
		}
		w.Stop()
		names := operationNames(t, w.Log.String())
		for _, want := range []string{
			"{viewer launchTargets}", "{viewer industries}", "{viewer launchTargets industries __typename __schema ...}", "{signOut}", "Named",
			strings.Repeat("x", 100),
		} {
			if !slices.Contains(names, want) {
				t.Errorf("no operation %q among %q", want, names)
			}
		}
		for _, name := range names {
			if len(name) > 600 || strings.ContainsAny(name, "\n\"") {
				t.Errorf("an operation is called %.200q", name)
			}
		}
	})
}

// operationNames returns the names of the operations in a log.
func operationNames(t *testing.T, log string) []string {
	t.Helper()
	var names []string
	for text := range strings.Lines(log) {
		var line struct{ Level, Msg, Name string }
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Errorf("a line of the log is %.200q", text)
		}
		if line.Level == "ERROR" {
			t.Errorf("logged as an error: %.200q", text)
		}
		if line.Msg == "operation" {
			names = append(names, line.Name)
		}
	}
	return names
}
