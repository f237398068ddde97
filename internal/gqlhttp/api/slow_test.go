package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"minidock/internal/apitest"
	"minidock/internal/limit"
)

// sendSlowly sends a body whose second half comes after the time in which requests must have been sent.
func sendSlowly(t *testing.T, w *apitest.World, p *apitest.Person, contentType string, body []byte) slowAnswer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), apitest.Patience)
	defer cancel()
	slow := apitest.SlowBody(body, 900*time.Millisecond)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/graphql", io.NopCloser(slow))
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("GraphQL-Require-Preflight", "1")
	response, err := (&http.Client{Jar: p.Jar}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return slowAnswer{response, apitest.Rest(t, response)}
}

type slowAnswer struct {
	*http.Response
	body string
}

func TestOnlyFilesMayArriveSlowly(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	input := apitest.CreateInput(ann.CreateWorkspace(t, "Ann's"))
	w.Limit(t, func(l *limit.Limits) { l.ReadTime = 300 * time.Millisecond })
	input["logo"] = apitest.Vars{"file": nil}
	file := apitest.File{Name: "a.png", Content: bytes.Repeat([]byte("x"), 100_000)}
	body, contentType := apitest.Multipart(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input}, map[string]apitest.File{"variables.input.logo.file": file})
	if got := sendSlowly(t, w, ann, contentType, body); got.StatusCode != http.StatusOK {
		t.Errorf("a slow file: %d %s", got.StatusCode, got.body)
	}
	plain := fmt.Appendf(nil, `{"query": "{ __typename }", "extensions": {"x": %q}}`, bytes.Repeat([]byte("x"), 100_000))
	if got := sendSlowly(t, w, ann, "application/json", plain); got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got.body, `"TIMEOUT"`) {
		t.Errorf("a slow request: %d %s", got.StatusCode, got.body)
	}
}

func TestAFileThatTakesTooLongTimesOut(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	input := apitest.CreateInput(ann.CreateWorkspace(t, "Ann's"))
	w.Limit(t, func(l *limit.Limits) { l.UploadTime = 300 * time.Millisecond })
	input["logo"] = apitest.Vars{"file": nil}
	file := apitest.File{Name: "a.png", Content: bytes.Repeat([]byte("x"), 100_000)}
	body, contentType := apitest.Multipart(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input}, map[string]apitest.File{"variables.input.logo.file": file})
	if got := sendSlowly(t, w, ann, contentType, body); got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got.body, `"TIMEOUT"`) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}
