package web

import (
	"log/slog"
	"net/http"
)

// hardened sets the headers that keep browsers from doing anything with an answer but show it, and everyone from storing it. A handler that
// needs more sets its own.
func hardened(isHTTPS bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		if isHTTPS {
			header.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// front leads to the playground those who may open it, and tells others where the API is.
func (v *Viewers) front(log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isAllowed, err := v.MayIntrospect(r.Context())
		switch {
		case err != nil:
			unavailable(w, r, log, err)
		case isAllowed:
			http.Redirect(w, r, playgroundPath, http.StatusFound)
		default:
			writeText(w, http.StatusOK, "This is minidock. Its GraphQL API is at "+graphQLPath+".\n")
		}
	})
}

// onlyThoseWhoMayIntrospect hides next from viewers who may not read the schema.
func (v *Viewers) onlyThoseWhoMayIntrospect(next http.Handler, log *slog.Logger) http.Handler {
	if v.introspection == Everyone {
		return next
	}
	return v.identifyByCookie(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isAllowed, err := v.MayIntrospect(r.Context())
		switch {
		case err != nil:
			unavailable(w, r, log, err)
		case !isAllowed:
			writeText(w, http.StatusNotFound, "not found\n")
		default:
			next.ServeHTTP(w, r)
		}
	}))
}
