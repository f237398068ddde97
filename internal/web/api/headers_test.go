package api_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

func TestOnlyLogosAndTheFilesOfThePlaygroundMayBeStored(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	created := ann.Create(t, apitest.CreateInput(ann.CreateWorkspace(t, "Coffee")))
	logo := strings.TrimPrefix(created.String(t, "createMiniProgram.miniProgram.logo.url"), w.URL)
	for _, request := range []struct {
		method, path string
		header       map[string]string
		status       int
	}{
		{http.MethodGet, "/graphql?query={__typename}", nil, http.StatusOK},
		{http.MethodGet, "/graphql", nil, http.StatusBadRequest},
		{http.MethodPost, "/graphql", map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{http.MethodDelete, "/graphql", nil, http.StatusMethodNotAllowed},
		{http.MethodPost, "/graphql", map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType},
		{http.MethodGet, "/", nil, http.StatusFound},
		{http.MethodGet, "/nothing", nil, http.StatusNotFound},
		{http.MethodPost, "/healthz", nil, http.StatusMethodNotAllowed},
		{http.MethodGet, "/logos/nothing.png", nil, http.StatusNotFound},
	} {
		response, _ := send(t, w, request.method, request.path, request.header)
		if response.StatusCode != request.status || response.Header.Get("Cache-Control") != "no-store" ||
			response.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s %s: status %d, %v", request.method, request.path, response.StatusCode, response.Header)
		}
	}
	response, _ := send(t, w, http.MethodGet, logo, nil)
	if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") || response.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("a logo: %v", response.Header)
	}
}

func TestTheInsecureOriginOfAnHTTPSServerIsAnotherOrigin(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{PublicURL: "https://minidock.example", AllowedOrigins: []string{"http://localhost:3000"}})
	for origin, want := range map[string]int{
		"https://minidock.example": http.StatusOK, "http://minidock.example": http.StatusForbidden, "HTTP://minidock.example": http.StatusForbidden,
		"http://localhost:3000": http.StatusOK,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "minidock.example"
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Origin", origin)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", origin, response.StatusCode, want)
		}
	}
}

func TestAQueryByGETWithACookieIsCheckedLikeAPOST(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	cookie := w.SignUp(t, "ann").Cookie(t).String()
	path := "/graphql?query=" + url.QueryEscape(apitest.ViewerQuery)
	for name, request := range map[string]struct {
		header map[string]string
		status int
	}{
		"foreign page, with the cookie":    {map[string]string{"Sec-Fetch-Site": "cross-site", "Cookie": cookie}, http.StatusForbidden},
		"foreign origin, with the cookie":  {map[string]string{"Origin": "https://evil.example", "Cookie": cookie}, http.StatusForbidden},
		"foreign page, without the cookie": {map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusOK},
		"own page":                         {map[string]string{"Sec-Fetch-Site": "same-origin", "Cookie": cookie}, http.StatusOK},
		"no browser":                       {map[string]string{"Cookie": cookie}, http.StatusOK},
	} {
		if response, body := send(t, w, http.MethodGet, path, request.header); response.StatusCode != request.status {
			t.Errorf("%s: status %d: %s", name, response.StatusCode, body)
		}
	}
}

func TestTheRootOfAServerWithoutAPlaygroundNamesTheAPI(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{Introspection: "nobody"})
	if response, body := send(t, w, http.MethodGet, "/", nil); response.StatusCode != http.StatusOK || !strings.Contains(body, "/graphql") {
		t.Errorf("status %d: %s", response.StatusCode, body)
	}
}

// Not parallel: it changes the arguments of the program.
func TestTheCommandLineIsShownWithoutValues(t *testing.T) {
	arguments := os.Args
	defer func() { os.Args = arguments }()
	os.Args = []string{"minidock", "serve", "--database-url=postgres://app:hunter2@db/minidock", "--smtp-url", "smtp://app:hunter2@mail"}
	shown := adminGet(t, apitest.New(t, apitest.Options{}), "/debug/pprof/cmdline")
	if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "--database-url") {
		t.Errorf("shown %q", shown)
	}
}
