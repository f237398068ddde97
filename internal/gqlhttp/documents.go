package gqlhttp

import (
	"context"
	"regexp"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
	"golang.org/x/sync/semaphore"

	"minidock/internal/coercion"
	"minidock/internal/limit"
)

// cachedQueries is how many parsed queries are kept. One that is as long as the limit may take 400 kB.
const cachedQueries = 200

// documents parses and validates queries, as many at once as there are processors, and caches the valid ones, where the executor
// finds them.
type documents struct {
	coercer *coercion.Coercer
	limits  limit.GraphQL
	shown   func(map[string][]string) func(context.Context) context.Context
	valid   *lru.LRU[*document]
	// turns has one for each processor.
	turns *semaphore.Weighted
}

// document is a valid query and how many tokens it has.
type document struct {
	query  *ast.QueryDocument
	tokens int
	// notNull are the variables that must not be null, though their types allow it.
	notNull map[*ast.VariableDefinition]bool
	// secret are the variables that stand for secret fields or arguments.
	secret map[*ast.VariableDefinition]bool
	// narrow has reads read what the document selects; nil for everything.
	narrow func(context.Context) context.Context
}

func newDocuments(coercer *coercion.Coercer, c Config) *documents {
	return &documents{
		coercer: coercer, limits: c.Limits, shown: c.Shown, valid: lru.New[*document](cachedQueries),
		turns: semaphore.NewWeighted(int64(runtime.NumCPU())),
	}
}

// documentKey is the key of the document that a request executes in its context.
type documentKey struct{}

// Get returns the query of the document that prepare has returned for the request, which the cache may have dropped meanwhile.
func (d *documents) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*document)
	if !ok {
		return nil, false
	}
	return doc.query, true
}

// Add does nothing: prepare caches what is valid.
func (d *documents) Add(context.Context, string, *ast.QueryDocument) {}

// prepare parses and validates a query unless it is cached, or returns its errors. What that costs is bounded, also for a query that
// is made to be expensive.
func (d *documents) prepare(ctx context.Context, query string, isSignedIn bool) (*document, gqlerror.List) {
	if n := utf8.RuneCountInString(query); n > d.limits.QueryCharacters {
		return nil, gqlerror.List{tooComplex("too many characters", n, d.limits.QueryCharacters)}
	}
	maxTokens := d.limits.QueryTokensSignedOut
	if isSignedIn {
		maxTokens = d.limits.QueryTokens
	}
	found, ok := d.valid.Get(ctx, query)
	if !ok {
		var errs gqlerror.List
		if found, errs = d.parse(ctx, query, maxTokens); errs != nil {
			return nil, errs
		}
		d.valid.Add(ctx, query, found)
	}
	if found.tokens > maxTokens {
		return nil, gqlerror.List{tooComplex("too many tokens", found.tokens, maxTokens)}
	}
	return found, nil
}

// parse parses and validates a query when it is its turn.
func (d *documents) parse(ctx context.Context, query string, maxTokens int) (*document, gqlerror.List) {
	if err := d.turns.Acquire(ctx, 1); err != nil {
		return nil, gqlerror.List{coded(refusalOfEnded(ctx))}
	}
	defer d.turns.Release(1)
	tokens := countTokens(query, maxTokens)
	if tokens > maxTokens {
		return nil, gqlerror.List{tooComplex("too many tokens", tokens, maxTokens)}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, gqlerror.List{withCode(err, errcode.ParseFailed)}
	}
	if hasHalfPair(query) {
		return nil, gqlerror.List{withCode(gqlerror.Errorf("A string has a \\u escape that is half of a surrogate pair."), errcode.ParseFailed)}
	}
	if len(doc.Operations) == 0 {
		return nil, gqlerror.List{withCode(gqlerror.Errorf("The document has no operation."), errcode.ValidationFailed)}
	}
	if err := checkText(d.limits, doc); err != nil {
		return nil, gqlerror.List{err}
	}
	validation := validate(d.coercer, doc)
	if validation.errs != nil {
		return nil, validation.errs
	}
	parsed := &document{query: doc, tokens: tokens, notNull: validation.notNull, secret: validation.secret}
	if d.shown != nil {
		parsed.narrow = d.shown(selectedBy(doc))
	}
	return parsed, nil
}

// countTokens counts a query's tokens, at most one more than the limit. It stops at what is not a token, which the parser reports.
func countTokens(query string, limit int) int {
	l := lexer.New(&ast.Source{Input: query})
	for n := 0; ; n++ {
		token, err := l.ReadToken()
		if n > limit || err != nil || token.Kind == lexer.EOF {
			return n
		}
	}
}

// halfPair matches the beginning of an escape that may be a surrogate.
var halfPair = regexp.MustCompile(`(?i)\\ud[89a-f]`)

// hasHalfPair says whether a string has an escape for half of a surrogate pair, which the lexer replaces in silence by U+FFFD. A query
// that has this character itself is not looked at.
func hasHalfPair(query string) bool {
	const replacement = "\uFFFD"
	if !halfPair.MatchString(query) || strings.Contains(query, replacement) {
		return false
	}
	l := lexer.New(&ast.Source{Input: query})
	for {
		token, err := l.ReadToken()
		switch {
		case err != nil || token.Kind == lexer.EOF:
			return false
		case token.Kind == lexer.String && strings.Contains(token.Value, replacement):
			return true
		}
	}
}

// withCode returns an error of the parser with a code.
func withCode(err error, code string) *gqlerror.Error {
	coded := gqlerror.WrapIfUnwrapped(err)
	errcode.Set(coded, code)
	return coded
}

var _ graphql.Cache[*ast.QueryDocument] = (*documents)(nil)
