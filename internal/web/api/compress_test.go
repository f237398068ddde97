package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

const (
	largeQuery = "/graphql?query={industries(first:100){nodes{id,code}}}"
	smallQuery = "/graphql?query={__typename}"
)

// exchange sends a GET with these headers as they are, and returns the answer and its body, not decompressed.
func exchange(t *testing.T, w *apitest.World, path string, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	client := http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response, apitest.Rest(t, response)
}

func TestLargeAnswersAreCompressedForClientsThatAcceptIt(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	_, plain := exchange(t, w, largeQuery, http.Header{})
	if len(plain) < 2<<10 {
		t.Fatalf("%d bytes are not large", len(plain))
	}
	for accept, isCompressed := range map[string]bool{
		"gzip": true, "gzip, deflate, br, zstd": true, "br;q=1.0, gzip;q=0.5": true, "GZIP": true,
		"": false, "identity": false, "br": false, "zstd": false, "gzip;q=0": false, "gzip;q=0.0, identity": false,
	} {
		response, body := exchange(t, w, largeQuery, http.Header{"Accept-Encoding": {accept}})
		if got := response.Header.Get("Content-Encoding") == "gzip"; got != isCompressed || !strings.Contains(strings.Join(response.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("accepting %q: %v", accept, response.Header)
		}
		if isCompressed {
			if len(body) > len(plain)/2 {
				t.Errorf("%d bytes of %d", len(body), len(plain))
			}
			reader, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(reader)
			if err != nil {
				t.Fatal(err)
			}
			body = string(text)
		}
		if body != plain {
			t.Errorf("accepting %q: another answer: %.200s", accept, body)
		}
	}
}

func TestSmallAnswersPicturesAndStreamsAreNotCompressed(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Options{})
	ann := w.SignUp(t, "ann")
	created := ann.Create(t, apitest.CreateInput(ann.CreateWorkspace(t, "Coffee")))
	logo := strings.TrimPrefix(created.String(t, "createMiniProgram.miniProgram.logo.url"), w.URL)
	for path, accept := range map[string]string{smallQuery: "application/json", logo: "image/png", "/graphql?query={nothing}": "text/event-stream", "/healthz": "*/*"} {
		response, _ := exchange(t, w, path, http.Header{"Accept-Encoding": {"gzip"}, "Accept": {accept}})
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: status %d %v", path, response.StatusCode, response.Header)
		}
	}
}
