package apitest

import (
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

const (
	waitingForLocks = `SELECT count(*) FROM pg_stat_activity
	WHERE datname = current_database() AND wait_event_type = 'Lock'`
	otherConnections = `SELECT count(*) FROM pg_stat_activity
	WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`
	deadlocks = `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`
)

// OnPostgres says whether the world's database is PostgreSQL.
func (w *World) OnPostgres() bool { return w.options.DatabaseURL != "" }

// HoldBack blocks writes to these tables of PostgreSQL, and locks of their rows, until release is called; reads go on. Waiting returns how many
// transactions wait.
func (w *World) HoldBack(t *testing.T, tables ...string) (waiting func() int, release func()) {
	t.Helper()
	db, watch := w.connect(t), w.connect(t)
	tx, err := db.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), "LOCK TABLE "+strings.Join(tables, ", ")+" IN EXCLUSIVE MODE")
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.waitingBy(t, watch), func() {
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, _ = db.Close(t.Context()), watch.Close(t.Context())
	}
}

// Waiting returns what counts those who wait for locks of PostgreSQL.
func (w *World) Waiting(t *testing.T) func() int {
	t.Helper()
	return w.waitingBy(t, w.connect(t))
}

func (w *World) waitingBy(t *testing.T, watch *pgx.Conn) func() int {
	return func() int { return number(t, watch, waitingForLocks) }
}

// Deadlocks stops these servers of one PostgreSQL database and closes their connections, so that the database's count is complete, and
// returns how many deadlocks there were.
func Deadlocks(t *testing.T, servers ...*World) int {
	t.Helper()
	for _, w := range servers {
		w.Stop()
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db := servers[0].connect(t)
	for number(t, db, otherConnections) > 0 {
		runtime.Gosched()
	}
	return number(t, db, deadlocks)
}

func (w *World) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), w.options.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(t.Context()) })
	return db
}

func number(t *testing.T, db *pgx.Conn, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
