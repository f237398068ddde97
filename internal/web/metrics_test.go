package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestOperationsAreCountedAndLoggedWithoutWhatWasSent(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	const secret = "not-for-the-log"
	w.Visitor(t).Do(t, `mutation EnterQuietly($p: String!) { signIn(input: {email: "ann@example.com", password: $p}) { userErrors { code } } }`,
		apitest.Vars{"p": secret})
	w.Visitor(t).Do(t, `query Nobody { workspace(id: "wsp_1") { id } }`, nil).Refused(t, "UNAUTHENTICATED")
	w.Visitor(t).Do(t, `{ broken `, nil)
	w.Stop()
	log := w.Log.String()
	for _, want := range []string{`"name":"EnterQuietly","kind":"mutation"`, `"name":"Nobody","kind":"query"`, `"codes":["UNAUTHENTICATED"]`, `"codes":["GRAPHQL_PARSE_FAILED"]`, `"cost":`, `"milliseconds":`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, never := range []string{secret, "ann@example.com", "minidock_session"} {
		if strings.Contains(log, never) {
			t.Errorf("the log has %s", never)
		}
	}
	figures := adminGet(t, w, "/metrics")
	for _, want := range []string{`minidock_operation_seconds_count{kind="mutation"} 1`, `minidock_errors_total{code="UNAUTHENTICATED"} 1`, "go_goroutines"} {
		if !strings.Contains(figures, want) {
			t.Errorf("the figures lack %s", want)
		}
	}
}

func TestFiguresAndProfilesAreNotServedToThePublic(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap"} {
		if got := w.Get(t, path).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s answers %d", path, got)
		}
	}
	if index := adminGet(t, w, "/debug/pprof/"); !strings.Contains(index, "goroutine") {
		t.Errorf("no profiles: %s", index)
	}
}

func adminGet(t *testing.T, w *apitest.World, path string) string {
	t.Helper()
	answer := httptest.NewRecorder()
	w.Server.Admin().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.Code != http.StatusOK {
		t.Fatalf("%s: %d, %v", path, answer.Code, err)
	}
	return string(body)
}
