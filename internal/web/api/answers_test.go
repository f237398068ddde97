package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"minidock/ent/session"
	"minidock/internal/apitest"
	"minidock/internal/limit"
)

func TestAnswersOfTheAPIAreNotCached(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for name, answer := range map[string]*apitest.Answer{
			"a query":           ann.Do(t, `{ viewer { user { email } } }`, nil),
			"a mutation":        ann.Do(t, `mutation { createWorkspace(input: {name: "Ann's"}) { workspace { id } } }`, nil),
			"a refusal":         ann.Do(t, `{ workspace(id: "wsp_x") { id } }`, nil),
			"a bad request":     ann.Do(t, `{ nothing }`, nil),
			"no GraphQL at all": ann.Post(t, "application/json", []byte("{")),
			"a visitor's query": w.Visitor(t).Do(t, `{ viewer { user { email } } }`, nil),
		} {
			if got := answer.Header.Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" {
				t.Errorf("%s: Cache-Control %q", name, got)
			}
		}
		response, _ := send(t, w, http.MethodGet, "/graphql?query=%7B__typename%7D", nil)
		if got := response.Header.Get("Cache-Control"); got != "no-store" || response.StatusCode != http.StatusOK {
			t.Errorf("GET: status %d, Cache-Control %q", response.StatusCode, got)
		}
	})
}

func TestARequestWithoutAnAddressIsNotCounted(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Limits: &tight})
	w.SignUp(t, "ann")
	ask := func(email string) string {
		body := strings.NewReader(`{"query":"mutation { signIn(input: {email: \"` + email + `\", password: \"` + apitest.Password + `\"}) { userErrors { code } } }"}`)
		request := httptest.NewRequest(http.MethodPost, "/graphql", body)
		request.RemoteAddr = "@" // as a Unix socket's client has it
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		w.Server.ServeHTTP(recorder, request)
		return recorder.Body.String()
	}
	for _, email := range []string{"a@example.com", "b@example.com", "c@example.com"} {
		if answer := ask(email); !strings.Contains(answer, "INVALID_CREDENTIALS") {
			t.Errorf("%s: %s", email, answer)
		}
	}
	if answer := ask("ann@example.com"); !strings.Contains(answer, `"userErrors":[]`) {
		t.Errorf("ann: %s", answer)
	}
	if n := w.Client.Session.Query().Where(session.Address("")).CountX(t.Context()); n != 1 {
		t.Errorf("%d sessions without an address", n)
	}
}

// tight are limits of which an address may break one but once.
var tight = func() limit.Limits {
	limits := limit.Default
	limits.AddressFailures = 1
	return limits
}()

func TestAnAbandonedRequestIsNotLoggedAsAFailure(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		cookie := w.SignUp(t, "ann").Cookie(t)
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		for _, cookies := range [][]*http.Cookie{{cookie}, nil} {
			body := strings.NewReader(`{"query":"mutation { signIn(input: {email: \"ann@example.com\", password: \"x\"}) { userErrors { code } } }"}`)
			request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", body)
			request.Header.Set("Content-Type", "application/json")
			for _, c := range cookies {
				request.AddCookie(c)
			}
			w.Server.ServeHTTP(httptest.NewRecorder(), request)
		}
		w.Stop()
		if logged := w.Log.String(); strings.Contains(logged, `"level":"ERROR"`) || strings.Count(logged, `"path":"/graphql"`) != 3 {
			t.Errorf("logged %s", logged)
		}
	})
}
