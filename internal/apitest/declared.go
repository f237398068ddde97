package apitest

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"minidock/graph"
)

var contract = graph.NewExecutableSchema(graph.Config{}).Schema()

// checkDeclared fails the test for a user error or warning that the mutation does not declare in its directive @userErrors, or that has no
// message.
func checkDeclared(t *testing.T, query string, answer *Answer) {
	t.Helper()
	if !strings.Contains(query, "mutation") {
		return
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return // the test sends it for that
	}
	for _, operation := range doc.Operations {
		for _, selection := range operation.SelectionSet {
			field, ok := selection.(*ast.Field)
			if !ok || operation.Operation != ast.Mutation || contract.Mutation.Fields.ForName(field.Name) == nil {
				continue
			}
			payload, _ := answer.Data[field.Alias].(map[string]any)
			checkCodes(t, field.Name, "codes", payload["userErrors"])
			checkCodes(t, field.Name, "warnings", payload["warnings"])
		}
	}
}

func checkCodes(t *testing.T, mutation, argument string, list any) {
	t.Helper()
	var declared []string
	if given := contract.Mutation.Fields.ForName(mutation).Directives.ForName("userErrors").Arguments.ForName(argument); given != nil {
		for _, child := range given.Value.Children {
			declared = append(declared, child.Value.Raw)
		}
	}
	errs, _ := list.([]any)
	for _, one := range errs {
		code, isAsked := one.(map[string]any)["code"].(string)
		if isAsked && !slices.Contains(declared, code) {
			t.Errorf("%s gives %s, which is not among the %s of its directive @userErrors", mutation, code, argument)
		}
		if message, isAsked := one.(map[string]any)["message"].(string); isAsked && (message == "" || strings.ContainsAny(message, "{}")) {
			t.Errorf("%s gives %s with the message %q", mutation, code, message)
		}
	}
}
