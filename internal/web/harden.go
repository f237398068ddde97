package web

import (
	"net/http"

	"minidock/graph"
)

// hardened tells browsers to take every answer for no more than it is. A handler that needs more says so itself.
func hardened(isHTTPS bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		if isHTTPS {
			header.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// only lets those to next who may ask for the schema; for all others there is nothing.
func only(resolver *graph.Resolver, next http.Handler, failed func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admitted, err := resolver.Admits(r.Context(), resolver.Introspection)
		switch {
		case err != nil:
			failed(w, r, err)
		case !admitted:
			writeText(w, http.StatusNotFound, "not found\n")
		default:
			next.ServeHTTP(w, r)
		}
	})
}
