package api_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
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
	metrics := adminGet(t, w, "/metrics")
	for _, want := range []string{`minidock_operation_seconds_count{kind="mutation"} 1`, `minidock_errors_total{code="UNAUTHENTICATED"} 1`, "go_goroutines"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestWhatIsRefusedBeforeItIsGraphQLIsCountedAndLogged(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	const text = `{"query": "{ __typename }"}`
	codes := map[string]http.Header{
		"CSRF_BLOCKED":           {"Content-Type": {"application/json"}, "Sec-Fetch-Site": {"cross-site"}},
		"NOT_ACCEPTABLE":         {"Content-Type": {"application/json"}, "Accept": {"text/html"}},
		"UNSUPPORTED_MEDIA_TYPE": {"Content-Type": {"text/plain"}},
		"BAD_REQUEST":            {"Content-Type": {"multipart/form-data; boundary=x"}, "Graphql-Require-Preflight": {"1"}},
	}
	for code, header := range codes {
		visitor := w.Visitor(t)
		visitor.Header = header
		visitor.Post(t, header.Get("Content-Type"), []byte(text)).Refused(t, code)
	}
	w.Visitor(t).Do(t, `{ __typename }`, nil)
	w.Visitor(t).Do(t, `{ `, nil).Refused(t, "GRAPHQL_PARSE_FAILED")
	w.Stop()
	log := w.Log.String()
	metrics := adminGet(t, w, "/metrics")
	for code := range codes {
		if n := strings.Count(log, `"code":"`+code+`"`); n != 1 {
			t.Errorf("%s is in %d lines of the log", code, n)
		}
	}
	if n := strings.Count(log, `"code":`); n != len(codes) {
		t.Errorf("%d codes in the log: %s", n, log)
	}
	for _, code := range append(slices.Collect(maps.Keys(codes)), "GRAPHQL_PARSE_FAILED") {
		if !strings.Contains(metrics, `minidock_errors_total{code="`+code+`"} 1`) {
			t.Errorf("the metrics lack %s", code)
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
