package graph

import (
	"context"
	"runtime"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"

	"minidock/internal/limit"
)

// cachedQueries is how many parsed queries are kept. One that is as long as the limit may take 400 kB.
const cachedQueries = 200

// documents parses and validates queries, as many at once as there are cores, and keeps the valid ones. It is the cache
// that the executor finds them in.
type documents struct {
	schema *ast.Schema
	limits limit.Limits
	kept   *lru.LRU[*document]
	turns  chan struct{}
}

// document is a valid query and how many tokens it has.
type document struct {
	query  *ast.QueryDocument
	tokens int
}

func newDocuments(schema *ast.Schema, limits limit.Limits) *documents {
	return &documents{
		schema: schema, limits: limits, kept: lru.New[*document](cachedQueries),
		turns: make(chan struct{}, runtime.NumCPU()),
	}
}

// Get returns a query that prepare has found valid.
func (d *documents) Get(ctx context.Context, query string) (*ast.QueryDocument, bool) {
	found, ok := d.kept.Get(ctx, query)
	if !ok {
		return nil, false
	}
	return found.query, true
}

// Add does nothing: prepare keeps what is worth it.
func (d *documents) Add(context.Context, string, *ast.QueryDocument) {}

// prepare makes a query ready to be executed, or says what is wrong with it. It takes no longer for a query that is built
// to be heavy.
func (d *documents) prepare(ctx context.Context, query string, signedIn bool) gqlerror.List {
	if n := utf8.RuneCountInString(query); n > d.limits.QueryCharacters {
		return gqlerror.List{tooComplex("too many characters", n, d.limits.QueryCharacters)}
	}
	maxTokens := d.limits.QueryTokensSignedOut
	if signedIn {
		maxTokens = d.limits.QueryTokens
	}
	kept, ok := d.kept.Get(ctx, query)
	if !ok {
		var wrong gqlerror.List
		if kept, wrong = d.read(ctx, query, maxTokens); wrong != nil {
			return wrong
		}
		d.kept.Add(ctx, query, kept)
	}
	if kept.tokens > maxTokens {
		return gqlerror.List{tooComplex("too many tokens", kept.tokens, maxTokens)}
	}
	return nil
}

// read parses and validates a query when it is its turn.
func (d *documents) read(ctx context.Context, query string, maxTokens int) (*document, gqlerror.List) {
	select {
	case d.turns <- struct{}{}:
		defer func() { <-d.turns }()
	case <-ctx.Done():
		return nil, gqlerror.List{coded(overdue(ctx))}
	}
	tokens := countTokens(query, maxTokens)
	if tokens > maxTokens {
		return nil, gqlerror.List{tooComplex("too many tokens", tokens, maxTokens)}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, gqlerror.List{mistake(err, errcode.ParseFailed)}
	}
	if len(doc.Operations) == 0 {
		return nil, gqlerror.List{mistake(gqlerror.Errorf("no operation provided"), errcode.ValidationFailed)}
	}
	if err := checkText(d.limits, doc); err != nil {
		return nil, gqlerror.List{err}
	}
	if wrong := validate(d.schema, doc); wrong != nil {
		return nil, wrong
	}
	return &document{doc, tokens}, nil
}

// countTokens counts a query's tokens, one past the limit at the most. What is no token ends the count: the parser says so.
func countTokens(query string, limit int) int {
	l := lexer.New(&ast.Source{Input: query})
	for n := 0; ; n++ {
		token, err := l.ReadToken()
		if n > limit || err != nil || token.Kind == lexer.EOF {
			return n
		}
	}
}

// mistake returns an error of the parser with a code.
func mistake(err error, code string) *gqlerror.Error {
	told := gqlerror.WrapIfUnwrapped(err)
	errcode.Set(told, code)
	return told
}

var _ graphql.Cache[*ast.QueryDocument] = (*documents)(nil)
