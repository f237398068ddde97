package apitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Recorded is the answer of a server's handler that was called without a network.
type Recorded struct {
	Status    int
	Header    http.Header
	Body      string
	RequestID string
	Errors    []Error
	Cost      map[string]int
	// HasData says that there is an entry of this name, null or not.
	HasData bool
}

// ReadRecorded reads a recorded answer.
func ReadRecorded(t *testing.T, recorder *httptest.ResponseRecorder) *Recorded {
	t.Helper()
	got := &Recorded{
		Status: recorder.Code, Header: recorder.Header(), Body: recorder.Body.String(), RequestID: recorder.Header().Get("X-Request-Id"),
	}
	var entries struct {
		Data       json.RawMessage
		Errors     []Error
		Extensions struct{ Cost map[string]int }
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &entries); err != nil {
		t.Fatalf("status %d, not JSON: %.500s", got.Status, got.Body)
	}
	got.Errors, got.Cost, got.HasData = entries.Errors, entries.Extensions.Cost, entries.Data != nil
	return got
}

// Code returns the code of the first error, or "" when there is none. Each error must have a code and the request's id.
func (r *Recorded) Code(t *testing.T) string {
	t.Helper()
	code := ""
	for i, e := range r.Errors {
		one, _ := e.Extensions["code"].(string)
		if one == "" || r.RequestID == "" || e.Extensions["requestId"] != r.RequestID {
			t.Errorf("request %s: an error without its code or its request's id: %.500s", r.RequestID, r.Body)
		}
		if i == 0 {
			code = one
		}
	}
	return code
}

// Refused makes sure that the request was not executed, with an error of this code.
func (r *Recorded) Refused(t *testing.T, code string) {
	t.Helper()
	if got := r.Code(t); got != code || r.HasData || len(r.Body) > 8<<10 {
		t.Errorf("got %q, data %t, %d bytes, want %s: %.500s", got, r.HasData, len(r.Body), code, r.Body)
	}
}

// QueryBody returns the body of a request in JSON.
func QueryBody(t *testing.T, query string, variables Vars) io.Reader {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReader(string(body))
}

// Repeated returns the texts of the numbers below n, one after the other.
func Repeated(n int, text func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(text(i))
	}
	return all.String()
}
