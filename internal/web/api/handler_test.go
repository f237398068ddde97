package api_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// send sends a request as it is, following no redirect, and returns the answer and its body.
func send(t *testing.T, w *apitest.World, method, path string, header map[string]string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestTheRootLeadsToThePlayground(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		response, _ := send(t, w, http.MethodGet, "/", nil)
		if response.StatusCode != http.StatusFound || response.Header.Get("Location") != "/playground" {
			t.Errorf("status %d to %q", response.StatusCode, response.Header.Get("Location"))
		}
		page, body := send(t, w, http.MethodGet, "/playground", nil)
		if page.StatusCode != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") || !strings.Contains(body, "<html") {
			t.Errorf("the playground: status %d, %s", page.StatusCode, page.Header.Get("Content-Type"))
		}
	})
}

func TestHealthAndReadiness(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		checkProbe(t, w, "/healthz", http.StatusOK, "ok\n")
		checkProbe(t, w, "/readyz", http.StatusOK, "ready\n")
		w.Server.Drain()
		checkProbe(t, w, "/healthz", http.StatusOK, "ok\n")
		checkProbe(t, w, "/readyz", http.StatusServiceUnavailable, "not ready\n")
		w.SignUp(t, "ann") // draining, the server still answers
	})
}

func TestAServerWithoutItsDatabaseIsNotReady(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
		checkProbe(t, w, "/healthz", http.StatusOK, "ok\n")
		checkProbe(t, w, "/readyz", http.StatusServiceUnavailable, "not ready\n")
	})
}

func checkProbe(t *testing.T, w *apitest.World, path string, status int, want string) {
	t.Helper()
	response, body := send(t, w, http.MethodGet, path, nil)
	if response.StatusCode != status || body != want {
		t.Errorf("%s: status %d: %s", path, response.StatusCode, body)
	}
	if response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Content-Type-Options") != "nosniff" ||
		response.Header.Get("X-Request-Id") == "" || response.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s: headers %v", path, response.Header)
	}
}

func TestThereIsNothingElse(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		for _, path := range []string{"/nothing", "/graphql/", "/logos", "/logos/", "/.git/config", "/debug/pprof/", "/metrics", "/minidock.db"} {
			if response, body := send(t, w, http.MethodGet, path, nil); response.StatusCode != http.StatusNotFound || strings.Contains(body, w.Dir) {
				t.Errorf("%s: status %d: %s", path, response.StatusCode, body)
			}
		}
		if response, _ := send(t, w, http.MethodPost, "/healthz", nil); response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST /healthz: status %d", response.StatusCode)
		}
	})
}

// post sends createWorkspace, with these headers beside the session's cookie.
func post(t *testing.T, p *apitest.Person, header map[string]string) *apitest.Answer {
	t.Helper()
	for name, value := range header {
		p.Header.Set(name, value)
		defer p.Header.Del(name)
	}
	return p.Do(t, `mutation { createWorkspace(input: {name: "Sent"}) { workspace { id } } }`, nil)
}

func TestTrapForeignOriginSendsNothing(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		for _, header := range []map[string]string{
			{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": w.URL},
			{"Sec-Fetch-Site": "cross-site", "GraphQL-Require-Preflight": "1"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
			{"Origin": "https" + strings.TrimPrefix(w.URL, "http") + ".evil.example"}, {"Origin": "http://127.0.0.1:1"},
		} {
			answer := post(t, ann, header)
			answer.Refused(t, "CSRF_BLOCKED")
			if answer.Status != http.StatusForbidden || answer.Errors[0].Extensions["requestId"] != answer.Header.Get("X-Request-Id") {
				t.Errorf("%v: status %d: %s", header, answer.Status, answer.Body)
			}
		}
		if n := w.Client.Workspace.Query().CountX(t.Context()); n != 0 {
			t.Errorf("%d workspaces were made", n)
		}
		for _, header := range []map[string]string{nil, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": w.URL}} {
			if answer := post(t, ann, header); answer.Get("createWorkspace.workspace.id") == nil {
				t.Errorf("%v: %s", header, answer.Body)
			}
		}
	})
}

func TestTrapMultipartNeedsAHeaderThatNoFormSends(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		ann := w.SignUp(t, "ann")
		input := apitest.CreateInput(ann.CreateWorkspace(t, "Ann's")).With("logo", apitest.Vars{"file": nil})
		file := apitest.File{Name: "logo.png", ContentType: "image/png", Content: apitest.PNG(64, 64)}
		send := func(name, mangle string) *apitest.Answer {
			body, contentType := apitest.Multipart(t, apitest.Mutation("createMiniProgram"), apitest.Vars{"input": input}, map[string]apitest.File{"variables.input.logo.file": file})
			if name != "" {
				ann.Header.Set(name, "1")
				defer ann.Header.Del(name)
			}
			return ann.Post(t, strings.Replace(contentType, "multipart/form-data", mangle, 1), body)
		}
		for _, mediaType := range []string{"multipart/form-data", "Multipart/Form-Data", "MULTIPART/FORM-DATA"} {
			answer := send("", mediaType)
			answer.Refused(t, "CSRF_BLOCKED")
			if answer.Status != http.StatusBadRequest || answer.Errors[0].Extensions["requestId"] != answer.Header.Get("X-Request-Id") {
				t.Errorf("%s: status %d: %s", mediaType, answer.Status, answer.Body)
			}
		}
		if got := w.Written(t); !strings.HasPrefix(got, "0 mini programs") {
			t.Errorf("written %s", got)
		}
		for i, name := range []string{"GraphQL-Require-Preflight", "Apollo-Require-Preflight"} {
			input = input.With("name", []string{"小店甲", "小店乙"}[i])
			if answer := send(name, "multipart/form-data"); answer.Get("createMiniProgram.miniProgram.id") == nil {
				t.Errorf("%s: %s", name, answer.Body)
			}
		}
	})
}

// A browser's simple request may have one of three content types without asking first; JSON is none of them.
func TestNoSimpleRequestRunsAMutation(t *testing.T) {
	apitest.Run(t, func(t *testing.T, w *apitest.World) {
		token := w.SignUp(t, "ann").Cookie(t)
		body := []byte(`{"query":"mutation { createWorkspace(input: {name: \"Sent\"}) { workspace { id } } }"}`)
		for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", ""} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/graphql", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", contentType)
			request.AddCookie(token)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
		}
		get, _ := send(t, w, http.MethodGet, "/graphql?query=mutation%7BcreateWorkspace(input%3A%7Bname%3A%22Sent%22%7D)%7Bworkspace%7Bid%7D%7D%7D",
			map[string]string{"Cookie": token.Name + "=" + token.Value})
		if n := w.Client.Workspace.Query().CountX(t.Context()); n != 0 || get.StatusCode == http.StatusOK {
			t.Errorf("%d workspaces were made; GET gave status %d", n, get.StatusCode)
		}
	})
}
