package coercion_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"minidock/internal/coercion"
)

// table is what e2e/coercion.js writes: what graphql-js makes of variables.
type table struct {
	Schema string
	Rows   []struct {
		Definitions, Sent string
		Coerced           map[string]any
		Errors            []string
	}
}

var day = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

func judgeDay(value any) error {
	if text, ok := value.(string); !ok || !day.MatchString(text) {
		return errors.New("A Day is a text such as 2026-11-22.") //nolint:staticcheck // a sentence for clients
	}
	return nil
}

func newCoercer(t *testing.T, schema string) *coercion.Coercer {
	t.Helper()
	loaded, err := gqlparser.LoadSchema(&ast.Source{Input: schema})
	if err != nil {
		t.Fatal(err)
	}
	return &coercion.Coercer{Schema: loaded, Scalars: map[string]coercion.Scalar{"Day": judgeDay}, MaxErrors: 50}
}

func TestVariablesAreCoercedAsInGraphQLJS(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/variables.json")
	if err != nil {
		t.Fatal(err)
	}
	var want table
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	c := newCoercer(t, want.Schema)
	for _, row := range want.Rows {
		coerced, messages := coerce(t, c, row.Definitions, row.Sent)
		if !slices.Equal(messages, row.Errors) || messages == nil && !reflect.DeepEqual(coerced, row.Coerced) {
			t.Errorf("%s with %s:\n%v %q, want\n%v %q", row.Definitions, row.Sent, coerced, messages, row.Coerced, row.Errors)
		}
	}
	if len(want.Rows) < 1000 {
		t.Errorf("only %d rows", len(want.Rows))
	}
}

// coerce returns the coerced variables as JSON has them, or the messages of the errors.
func coerce(t *testing.T, c *coercion.Coercer, definitions, sent string) (coerced map[string]any, messages []string) {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: "query (" + definitions + ") { __typename }"})
	if err != nil {
		t.Fatal(err)
	}
	object, parseErr := coercion.ParseObject([]byte(sent))
	if parseErr != nil {
		t.Fatal(parseErr)
	}
	values, errs := c.Variables(doc.Operations[0].VariableDefinitions, object)
	for _, err := range errs {
		messages = append(messages, err.Message)
	}
	text, marshalErr := json.Marshal(values)
	if marshalErr != nil {
		t.Fatal(marshalErr)
	}
	if err := json.Unmarshal(text, &coerced); err != nil {
		t.Fatal(err)
	}
	return coerced, messages
}
