package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
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

func (s sent) to(t *testing.T, w *apitest.World) *apitest.Recorded {
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
	return apitest.ReadRecorded(t, recorder)
}

// ask sends a query as JSON and asks for its cost.
func ask(t *testing.T, w *apitest.World, by *apitest.Person, text string, variables apitest.Vars) *apitest.Recorded {
	t.Helper()
	return sent{body: apitest.QueryBody(t, text, variables), by: by, header: http.Header{"Graphql-Cost": {"1"}}}.to(t, w)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
