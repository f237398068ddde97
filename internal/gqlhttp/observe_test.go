package gqlhttp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestTheTimeOfAnOperationHasItsWaitForATurn(t *testing.T) {
	t.Parallel()
	const wait = 100 * time.Millisecond
	var observed []Observed
	h := newHandler(t, func(c *Config) {
		c.Limits.RequestTime = wait
		c.Observe = func(_ context.Context, o Observed) { observed = append(observed, o) }
	})
	if !h.documents.turns.TryAcquire(int64(runtime.NumCPU())) { // and none is released
		t.Fatal("not every turn was free")
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, request)
	if len(observed) != 1 || observed[0].Duration < wait || !strings.Contains(answer.Body.String(), `"TIMEOUT"`) {
		t.Errorf("observed %+v: %s", observed, answer.Body)
	}
}
