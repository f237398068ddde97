package coercion_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
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
	values, errs := c.Variables(doc.Operations[0].VariableDefinitions, object, nil)
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

func TestErrorsRepeatNoTextsOfSecrets(t *testing.T) {
	t.Parallel()
	c := newCoercer(t, "input Outer { name: String credentials: Credentials } input Credentials { email: String! password: String! outer: Outer } enum E { A } type Query { a: Int }")
	c.IsSecret = func(name string) bool { return name == "password" }
	for definitions, sent := range map[string]string{
		"$v: Credentials!": `{"v":"hunter2"}`, "$v: Credentials": `{"v":{"email":"a","password":["hunter2"]}}`, "$v: [Credentials!]": `{"v":{"email":"hunter2","x":1}}`,
		"$v: Outer": `{"v":{"name":["hunter2"]}}`, "$v: Outer!": `{"v":{"credentials":{"password":{"a":["hunter2"]}}}}`,
		"$v: [Credentials]": `{"v":{"email":"a","password":73915822}}`,
	} {
		_, messages := coerce(t, c, definitions, sent)
		if text := strings.Join(messages, " "); !strings.Contains(text, "invalid value") || strings.Contains(text, "hunter2") || strings.Contains(text, "73915822") {
			t.Errorf("%s: %q", sent, messages)
		}
	}
	_, messages := coerce(t, c, "$v: String", `{"v":["hunter2"]}`)
	if len(messages) != 1 || !strings.Contains(messages[0], "hunter2") {
		t.Errorf("what is no secret: %q", messages)
	}
	_, messages = coerce(t, c, "$v: Credentials!", `{"v":{"email":5,"password":"hunter2"}}`)
	if want := `Variable "$v" got invalid value 5 at "v.email"; String cannot represent a non string value: 5`; !slices.Equal(messages, []string{want}) {
		t.Errorf("beside a secret: %q", messages)
	}
}
