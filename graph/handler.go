package graph

import (
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// maxUpload is the most bytes of a multipart request.
	maxUpload = 11 << 20
	// uploadMemory is how much of an upload is held in memory; the rest waits in a temporary file.
	uploadMemory = 1 << 20
	// cachedQueries is how many parsed queries are kept.
	cachedQueries = 1000
)

// NewHandler returns the handler that answers GraphQL requests. It fails when a root field of the schema does not say
// who may ask for it.
func NewHandler(r *Resolver, log *slog.Logger) (http.Handler, error) {
	schema := NewExecutableSchema(Config{Resolvers: r, Directives: r.directives()})
	if err := checkAccess(schema.Schema()); err != nil {
		return nil, err
	}
	h := handler.New(schema)
	h.AddTransport(transport.MultipartForm{MaxUploadSize: maxUpload, MaxMemory: uploadMemory})
	h.AddTransport(transport.GET{})
	h.AddTransport(transport.POST{})
	h.SetQueryCache(lru.New[*ast.QueryDocument](cachedQueries))
	h.Use(extension.Introspection{})
	h.Use(oneOf{schema.Schema()})
	h.SetErrorPresenter(errorPresenter(log))
	h.SetRecoverFunc(recoverFunc(log))
	h.AroundResponses(capErrors)
	return h, nil
}
