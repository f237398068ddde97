package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"minidock/internal/metrics"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// chain serves one request through what stands before every route, and returns the answer and the log.
func chain(t *testing.T, handler http.HandlerFunc, request *http.Request) (answer *httptest.ResponseRecorder, lines string) {
	t.Helper()
	var text bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&text, nil))
	answer = httptest.NewRecorder()
	withID(logged(log, metrics.New(), recovered(log, handler))).ServeHTTP(answer, request)
	return answer, text.String()
}

func TestTrapPanicOutsideGraphQLCarriesCode(t *testing.T) {
	t.Parallel()
	panics := func(http.ResponseWriter, *http.Request) { panic("the secret in /data/minidock.db") }
	answer, logged := chain(t, panics, httptest.NewRequest(http.MethodGet, "/graphql?password=x", nil))
	code, requestID := refusalIn(t, answer)
	if answer.Code != http.StatusInternalServerError || code != "INTERNAL_SERVER_ERROR" || requestID != answer.Header().Get("X-Request-Id") {
		t.Errorf("status %d, headers %v: %s", answer.Code, answer.Header(), answer.Body)
	}
	for _, detail := range []string{"secret", "minidock.db", ".go", "goroutine", "panic"} {
		if strings.Contains(answer.Body.String(), detail) {
			t.Errorf("the answer gives %q away: %s", detail, answer.Body)
		}
	}
	for _, detail := range []string{"the secret", "middleware_test.go", requestID, `"status":500`} {
		if !strings.Contains(logged, detail) {
			t.Errorf("the log has no %q: %s", detail, logged)
		}
	}
	if strings.Contains(logged, "password") {
		t.Errorf("the log has the query string: %s", logged)
	}
}

func TestAnAbortedAnswerStaysAborted(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // a panic's value is compared as it is
			t.Errorf("recovered %v", p)
		}
	}()
	chain(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, httptest.NewRequest(http.MethodGet, "/", nil))
	t.Error("the panic was swallowed")
}

func TestEachRequestHasItsOwnIDAndLine(t *testing.T) {
	t.Parallel()
	teapot := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
	seen := map[string]bool{}
	for range 3 {
		request := httptest.NewRequest(http.MethodGet, "/pot?token=secret", nil)
		request.Header.Set("X-Request-Id", "chosen by the client")
		answer, logged := chain(t, teapot, request)
		requestID := answer.Header().Get("X-Request-Id")
		if len(requestID) < 16 || seen[requestID] || requestID == "chosen by the client" {
			t.Errorf("request id %q", requestID)
		}
		seen[requestID] = true
		if strings.Count(logged, "\n") != 1 || !strings.Contains(logged, requestID) || !strings.Contains(logged, `"status":418`) ||
			!strings.Contains(logged, `"path":"/pot"`) || strings.Contains(logged, "secret") {
			t.Errorf("logged %s", logged)
		}
	}
}

func TestSessionsThatCannotBeReadAreUnavailable(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	answer := httptest.NewRecorder()
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	withID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { unavailable(w, r, logger, errors.New("the secret")) })).
		ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	if code, _ := refusalIn(t, answer); answer.Code != http.StatusServiceUnavailable || code != "UNAVAILABLE" {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	if strings.Contains(answer.Body.String(), "secret") || !strings.Contains(log.String(), "secret") {
		t.Errorf("answer %s, log %s", answer.Body, &log)
	}
}

// refusalIn returns the code and the request id of an answer's only error.
func refusalIn(t *testing.T, answer *httptest.ResponseRecorder) (code, requestID string) {
	t.Helper()
	var body struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions struct{ Code, RequestID string }
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 || body.Data != nil || body.Errors[0].Message == "" {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	if got := answer.Header().Get("Content-Type"); got != "application/json; charset=utf-8" || answer.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", answer.Header())
	}
	return body.Errors[0].Extensions.Code, body.Errors[0].Extensions.RequestID
}
