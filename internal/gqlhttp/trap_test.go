package gqlhttp

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"minidock/internal/request"
)

func TestTrapNoMoreQueriesAreValidatedAtOnceThanThereAreProcessors(t *testing.T) {
	t.Parallel()
	d := newHandler(t, nil).documents
	const known, unknown = "{viewer{user{id}}}", "{launchTargets{id}}"
	if _, errs := d.prepare(t.Context(), known, true); errs != nil {
		t.Fatal(errs)
	}
	if !d.turns.TryAcquire(int64(runtime.NumCPU())) {
		t.Fatal("not every turn was free")
	}
	ended, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if _, errs := d.prepare(ended, known, true); errs != nil {
		t.Errorf("what is known needs no turn: %v", errs)
	}
	if _, errs := d.prepare(ended, unknown, true); len(errs) != 1 || errs[0].Extensions["code"] != "TIMEOUT" {
		t.Errorf("there was a turn: %v", errs)
	}
	d.turns.Release(1)
	if _, errs := d.prepare(t.Context(), unknown, true); errs != nil {
		t.Errorf("there was no turn: %v", errs)
	}
}

func TestTrapPanicEndsAStreamAndNotTheProgram(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := newHandler(t, func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	ctx, requestID := request.WithID(t.Context())
	var sent []*graphql.Response
	h.protect(ctx, func(response *graphql.Response) { sent = append(sent, response) }, func() { panic("the secret") })
	if len(sent) != 1 || !isRefusal(sent[0]) {
		t.Fatalf("sent %v", sent)
	}
	if body := string(encode(sent[0])); !strings.Contains(body, "INTERNAL_SERVER_ERROR") || !strings.Contains(body, requestID) || strings.Contains(body, "secret") {
		t.Errorf("sent %s", body)
	}
	if !strings.Contains(log.String(), "the secret") {
		t.Errorf("logged %s", &log)
	}
}

func TestTrapRequestsHaveADeadline(t *testing.T) {
	t.Parallel()
	var left time.Duration
	observe := func(ctx context.Context, _ Observed) {
		deadline, _ := ctx.Deadline()
		left = time.Until(deadline)
	}
	h := newHandler(t, func(c *Config) { c.Observe = observe })
	answer := func(ctx context.Context) *httptest.ResponseRecorder {
		ctx, _ = request.WithID(ctx)
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(`{"query":"{launchTargets{id}}"}`))
		r.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, r)
		return recorder
	}
	if got := answer(t.Context()); got.Code != http.StatusOK || left > 10*time.Second || left < time.Second {
		t.Errorf("status %d, %v left: %s", got.Code, left, got.Body)
	}
	over, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if got := answer(over); got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), `"code":"TIMEOUT"`) {
		t.Errorf("when the time is over: status %d: %s", got.Code, got.Body)
	}
}

func TestTrapEveryCodeHasItsStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{
		"BAD_REQUEST": 400, "CSRF_BLOCKED": 403, "METHOD_NOT_ALLOWED": 405, "NOT_ACCEPTABLE": 406, "PAYLOAD_TOO_LARGE": 413,
		"UNSUPPORTED_MEDIA_TYPE": 415, "RATE_LIMITED": 429, "INTERNAL_SERVER_ERROR": 500, "UNAVAILABLE": 503, "TIMEOUT": 503,
	} {
		for _, media := range []string{mediaJSON, mediaGraphQL} {
			if got := statusOf(media, code); got != want {
				t.Errorf("%s in %s is %d, want %d", code, media, got, want)
			}
		}
	}
	for _, code := range []string{"QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "FORBIDDEN", "UNAUTHENTICATED"} {
		if json, own := statusOf(mediaJSON, code), statusOf(mediaGraphQL, code); json != http.StatusOK || own != http.StatusBadRequest {
			t.Errorf("%s is %d in plain JSON and %d in GraphQL's own type", code, json, own)
		}
	}
}
