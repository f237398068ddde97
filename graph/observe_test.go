package graph

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"minidock/internal/limit"
)

func TestTheTimeOfAnOperationHasItsWaitForATurn(t *testing.T) {
	t.Parallel()
	limits := limit.Default
	limits.RequestTime = 100 * time.Millisecond
	var noted []Observed
	resolver := &Resolver{Observe: func(_ context.Context, o Observed) { noted = append(noted, o) }}
	handler, err := NewHandler(resolver, limits, slog.New(slog.NewJSONHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	turns := handler.(*api).documents.turns
	for range cap(turns) {
		turns <- struct{}{} // and none is given back
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if len(noted) != 1 || noted[0].Duration < limits.RequestTime || !strings.Contains(answer.Body.String(), `"TIMEOUT"`) {
		t.Errorf("noted %+v: %s", noted, answer.Body)
	}
}
