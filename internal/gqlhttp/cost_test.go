package gqlhttp

import (
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"minidock/internal/limit"
)

// Under one response name a field is closed only if it is so on every type.
func TestWhatIsOpenOnOneTypeCountsSignedOut(t *testing.T) {
	t.Parallel()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { node: Node }
		interface Node { id: ID! }
		type W implements Node { id: ID! closed(first: Int): NodeConnection! }
		type L implements Node { id: ID! open(first: Int): NodeConnection! }
		type NodeConnection { pageInfo: ID nodes: [Node!]! totalCount: Int! }`})
	lists := Lists{MaxPage: 100, AreClosed: func(field *ast.FieldDefinition) bool { return field.Name == "closed" }}
	const onW, onL = "... on W { x: closed(first: 100) { nodes { id } } }", "... on L { x: open(first: 100) { nodes { id } } }"
	for text, want := range map[string]int{onW: 0, onL: 100, onW + onL: 100, onL + onW: 100} {
		query, err := gqlparser.LoadQueryWithRules(schema, "{ node { "+text+" } }", nil)
		if err != nil {
			t.Fatal(err)
		}
		if cost, refusal := measure(limit.Default.GraphQL, lists, query.Operations[0], nil, limit.Default.QueryCostSignedOut); cost != want || refusal != nil {
			t.Errorf("%s: %d, %v, not %d", text, cost, refusal, want)
		}
	}
}
