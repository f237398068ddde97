// Package web is the HTTP front: every route and the middleware before it. Tests serve what production serves.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"minidock/internal/blob"
	"minidock/internal/mailpage"
	"minidock/internal/metrics"
	"minidock/internal/playground"
	"minidock/internal/secret"
)

// Config is what the routes need.
type Config struct {
	// GraphQL answers GraphQL requests.
	GraphQL http.Handler
	Viewers *Viewers
	// Blobs keeps the logos.
	Blobs blob.Store
	// SecretKey signs the addresses of packages.
	SecretKey *secret.Key
	// IsReady says whether the server should be sent requests.
	IsReady func(context.Context) bool
	// PublicURL is where clients find the server, without a slash at the end.
	PublicURL string
	// AllowedOrigins are the origins of other front ends whose pages may send requests with the viewer's cookie.
	AllowedOrigins []string
	// Proxies are those that requests come through.
	Proxies Proxies
	// RequestsPerMinute is how many GraphQL requests are answered for a network address in a minute; 0 for any number.
	RequestsPerMinute int
	// WriteTime is how long a client may take to receive an answer.
	WriteTime time.Duration
	// Stopping is done when the server stops.
	Stopping context.Context
	Metrics  *metrics.Metrics
	Log      *slog.Logger
	// Now is the clock.
	Now func() time.Time
}

const (
	graphQLPath    = "/graphql"
	playgroundPath = "/playground"
)

// New returns the handler of all routes. It fails when an allowed origin is not one.
func New(c Config) (http.Handler, error) {
	isHTTPS := strings.HasPrefix(c.PublicURL, "https://")
	guard, err := crossOrigin(c.AllowedOrigins, isHTTPS)
	if err != nil {
		return nil, err
	}
	graphQL, err := compressed(limited(c.RequestsPerMinute, c.Now, requirePreflight(c.Viewers.identify(inLanguage(c.GraphQL)))))
	if err != nil {
		return nil, err
	}
	explorer := c.Viewers.onlyThoseWhoMayIntrospect(playground.Handler(playgroundPath, graphQLPath), c.Log)
	mux := http.NewServeMux()
	mux.Handle(graphQLPath, graphQL)
	mux.Handle("GET "+logoPath+"{name}", logos(c.Blobs))
	mux.Handle("GET "+packagePath+"{name}", packages(c.Blobs, c.SecretKey, c.Now, c.Stopping, c.WriteTime))
	mux.Handle(playgroundPath, explorer)
	mux.Handle(playgroundPath+"/", explorer)
	mailPages := mailpage.Handler()
	for _, path := range mailpage.Paths() {
		mux.Handle(path, mailPages)
	}
	mux.Handle("GET /{$}", c.Viewers.identifyByCookie(c.Viewers.front(c.Log)))
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", ready(c.IsReady))
	answers := logged(c.Log, c.Metrics, recovered(c.Log, withCaller(c.Proxies, hardened(isHTTPS, guard(mux)))))
	return timed(c.Stopping, c.WriteTime, withID(answers)), nil
}

// LogoURL returns the address of a logo on the server at publicURL.
func LogoURL(publicURL, name string) string { return publicURL + logoPath + name }

func healthy(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") }

func ready(isReady func(context.Context) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !isReady(r.Context()) {
			writeText(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
		writeText(w, http.StatusOK, "ready\n")
	}
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}
