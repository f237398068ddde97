package graph

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
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"minidock/internal/fault"
	"minidock/internal/limit"
	"minidock/internal/requestid"
)

// ask sends a query to a handler whose resolvers have nothing to work with, and returns the answer and the log.
func ask(t *testing.T, query string) (answer *httptest.ResponseRecorder, logged string) {
	t.Helper()
	var log bytes.Buffer
	handler, err := NewHandler(&Resolver{}, limit.Default, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ := requestid.With(t.Context())
	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(fmt.Sprintf(`{"query": %q}`, query))).WithContext(ctx)
	request.Header.Set("Content-Type", "application/json")
	answer = httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if id := requestid.Of(ctx); !strings.Contains(log.String(), id) || !strings.Contains(answer.Body.String(), id) {
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
		t.Errorf("the log does not tell where it was: %s", logged)
	}
}

func TestAPanicInAListElementIsNullInItsPlace(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{RecoverFunc: recoverFunc(logger)})
	ctx = graphql.WithResponseContext(ctx, errorPresenter(logger), recoverFunc(logger))
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{Alias: "list"}}})
	list := marshalSlice(ctx, 3, 0, false, func(_ context.Context, i int) graphql.Marshaler {
		if i == 1 {
			panic("the secret of element 1")
		}
		return graphql.MarshalInt(i)
	})
	var text bytes.Buffer
	list.MarshalGQL(&text)
	told := graphql.GetErrors(ctx)
	if text.String() != "[0,null,2]" || len(told) != 1 || told[0].Extensions["code"] != "INTERNAL_SERVER_ERROR" || told[0].Path.String() != "list[1]" {
		t.Errorf("list %s, errors %v", &text, told)
	}
	if strings.Contains(told.Error(), "secret") || !strings.Contains(log.String(), "secret") {
		t.Errorf("errors %v, log %s", told, &log)
	}
}

func TestErrorsAreToldByWhatTheyAre(t *testing.T) {
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
		ctx, requestID := requestid.With(graphql.WithOperationContext(test.ctx, &graphql.OperationContext{}))
		told := errorPresenter(slog.New(slog.NewJSONHandler(&log, nil)))(ctx, test.err)
		if told.Extensions["code"] != test.code || told.Message != test.message || told.Extensions["requestId"] != requestID {
			t.Errorf("%v is told as %v %v", test.err, told, told.Extensions)
		}
		if logged := strings.Contains(log.String(), requestID); logged != test.isLogged {
			t.Errorf("%v: logged %t: %s", test.err, logged, &log)
		}
	}
}

func TestWhatIsNoRequestIsNotRepeated(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	told := errorPresenter(slog.New(slog.NewJSONHandler(&log, nil)))(t.Context(), &gqlerror.Error{Message: "body: my password"})
	if told.Extensions["code"] != "BAD_REQUEST" || strings.Contains(told.Error()+log.String(), "password") {
		t.Errorf("told as %v %v, logged %s", told, told.Extensions, &log)
	}
}
