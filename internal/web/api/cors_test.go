package api_test

import (
	"net/http"
	"strings"
	"testing"

	"minidock/internal/apitest"
)

// What clients and tracing tools add to a request must not keep a page of an allowed origin from sending it.
func TestAllowedOriginsMaySendTheUsualHeaders(t *testing.T) {
	t.Parallel()
	const origin = "http://localhost:3000"
	w := apitest.New(t, apitest.Options{AllowedOrigins: []string{origin}})
	preflight := func(from, headers string) http.Header {
		response, _ := send(t, w, http.MethodOptions, "/graphql", map[string]string{
			"Origin": from, "Access-Control-Request-Method": http.MethodPost, "Access-Control-Request-Headers": headers,
		})
		return response.Header
	}
	usual := strings.Split("accept,accept-language,apollo-require-preflight,apollographql-client-name,apollographql-client-version,authorization,baggage,content-type,"+
		"graphql-cost,graphql-require-preflight,last-event-id,sentry-trace,traceparent,tracestate,x-apollo-operation-id,x-apollo-operation-name,x-graphql-client-name,"+
		"x-graphql-client-version,x-requested-with", ",")
	for _, headers := range append(usual, strings.Join(usual, ","), "") {
		if got := preflight(origin, headers); got.Get("Access-Control-Allow-Origin") != origin || got.Get("Access-Control-Allow-Headers") != headers {
			t.Errorf("%s: %v", headers, got)
		}
		if got := preflight("http://localhost:3001", headers); got.Get("Access-Control-Allow-Origin") != "" || got.Get("Access-Control-Allow-Headers") != "" {
			t.Errorf("another origin, %s: %v", headers, got)
		}
	}
	if got := preflight(origin, "cookie"); got.Get("Access-Control-Allow-Headers") != "" {
		t.Errorf("any header is allowed: %v", got)
	}
	response, _ := send(t, w, http.MethodGet, smallQuery, map[string]string{"Origin": origin})
	if got := response.Header.Get("Access-Control-Expose-Headers"); !strings.Contains(got, "X-Request-Id") || !strings.Contains(got, "Retry-After") {
		t.Errorf("exposed: %q", got)
	}
}
