package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rs/cors"

	"minidock/internal/fault"
	"minidock/internal/gqlhttp"
)

// crossOrigin refuses requests that a browser sends for a page of another origin, except for allowed origins, whose pages may read the answers
// by CORS. Where the public URL is https, the http origin of the same host is another origin.
func crossOrigin(allowed []string, isHTTPS bool) (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range allowed {
		if strings.Contains(origin, "*") { // CORS would take it for any origin
			return nil, fmt.Errorf("allowed origin %q: write each origin out, without *", origin)
		}
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("allowed origin: %w", err)
		}
	}
	deny := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gqlhttp.Refuse(w, r, http.StatusForbidden, &fault.Refusal{Code: "CSRF_BLOCKED", Message: "The request comes from a page of an origin that is not allowed."})
	})
	protection.SetDenyHandler(deny)
	guard := func(next http.Handler) http.Handler {
		guarded := protection.Handler(guardReads(protection, deny, next))
		if isHTTPS {
			guarded = refuseInsecureOrigins(allowed, deny, guarded)
		}
		return unguardedByToken(next, guarded)
	}
	if len(allowed) == 0 {
		return guard, nil
	}
	sharing := cors.New(cors.Options{
		AllowedOrigins:   allowed,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost},
		AllowedHeaders:   allowedHeaders,
		ExposedHeaders:   []string{"X-Request-Id", "Retry-After"},
		AllowCredentials: true,
		MaxAge:           600,
	})
	return func(next http.Handler) http.Handler { return sharing.Handler(guard(next)) }, nil
}

// unguardedByToken passes requests on that come with a token for machines, and all others to what guards them. No browser adds such a token by
// itself, and none sends one for a page of another origin that is not allowed.
func unguardedByToken(next, guarded http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == graphQLPath && hasBearerToken(r) {
			next.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// allowedHeaders are what pages of allowed origins may send: what we read, and what usual clients and tracing tools add.
var allowedHeaders = []string{
	"Content-Type", "Accept", "Accept-Language", "Authorization", "Apollo-Require-Preflight", "GraphQL-Require-Preflight", "GraphQL-Cost", "Idempotency-Key",
	"Cache-Control", "Pragma", "If-None-Match", "Last-Event-ID", "X-GraphQL-Event-Stream-Token", "X-Requested-With", "X-CSRF-Token", "X-Request-Id", "X-Correlation-Id",
	"ApolloGraphQL-Client-Name", "ApolloGraphQL-Client-Version", "ApolloGraphQL-Client-Reference-Id", "X-Apollo-Operation-Name", "X-Apollo-Operation-Id", "X-Apollo-Operation-Type",
	"X-Apollo-Cache-Key", "X-Apollo-Tracing", "GraphQL-Client-Name", "GraphQL-Client-Version", "X-GraphQL-Client-Name", "X-GraphQL-Client-Version", "X-GraphQL-Operation-Name",
	"Traceparent", "Tracestate", "Baggage", "Sentry-Trace", "B3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags", "X-Cloud-Trace-Context", "X-Amzn-Trace-Id",
	"X-Datadog-Trace-Id", "X-Datadog-Parent-Id", "X-Datadog-Origin", "X-Datadog-Sampling-Priority", "X-Datadog-Tags", "Newrelic", "Elastic-Apm-Traceparent", "Uber-Trace-Id",
}

// refuseInsecureOrigins refuses requests to the API from pages that were not loaded by https, unless their origin is allowed: without
// Sec-Fetch-Site the protection compares only hosts.
func refuseInsecureOrigins(allowed []string, deny, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if r.URL.Path == graphQLPath && strings.HasPrefix(strings.ToLower(origin), "http://") && !slices.Contains(allowed, origin) {
			deny.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guardReads checks what browsers send by GET, from any page and with cookies, like a POST: queries, and requests for a WebSocket or an
// event stream.
func guardReads(protection *http.CrossOriginProtection, deny, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asPost := *r
		asPost.Method = http.MethodPost
		isRead := asksForStream(r) || r.URL.Path == graphQLPath && r.Header.Get("Cookie") != ""
		if isRead && protection.Check(&asPost) != nil {
			deny.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func asksForStream(r *http.Request) bool {
	accept := strings.ToLower(strings.Join(r.Header.Values("Accept"), ","))
	return r.Header.Get("Upgrade") != "" || strings.Contains(accept, "text/event-stream")
}
