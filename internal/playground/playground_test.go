package playground_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"minidock/internal/playground"
)

// handler is shared: it does not change, and packing its files takes a moment.
var handler = playground.Handler("/playground", "/graphql")

func TestPageIsServedWithAndWithoutSlash(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/playground", "/playground/"} {
		answer := get(t, address)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", address, answer.StatusCode)
		}
		wantHeader(t, answer, "Content-Type", "text/html; charset=utf-8")
		wantHeader(t, answer, "Cache-Control", "no-cache")
		body := read(t, answer)
		for _, want := range []string{"<title>minidock playground</title>", `data-endpoint="/graphql"`, `rel="icon" href="data:,"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s is not in the page", address, want)
			}
		}
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/playground", "/playground/assets/playground.js", "/playground/assets/none.js"} {
		answer := get(t, address)
		wantHeader(t, answer, "X-Content-Type-Options", "nosniff")
		wantHeader(t, answer, "X-Frame-Options", "DENY")
		wantHeader(t, answer, "Referrer-Policy", "no-referrer")

		directives := map[string]string{}
		for directive := range strings.SplitSeq(answer.Header.Get("Content-Security-Policy"), ";") {
			name, sources, _ := strings.Cut(strings.TrimSpace(directive), " ")
			directives[name] = sources
		}
		for name, want := range map[string]string{
			"default-src":     "'none'",
			"script-src":      "'self'",
			"connect-src":     "'self'",
			"frame-ancestors": "'none'",
			"base-uri":        "'none'",
			"form-action":     "'none'",
		} {
			if directives[name] != want {
				t.Errorf("%s: %s is %q, want %q", address, name, directives[name], want)
			}
		}
	}
}

func TestPageHasNoInlineScript(t *testing.T) {
	t.Parallel()
	page := read(t, get(t, "/playground"))
	if inline := regexp.MustCompile(`<script[^>]*>[^<]|\son\w+=|javascript:`).FindString(page); inline != "" {
		t.Errorf("inline script: %q", inline)
	}
}

func TestEveryAssetOfThePageIsServedForEver(t *testing.T) {
	t.Parallel()
	addresses := assetAddresses(t)
	if len(addresses) != 6 {
		t.Errorf("the page refers to %d assets: %v", len(addresses), addresses)
	}
	for _, address := range addresses {
		answer := get(t, address)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", address, answer.StatusCode)
		}
		wantHeader(t, answer, "Cache-Control", "public, max-age=31536000, immutable")
		want := "text/javascript; charset=utf-8"
		if strings.Contains(address, ".css?") {
			want = "text/css; charset=utf-8"
		}
		wantHeader(t, answer, "Content-Type", want)
		if read(t, answer) == "" {
			t.Errorf("%s is empty", address)
		}
	}
}

func TestAssetUnderAnotherVersionIsNotKept(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/playground/assets/playground.js", "/playground/assets/playground.js?v=0123456789abcdef"} {
		wantHeader(t, get(t, address), "Cache-Control", "no-cache")
	}
}

func TestLicencesAreServed(t *testing.T) {
	t.Parallel()
	answer := get(t, "/playground/assets/LICENSES.txt")
	wantHeader(t, answer, "Content-Type", "text/plain; charset=utf-8")
	if body := read(t, answer); !strings.Contains(body, "GraphQL Contributors") || !strings.Contains(body, "Facebook, Inc.") {
		t.Error("the licences of graphiql and react are not there")
	}
}

func TestUnknownAddressesAreNotFound(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"/playground/assets/none.js",
		"/playground/assets/",
		"/playground/assets/page.html",
		"/playground/assets/README.md",
		"/playground/assets/third_party/graphiql.min.js",
		"/playground/assets/..%2fplayground.go",
		"/playground/other",
	} {
		if answer := get(t, address); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", address, answer.StatusCode)
		}
	}
}

func TestUnchangedIsAnsweredWithoutContent(t *testing.T) {
	t.Parallel()
	for _, address := range append(assetAddresses(t), "/playground") {
		for _, coding := range []string{"", "gzip"} {
			first := get(t, address, "Accept-Encoding", coding)
			tag := first.Header.Get("ETag")
			again := get(t, address, "Accept-Encoding", coding, "If-None-Match", tag)
			if tag == "" || again.StatusCode != http.StatusNotModified || read(t, again) != "" {
				t.Errorf("%s, coding %q, tag %q: status %d", address, coding, tag, again.StatusCode)
			}
		}
	}
}

func TestGzipIsSentToThoseWhoAcceptIt(t *testing.T) {
	t.Parallel()
	const address = "/playground/assets/graphiql.min.css"
	plain := get(t, address)
	content := read(t, plain)

	for accepted, packed := range map[string]bool{
		"gzip":                     true,
		"br, GZIP;q=0.5, *;q=0":    true,
		"gzip;q=1.0":               true,
		"":                         false,
		"br":                       false,
		"gzip;q=0":                 false,
		"gzip; q=0.000, identity":  false,
		"x-gzip-like, deflate;q=1": false,
	} {
		answer := get(t, address, "Accept-Encoding", accepted)
		wantHeader(t, answer, "Vary", "Accept-Encoding")
		wantHeader(t, answer, "Content-Type", "text/css; charset=utf-8")
		if got := answer.Header.Get("Content-Encoding") == "gzip"; got != packed {
			t.Errorf("%q: gzip is %v", accepted, got)
			continue
		}
		if !packed {
			continue
		}
		if tag := answer.Header.Get("ETag"); tag == plain.Header.Get("ETag") && !strings.HasPrefix(tag, "W/") {
			t.Errorf("%q: packed and plain have the same strong ETag", accepted)
		}
		if unpack(t, answer) != content {
			t.Errorf("%q: the content is another when unpacked", accepted)
		}
	}
}

func TestOnlyGetAndHeadAreAllowed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"/playground", "/playground/", "/playground/assets/playground.js"} {
		if answer := send(t, http.MethodHead, address); answer.StatusCode != http.StatusOK || read(t, answer) != "" {
			t.Errorf("HEAD %s: status %d", address, answer.StatusCode)
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			answer := send(t, method, address)
			if answer.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, address, answer.StatusCode)
			}
			wantHeader(t, answer, "Allow", "GET, HEAD")
		}
	}
}

func TestPrefixAndEndpointAreTheCallers(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	elsewhere := playground.Handler("/try/it", `/api?a="b"`)
	elsewhere.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/try/it/", nil))
	page := recorder.Body.String()
	for _, want := range []string{`data-endpoint="/api?a=&#34;b&#34;"`, `src="/try/it/assets/playground.js?v=`} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not in the page", want)
		}
	}
}

func TestNothingIsLoadedFromAnotherHost(t *testing.T) {
	t.Parallel()
	foreign := regexp.MustCompile(`(?:https?|wss?)://[^\s"']*|["'(=]//[^\s"']*`)
	for _, address := range []string{"/playground", "/playground/assets/playground.js", "/playground/assets/playground.css"} {
		if found := foreign.FindString(read(t, get(t, address))); found != "" {
			t.Errorf("%s refers to %s", address, found)
		}
	}

	css := read(t, get(t, "/playground/assets/graphiql.min.css"))
	if strings.Contains(css, "@import") {
		t.Error("graphiql's style sheet imports another")
	}
	for _, found := range regexp.MustCompile(`url\(["']?(.{0,40})`).FindAllStringSubmatch(css, -1) {
		if !strings.HasPrefix(found[1], "data:") {
			t.Errorf("graphiql's style sheet loads %s", found[1])
		}
	}
}

func TestFilesFromElsewhereAreUnmodified(t *testing.T) {
	t.Parallel()
	readme := readFile(t, "third_party/README.md")
	sums := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^([0-9a-f]{64})  (\S+)$`).FindAllStringSubmatch(readme, -1) {
		sums[found[2]] = found[1]
	}
	names, err := filepath.Glob("third_party/*.*s")
	if err != nil || len(names) != len(sums) {
		t.Errorf("%d files and %d sums: %v", len(names), len(sums), err)
	}
	for _, name := range names {
		sum := sha256.Sum256([]byte(readFile(t, name)))
		if got := hex.EncodeToString(sum[:]); got != sums[filepath.Base(name)] {
			t.Errorf("%s: sum %s is not in the README", name, got)
		}
	}
}

func TestExampleLogoIsASquarePNG(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`base64:\s+'([^']*)'`).FindStringSubmatch(readFile(t, "playground.js"))
	if found == nil {
		t.Fatal("there is no logo")
	}
	raw, err := base64.StdEncoding.DecodeString(found[1])
	if err != nil {
		t.Fatal(err)
	}
	logo, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if side := logo.Bounds().Size(); side.X != side.Y || side.X < 64 {
		t.Errorf("the logo measures %v", side)
	}
}

func assetAddresses(t *testing.T) []string {
	t.Helper()
	page := read(t, get(t, "/playground"))
	var addresses []string
	for _, found := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
		addresses = append(addresses, found[1])
	}
	return addresses
}

func get(t *testing.T, address string, headers ...string) *http.Response {
	t.Helper()
	return send(t, http.MethodGet, address, headers...)
}

// send sends a request; the headers are pairs of a name and a value.
func send(t *testing.T, method, address string, headers ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, address, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func wantHeader(t *testing.T, answer *http.Response, name, want string) {
	t.Helper()
	if got := answer.Header.Get(name); got != want {
		t.Errorf("%s is %q, want %q", name, got, want)
	}
}

func read(t *testing.T, answer *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func unpack(t *testing.T, answer *http.Response) string {
	t.Helper()
	unpacked, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
