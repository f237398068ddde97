package graph

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

	"minidock/internal/limit"
	"minidock/internal/requestid"
)

func TestTrapNoMoreQueriesAreValidatedAtOnceThanThereAreCores(t *testing.T) {
	t.Parallel()
	d := newDocuments(schemaWithoutDefer(), limit.Default)
	const known, unknown = "{viewer{user{id}}}", "{launchTargets{id}}"
	if wrong := d.prepare(t.Context(), known, true); wrong != nil {
		t.Fatal(wrong)
	}
	for range runtime.NumCPU() {
		d.turns <- struct{}{}
	}
	ended, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if wrong := d.prepare(ended, known, true); wrong != nil {
		t.Errorf("what is known needs no turn: %v", wrong)
	}
	if wrong := d.prepare(ended, unknown, true); len(wrong) != 1 || wrong[0].Extensions["code"] != "TIMEOUT" {
		t.Errorf("there was a turn: %v", wrong)
	}
	<-d.turns
	if wrong := d.prepare(t.Context(), unknown, true); wrong != nil {
		t.Errorf("there was no turn: %v", wrong)
	}
}

func TestTrapPanicEndsAStreamAndNotTheProgram(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler, err := NewHandler(&Resolver{}, limit.Default, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, requestID := requestid.With(t.Context())
	var told []*graphql.Response
	handler.(*api).guarded(ctx, func(response *graphql.Response) { told = append(told, response) }, func() { panic("the secret") })
	if len(told) != 1 || !isRefusal(told[0]) {
		t.Fatalf("told %v", told)
	}
	if body := string(encode(told[0])); !strings.Contains(body, "INTERNAL_SERVER_ERROR") || !strings.Contains(body, requestID) || strings.Contains(body, "secret") {
		t.Errorf("told %s", body)
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
	handler, err := NewHandler(&Resolver{Observe: observe}, limit.Default, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	answer := func(ctx context.Context) *httptest.ResponseRecorder {
		ctx, _ = requestid.With(ctx)
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(`{"query":"{launchTargets{id}}"}`))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
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
