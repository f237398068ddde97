// Package web is the HTTP front: every route and what stands before them. Tests serve what production serves.
package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"minidock/ent"
	"minidock/graph"
	"minidock/internal/account"
	"minidock/internal/audit"
	"minidock/internal/blob"
	"minidock/internal/idempotency"
	"minidock/internal/limit"
	"minidock/internal/mail"
	"minidock/internal/miniprogram"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/playground"
	"minidock/internal/session"
	"minidock/internal/store"
	"minidock/internal/throttle"
	"minidock/internal/workspace"
)

// Config is what the server works with.
type Config struct {
	Store *store.Store
	// Blobs keeps the logos.
	Blobs *blob.Store
	// PublicURL is where clients find the server, without a slash at the end. When it is https, cookies are Secure.
	PublicURL string
	// AllowedOrigins are the origins of other front ends whose pages may send requests with the viewer's cookie.
	AllowedOrigins []string
	// Introspection says who may ask for the schema and open the playground; empty for everyone, or for staff only where
	// PublicURL is https.
	Introspection graph.Audience
	// AppURL is where the front end's pages are, which the links in mails lead to; PublicURL when empty.
	AppURL string
	// Mail hands mails over.
	Mail mail.Sender
	// Proxies are those that requests come through.
	Proxies Proxies
	// RequestsAMinute is how many requests are answered for a network address in a minute; 0 for any number.
	RequestsAMinute int
	// PasswordCost is what hashing a password costs.
	PasswordCost account.Cost
	Limits       limit.Limits
	Log          *slog.Logger
	// Now is the clock.
	Now func() time.Time
}

// Server answers all requests.
type Server struct {
	http.Handler
	limits   limit.Limits
	log      *slog.Logger
	metrics  *metrics
	client   *ent.Client
	now      func() time.Time
	sessions *session.Sessions
	outbox   *outbox.Outbox
	draining atomic.Bool
	// stop has those hurry up who take their answers.
	stop context.CancelFunc
}

// New wires the areas to their routes. It fails when the schema does not say who may do what.
func New(c Config) (*Server, error) {
	stopping, stop := context.WithCancel(context.Background())
	s := &Server{
		stop: stop, limits: c.Limits, log: c.Log, metrics: newMetrics(), client: c.Store.Client, now: c.Now,
		sessions: session.New(c.db(), c.Limits),
	}
	viewers := newViewers(c.Store.Client, s.sessions, c.isHTTPS())
	accounts := c.accounts(s.sessions)
	workspaces := &workspace.Workspaces{
		DB: c.db(), Limits: c.Limits, Accounts: accounts, Throttles: accounts.Throttles, AppURL: accounts.AppURL,
		Watches: workspace.NewWatches(c.Store.Client),
	}
	s.outbox = outbox.New(c.Store.Client, c.Mail, composer(accounts, workspaces), c.Now, c.Log)
	accounts.Outbox, workspaces.Outbox = s.outbox, s.outbox
	resolver := &graph.Resolver{
		Sessions:     s.sessions,
		Accounts:     accounts,
		Workspaces:   workspaces,
		MiniPrograms: &miniprogram.MiniPrograms{DB: c.db(), Blobs: c.Blobs},
		Audit:        &audit.Log{Client: c.Store.Client},
		LogoURL:      func(name string) string { return c.PublicURL + logoPath + name },

		Introspection: c.audience(),
		Observe:       s.metrics.observe(c.Log),
	}
	api, err := graph.NewHandler(resolver, c.Limits, c.Log)
	if err != nil {
		return nil, err
	}
	guard, err := crossOrigin(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	explorer := playground.Handler("/playground", "/graphql")
	if resolver.Introspection != graph.ForEveryone {
		explorer = viewers.known(only(resolver, explorer, failed(c.Log)))
	}
	mux := http.NewServeMux()
	answers := requirePreflight(viewers.known(inLanguage(api)))
	mux.Handle("/graphql", limited(c.RequestsAMinute, c.Now, answers))
	mux.Handle("GET "+logoPath+"{name}", logos(c.Blobs))
	mux.Handle("/playground", explorer)
	mux.Handle("/playground/", explorer)
	mux.Handle("GET /{$}", http.RedirectHandler("/playground", http.StatusFound))
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", s.ready(c.Store))
	answers = logged(c.Log, s.metrics, recovered(c.Log, called(c.Proxies, hardened(c.isHTTPS(), guard(mux)))))
	s.Handler = timed(stopping, c.Limits.WriteTime, identify(answers))
	return s, nil
}

func (c Config) db() operation.DB { return operation.DB{Client: c.Store.Client, Now: c.Now} }

func (c Config) accounts(sessions *session.Sessions) *account.Accounts {
	return &account.Accounts{
		DB: c.db(), Limits: c.Limits, Sessions: sessions, Passwords: account.NewPasswords(c.PasswordCost, c.Limits.PasswordQueue),
		Throttles: &throttle.Throttles{Client: c.Store.Client, Now: c.Now}, AppURL: cmp.Or(c.AppURL, c.PublicURL),
	}
}

// composer has each mail be written by the area that it is about.
func composer(accounts *account.Accounts, workspaces *workspace.Workspaces) outbox.Compose {
	return func(ctx context.Context, entry *ent.Mail) (*mail.Message, error) {
		if mail.Kind(entry.Kind) == mail.Invitation {
			return workspaces.Compose(ctx, entry)
		}
		return accounts.Compose(ctx, entry)
	}
}

func (c Config) isHTTPS() bool { return strings.HasPrefix(c.PublicURL, "https://") }

func (c Config) audience() graph.Audience {
	switch {
	case c.Introspection != "":
		return c.Introspection
	case c.isHTTPS():
		return graph.ForStaff
	default:
		return graph.ForEveryone
	}
}

// Drain makes the server say that it is not ready, so that no new clients are sent to it.
func (s *Server) Drain() { s.draining.Store(true) }

// EndStreams ends what would otherwise never be finished: subscriptions, whose clients then go to another server, and answers
// that nobody takes.
func (s *Server) EndStreams() {
	s.stop()
	s.sessions.StopStreams()
}

// Sweep deletes what has outlived its time.
func (s *Server) Sweep(ctx context.Context) error {
	now := s.now()
	return errors.Join(s.sessions.Sweep(ctx), idempotency.Sweep(ctx, s.client, now), throttle.Sweep(ctx, s.client, now),
		account.Sweep(ctx, s.client, now))
}

// SendMail sends the mails that are due.
func (s *Server) SendMail(ctx context.Context) error { return s.outbox.SendDue(ctx) }

func healthy(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") }

func (s *Server) ready(db *store.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() || db.Ping(r.Context()) != nil {
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
