package graph

import (
	"errors"
	"maps"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// NewSchema returns the schema with its resolvers and directives. It fails when the schema and the access matrix do not say the same
// about who may do what.
func NewSchema(r *Resolver) (graphql.ExecutableSchema, error) {
	schema := NewExecutableSchema(Config{Schema: withoutDefer(parsedSchema), Resolvers: r, Directives: directives()})
	return schema, checkAccess(schema.Schema())
}

// withoutDefer returns the schema without @defer, which the parser adds to every schema: our responses are not incremental.
func withoutDefer(parsed *ast.Schema) *ast.Schema {
	schema := *parsed
	schema.Directives = maps.Clone(parsed.Directives)
	delete(schema.Directives, "defer")
	return &schema
}

// errNoStream is the error of a subscription that is not executed on a stream, on which nothing would end it.
var errNoStream = errors.New("a subscription needs a stream")
