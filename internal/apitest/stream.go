package apitest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// EventStream is the media type of server-sent events.
const EventStream = "text/event-stream"

// SessionEnded subscribes to the end of the session.
const SessionEnded = `subscription { sessionEnded { reason } }`

// Listen sends a query by GET, with this Accept header, and returns the response as it begins.
func (w *World) Listen(t *testing.T, p *Person, accept, query string) *http.Response {
	t.Helper()
	return w.Stream(t, p, http.MethodGet, http.Header{"Accept": {accept}}, query)
}

// Stream sends a query with these headers and returns the response as it begins.
func (w *World) Stream(t *testing.T, p *Person, method string, header http.Header, query string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	t.Cleanup(cancel)
	target, body := w.URL+"/graphql", fmt.Sprintf(`{"query":%q}`, query)
	if method == http.MethodGet {
		target, body = target+"?query="+url.QueryEscape(query), ""
	}
	request, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header.Clone()
	for name, values := range p.Header {
		request.Header[name] = values
	}
	response, err := (&http.Client{Jar: p.Jar}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// Rest reads the rest of a response.
func Rest(t *testing.T, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
