// Package apitest is the world of API tests: a real database, the real handler behind a real server, and people with cookie jars.
package apitest

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/account"
	"minidock/internal/app"
	"minidock/internal/blob"
	"minidock/internal/id"
	"minidock/internal/limit"
	"minidock/internal/secret"
	"minidock/internal/store"
	"minidock/internal/web"
)

// World is a test's own server with an empty database.
type World struct {
	// URL is where the server is found.
	URL string
	// SecretKey seals secrets in the database.
	SecretKey *secret.Key
	// Client reads and writes without the API, for what the API cannot do or must not show.
	Client *ent.Client
	// Store is the database.
	Store *store.Store
	// Dir is the data folder.
	Dir string
	// Server is the handler that answers.
	Server *app.App
	// Log is what the server logs. A failed test shows its end.
	Log Log

	options  Options
	server   *httptest.Server
	post     *postOffice
	clock    *clock
	inserted atomic.Int64

	statements struct {
		sync.Mutex
		texts []string
		// nested is a read that asks several times for what exists, or "".
		nested string
	}
}

// Run runs a test in its own world on each database, in parallel with all other tests.
func Run(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	RunWith(t, Options{}, test)
}

// RunWith is Run with other options.
func RunWith(t *testing.T, options Options, test func(t *testing.T, w *World)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, New(t, options))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		own := options
		own.DatabaseURL = NewDatabase(t)
		test(t, New(t, own))
	})
}

// connections of each world's server to PostgreSQL; many worlds share one cluster.
const connections = 8

// Options are those of a world's server.
type Options struct {
	// PublicURL is the server's address for clients; that of the test server when empty.
	PublicURL string
	// AllowedOrigins and Introspection are those of app.Config.
	AllowedOrigins []string
	Introspection  web.Audience
	// Limits are those of app.Config; what the function Limits gives when nil.
	Limits *limit.Limits
	// AppURL, Proxies and RequestsPerMinute are those of app.Config; so is PasswordCost, CheapPasswords when it is zero.
	AppURL            string
	Proxies           web.Proxies
	RequestsPerMinute int
	PasswordCost      account.Cost
	// DatabaseURL is a PostgreSQL database to use instead of SQLite.
	DatabaseURL string
}

// New returns a world that ends with the test.
func New(t *testing.T, options Options) *World {
	t.Helper()
	key, err := secret.NewKey([]byte(rand.Text()[:16] + rand.Text()[:16]))
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Dir: t.TempDir(), SecretKey: key, options: options, clock: newClock()}
	t.Cleanup(func() { w.Log.showIfFailed(t) })
	w.start(t)
	t.Cleanup(func() {
		w.statements.Lock()
		defer w.statements.Unlock()
		if w.statements.nested != "" {
			t.Errorf("a statement asks more than once for what exists: %s", w.statements.nested)
		}
	})
	return w
}

// Limit gives the server other limits: it restarts it, so that they do not hold for what was prepared before.
func (w *World) Limit(t *testing.T, change func(*limit.Limits)) {
	t.Helper()
	w.options.Limits = Limits(change)
	w.Restart(t)
}

// Restart stops the server, closes its database, and starts another server on the same data.
func (w *World) Restart(t *testing.T) {
	t.Helper()
	w.Stop()
	if err := w.Store.Close(); err != nil {
		t.Fatal(err)
	}
	w.start(t)
}

// Stop stops the server when its requests have finished, and their last lines are in the log; the database stays open.
func (w *World) Stop() { w.server.Close() }

func (w *World) start(t *testing.T) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{
		Dir: w.Dir, URL: w.options.DatabaseURL, Connections: connections, Trace: w.trace,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.Client, w.Store = db.Client, db
	if w.post == nil {
		w.post = openPostOffice(t)
	}
	w.serve(t)
}

func (w *World) serve(t *testing.T) {
	t.Helper()
	logos, err := blob.Open(filepath.Join(w.Dir, blobs))
	if err != nil {
		t.Fatal(err)
	}
	w.server = httptest.NewUnstartedServer(nil)
	w.URL = "http://" + w.server.Listener.Addr().String()
	publicURL := w.URL
	if w.options.PublicURL != "" {
		publicURL = w.options.PublicURL
	}
	limits := cmp.Or(w.options.Limits, Limits(nil))
	w.Server, err = app.New(app.Config{
		Store: w.Store, Blobs: logos, PublicURL: publicURL, Log: slog.New(slog.NewJSONHandler(&w.Log, nil)), Now: w.Now,
		AllowedOrigins: w.options.AllowedOrigins, Introspection: w.options.Introspection, Limits: *limits,
		Mail: w.post.sender(t), AppURL: w.options.AppURL, Proxies: w.options.Proxies, RequestsPerMinute: w.options.RequestsPerMinute,
		PasswordCost: cmp.Or(w.options.PasswordCost, CheapPasswords), SecretKey: w.SecretKey,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Config = w.Server.HTTP()
	w.server.Start()
	t.Cleanup(w.server.Close)
}

// Data is where the world's data is, for commands.
func (w *World) Data() app.Data {
	return app.Data{Folder: w.Dir, DatabaseURL: w.options.DatabaseURL, Connections: connections}
}

// Now reads the world's clock, which moves by Advance, and by a millisecond with each reading.
func (w *World) Now() time.Time { return w.clock.now() }

// Advance moves the world's clock forward.
func (w *World) Advance(d time.Duration) { w.clock.advance(d) }

// Statements returns how many statements do sends to the database.
func (w *World) Statements(do func()) int64 { return int64(len(w.StatementTexts(do))) }

// StatementTexts returns the statements that do sends to the database.
func (w *World) StatementTexts(do func()) []string {
	w.statements.Lock()
	w.statements.texts = nil
	w.statements.Unlock()
	do()
	w.statements.Lock()
	defer w.statements.Unlock()
	return w.statements.texts
}

func (w *World) trace(_ context.Context, parts ...any) {
	for _, part := range parts {
		if text, ok := part.(string); ok && strings.Contains(text, "query=") {
			w.statements.Lock()
			w.statements.texts = append(w.statements.texts, text)
			if strings.Count(text, "EXISTS") > 1 {
				w.statements.nested = text
			}
			w.statements.Unlock()
		}
	}
}

// Join makes a person a member of a workspace and returns the membership's id.
func (w *World) Join(t *testing.T, workspaceID string, p *Person, role member.Role) string {
	t.Helper()
	created, err := w.Client.Member.Create().SetID(id.New(id.Member)).SetUserID(p.ID).SetWorkspaceID(workspaceID).
		SetRole(role).SetCreatedAt(w.Now()).SetJoinedAt(w.Now()).Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return created.ID
}

// Leave ends a person's membership of a workspace.
func (w *World) Leave(t *testing.T, workspaceID string, p *Person) {
	t.Helper()
	_, err := w.Client.Member.Delete().Where(member.WorkspaceID(workspaceID), member.UserID(p.ID)).Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}

// Assign assigns a developer to a mini program.
func (w *World) Assign(t *testing.T, memberID, miniProgramID string) {
	t.Helper()
	err := w.Client.Assignment.Create().SetMemberID(memberID).SetMiniProgramID(miniProgramID).SetCreatedAt(w.Now()).
		Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}

// Employ makes a person a staff member.
func (w *World) Employ(t *testing.T, p *Person, role user.StaffRole) {
	t.Helper()
	if err := w.Client.User.UpdateOneID(p.ID).SetStaffRole(role).SetStaffAddedAt(w.Now()).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Get fetches a path of the server without a session; the caller closes the body.
func (w *World) Get(t *testing.T, path string) *http.Response {
	t.Helper()
	response, err := http.Get(w.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}
