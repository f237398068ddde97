package graph

import (
	"io"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

func TestAnAnswerOverTheLimitIsNotKept(t *testing.T) {
	t.Parallel()
	ec := &executionContext{ExecutionContextState: &graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]{
		ExecutableSchemaState: &graphql.ExecutableSchemaState[ResolverRoot, DirectiveRoot, ComplexityRoot]{Resolvers: &Resolver{AnswerBytes: 1_000}},
	}}
	for length, want := range map[int]int{1_000: 1_000, 100_000: 1_010} {
		got := ec.marshalled(graphql.WriterFunc(func(w io.Writer) {
			for range length / 20 {
				_, _ = io.WriteString(w, strings.Repeat("x", 10))
				_, _ = w.Write([]byte("yyyyyyyyyy"))
			}
		}))
		if len(got) != want {
			t.Errorf("%d bytes are kept as %d, want %d", length, len(got), want)
		}
	}
}
