package gqlhttp

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"minidock/internal/coercion"
)

// judged is what e2e/coercion.js writes: which documents graphql-js takes for valid.
type judged struct {
	Schema string
	Rows   []struct {
		Text   string
		Errors []string
	}
}

func TestDocumentsAreJudgedAsByGraphQLJS(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/documents.json")
	if err != nil {
		t.Fatal(err)
	}
	var want judged
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: want.Schema})
	if err != nil {
		t.Fatal(err)
	}
	delete(schema.Directives, "defer")
	coercer := &coercion.Coercer{Schema: schema, Scalars: map[string]coercion.Scalar{"Day": judgeDay}, MaxErrors: maxErrors}
	for _, row := range want.Rows {
		if got := judge(coercer, row.Text); (got == "") != (len(row.Errors) == 0) {
			t.Errorf("%s: %q, want %q", row.Text, got, row.Errors)
		}
	}
	if len(want.Rows) < 1000 {
		t.Errorf("only %d rows", len(want.Rows))
	}
}

func judgeDay(value any) error {
	if text, ok := value.(string); !ok || len(text) != len("2026-11-22") {
		return errors.New("no day")
	}
	return nil
}

// judge returns the first error of a document, or "" for a valid one.
func judge(coercer *coercion.Coercer, text string) string {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return err.Error()
	}
	switch {
	case hasHalfPair(text):
		return "half of a pair"
	case len(doc.Operations) == 0:
		return "no operation"
	}
	if errs := validate(coercer, doc).errs; errs != nil {
		return errs.Error()
	}
	return ""
}
