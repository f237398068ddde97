package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// sent is a request as it goes to the server's handler. What is empty is a POST of JSON to the API.
type sent struct {
	method, target, contentType, accept string
	body                                io.Reader
	header                              http.Header
	// by is who sends it; nil for somebody who is signed out.
	by *apitest.Person
}

// told is the answer to it.
type told struct {
	status    int
	header    http.Header
	body      string
	requestID string
	errors    []apitest.Error
	cost      map[string]int
	// hasData tells that there is an entry of this name, null or not.
	hasData bool
}

func (s sent) to(t *testing.T, w *apitest.World) *told {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), orElse(s.method, http.MethodPost), orElse(s.target, "/graphql"), s.body)
	for name, values := range s.header {
		r.Header[name] = values
	}
	if r.Method == http.MethodPost {
		r.Header.Set("Content-Type", orElse(s.contentType, "application/json"))
	}
	if s.accept != "" {
		r.Header.Set("Accept", s.accept)
	}
	if s.by != nil {
		r.AddCookie(s.by.Cookie(t))
	}
	recorder := httptest.NewRecorder()
	w.Server.ServeHTTP(recorder, r)
	return read(t, recorder)
}

func read(t *testing.T, recorder *httptest.ResponseRecorder) *told {
	t.Helper()
	got := &told{
		status: recorder.Code, header: recorder.Header(), body: recorder.Body.String(), requestID: recorder.Header().Get("X-Request-Id"),
	}
	var entries struct {
		Data       json.RawMessage
		Errors     []apitest.Error
		Extensions struct{ Cost map[string]int }
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &entries); err != nil {
		t.Fatalf("status %d, not JSON: %.500s", got.status, got.body)
	}
	got.errors, got.cost, got.hasData = entries.Errors, entries.Extensions.Cost, entries.Data != nil
	return got
}

// query returns the body that sends a query.
func query(t *testing.T, text string, variables apitest.Vars) io.Reader {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": text, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReader(string(body))
}

// ask sends a query as JSON and asks for its cost.
func ask(t *testing.T, w *apitest.World, by *apitest.Person, text string, variables apitest.Vars) *told {
	t.Helper()
	return sent{body: query(t, text, variables), by: by, header: http.Header{"Graphql-Cost": {"1"}}}.to(t, w)
}

// code returns the code of the first error, or "" when there is none. Each error has the request's id.
func (a *told) code(t *testing.T) string {
	t.Helper()
	code := ""
	for i, e := range a.errors {
		one, _ := e.Extensions["code"].(string)
		if one == "" || a.requestID == "" || e.Extensions["requestId"] != a.requestID {
			t.Errorf("request %s: an error without its code or its request's id: %.500s", a.requestID, a.body)
		}
		if i == 0 {
			code = one
		}
	}
	return code
}

// refused makes sure that the request was not executed, for the reason of this code.
func (a *told) refused(t *testing.T, code string) {
	t.Helper()
	if got := a.code(t); got != code || a.hasData || len(a.body) > 8<<10 {
		t.Errorf("got %q, data %t, %d bytes, want %s: %.500s", got, a.hasData, len(a.body), code, a.body)
	}
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// times returns a text as many times over as there are numbers below n, each made of its number.
func times(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}
	return all.String()
}
