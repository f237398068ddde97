package gqlhttp

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/request"
	"minidock/internal/store"
)

// ask sends a query to a handler whose resolvers have nothing to work with, and returns the answer and the log.
func ask(t *testing.T, query string) (answer *httptest.ResponseRecorder, logged string) {
	t.Helper()
	var log bytes.Buffer
	h := newHandler(t, func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	ctx, id := request.WithID(t.Context())
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(fmt.Sprintf(`{"query": %q}`, query))).WithContext(ctx)
	r.Header.Set("Content-Type", "application/json")
	answer = httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if !strings.Contains(log.String(), id) || !strings.Contains(answer.Body.String(), id) {
		t.Errorf("request %s is not named in both: %s\n%s", id, answer.Body, log.String())
	}
	return answer, log.String()
}

func TestTrapPanicCarriesCode(t *testing.T) {
	t.Parallel()
	answer, logged := ask(t, `mutation { signIn(input: {email: "ann@example.com", password: "x"}) { viewer { user { id } } } }`)
	body := answer.Body.String()
	if !strings.Contains(body, `"code":"INTERNAL_SERVER_ERROR"`) || !strings.Contains(body, `"data":{"signIn":null}`) {
		t.Errorf("answer %s", body)
	}
	for _, detail := range []string{"nil pointer", "runtime", ".go", "goroutine", "account"} {
		if strings.Contains(body, detail) {
			t.Errorf("the answer gives %q away: %s", detail, body)
		}
	}
	if !strings.Contains(logged, "nil pointer") || !strings.Contains(logged, "signin.go") {
		t.Errorf("the log does not say where it was: %s", logged)
	}
}

func TestErrorsArePresentedByTheirKind(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		ctx           context.Context
		err           error
		code, message string
		isLogged      bool
	}{
		{t.Context(), fault.ErrNotFound, "NOT_FOUND", fault.ErrNotFound.Message, false},
		{t.Context(), fmt.Errorf("read a secret: %w", fault.ErrUnauthenticated), "UNAUTHENTICATED", fault.ErrUnauthenticated.Message, false},
		{t.Context(), fault.BadInput("first is odd."), "BAD_USER_INPUT", "first is odd.", false},
		{t.Context(), errors.New("the secret"), "INTERNAL_SERVER_ERROR", fault.ErrInternal.Message, true},
		{t.Context(), driver.ErrBadConn, "UNAVAILABLE", fault.ErrUnavailable.Message, true},
		{gone, errors.New("the secret"), "UNAVAILABLE", fault.ErrUnavailable.Message, false},
	}
	for _, test := range tests {
		var log bytes.Buffer
		ctx, requestID := request.WithID(graphql.WithOperationContext(test.ctx, &graphql.OperationContext{}))
		presented := errorPresenter(slog.New(slog.NewJSONHandler(&log, nil)), store.IsUnavailable)(ctx, test.err)
		if presented.Extensions["code"] != test.code || presented.Message != test.message || presented.Extensions["requestId"] != requestID {
			t.Errorf("%v is presented as %v %v", test.err, presented, presented.Extensions)
		}
		if logged := strings.Contains(log.String(), requestID); logged != test.isLogged {
			t.Errorf("%v: logged %t: %s", test.err, logged, &log)
		}
	}
}

func TestWhatIsNoRequestIsNotRepeated(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	presented := errorPresenter(slog.New(slog.NewJSONHandler(&log, nil)), store.IsUnavailable)(t.Context(), &gqlerror.Error{Message: "body: my password"})
	if presented.Extensions["code"] != "BAD_REQUEST" || strings.Contains(presented.Error()+log.String(), "password") {
		t.Errorf("presented as %v %v, logged %s", presented, presented.Extensions, &log)
	}
}
