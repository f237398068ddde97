package web

import (
	"fmt"
	"net/http"

	"github.com/rs/cors"

	"minidock/internal/fault"
)

// crossOrigin refuses requests that a page of another origin makes a browser send, except pages of the allowed origins,
// which are told by the headers of CORS that they may read the answers.
func crossOrigin(allowed []string) (func(http.Handler) http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range allowed {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("allowed origin: %w", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusForbidden, &fault.Refusal{Code: "CSRF_BLOCKED", Message: "A page of another origin may not send this."})
	}))
	if len(allowed) == 0 {
		return protection.Handler, nil
	}
	sharing := cors.New(cors.Options{
		AllowedOrigins:   allowed,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost},
		AllowedHeaders:   []string{"Content-Type", "Accept", "Accept-Language", "Apollo-Require-Preflight", "GraphQL-Require-Preflight", "GraphQL-Cost"},
		ExposedHeaders:   []string{"X-Request-Id"},
		AllowCredentials: true,
		MaxAge:           600,
	})
	return func(next http.Handler) http.Handler { return sharing.Handler(protection.Handler(next)) }, nil
}
