// Package apitest is the world that API tests play in: a real database, the real handler behind a real server, and
// people with cookie jars.
package apitest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"minidock/ent"
	"minidock/ent/member"
	"minidock/ent/user"
	"minidock/internal/blob"
	"minidock/internal/id"
	"minidock/internal/store"
	"minidock/internal/web"
)

// World is a server of a test's own with an empty database.
type World struct {
	// URL is where the server is found.
	URL string
	// Client reads and writes past the API, for what it cannot do yet or must not show.
	Client *ent.Client
	// Store is the database.
	Store *store.Store

	statements atomic.Int64
	ahead      atomic.Int64
}

// Run runs a test in a world of its own on each database, beside all other tests.
func Run(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, New(t, Options{}))
	})
}

// Options change how the server of a world is set up.
type Options struct {
	// PublicURL is the server's address for clients; that of the test server when empty.
	PublicURL string
	// Log is where the server logs; nowhere when nil.
	Log io.Writer
}

// New returns a world that ends with the test.
func New(t *testing.T, options Options) *World {
	t.Helper()
	w := &World{}
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Options{Dir: dir, Trace: w.count})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.Client, w.Store = db.Client, db
	w.serve(t, dir, options)
	return w
}

func (w *World) serve(t *testing.T, dir string, options Options) {
	t.Helper()
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	w.URL = "http://" + server.Listener.Addr().String()
	log := io.Discard
	if options.Log != nil {
		log = options.Log
	}
	publicURL := w.URL
	if options.PublicURL != "" {
		publicURL = options.PublicURL
	}
	handler, err := web.New(web.Config{
		Store: w.Store, Blobs: blobs, PublicURL: publicURL, Log: slog.New(slog.NewJSONHandler(log, nil)), Now: w.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = handler
	server.Start()
	t.Cleanup(server.Close)
}

// Now is the world's clock.
func (w *World) Now() time.Time {
	return time.Now().Add(time.Duration(w.ahead.Load())).UTC().Truncate(time.Microsecond)
}

// Advance moves the world's clock forward.
func (w *World) Advance(d time.Duration) { w.ahead.Add(int64(d)) }

// Statements returns how many statements do sends to the database.
func (w *World) Statements(do func()) int64 {
	before := w.statements.Load()
	do()
	return w.statements.Load() - before
}

func (w *World) count(_ context.Context, parts ...any) {
	for _, part := range parts {
		if text, ok := part.(string); ok && strings.Contains(text, "query=") {
			w.statements.Add(1)
		}
	}
}

// Join makes a person a member of a workspace and returns the membership's id.
func (w *World) Join(t *testing.T, workspaceID string, p *Person, role member.Role) string {
	t.Helper()
	created, err := w.Client.Member.Create().SetID(id.New(id.Member)).SetUserID(p.ID).SetWorkspaceID(workspaceID).
		SetRole(role).SetCreatedAt(w.Now()).Save(t.Context())
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

// Assign lets a developer work on a mini program.
func (w *World) Assign(t *testing.T, memberID, miniProgramID string) {
	t.Helper()
	err := w.Client.Assignment.Create().SetMemberID(memberID).SetMiniProgramID(miniProgramID).SetCreatedAt(w.Now()).
		Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}

// Employ makes a person one of the platform's own.
func (w *World) Employ(t *testing.T, p *Person, role user.StaffRole) {
	t.Helper()
	if err := w.Client.User.UpdateOneID(p.ID).SetStaffRole(role).Exec(t.Context()); err != nil {
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
