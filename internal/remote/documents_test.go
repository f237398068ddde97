package remote

import (
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

func TestTheDocumentsAreValid(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(contract)})
	for name, document := range map[string]string{"find": findDocument, "upload": uploadDocument, "check": checkDocument, "versions": versionsDocument} {
		if _, errs := gqlparser.LoadQueryWithRules(schema, document, nil); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
