package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"minidock/ent/user"
	"minidock/internal/pgtest"
)

func TestWhatMaySucceedLaterIsUnavailable(t *testing.T) {
	t.Parallel()
	_, unreachable := pgconn.Connect(t.Context(), "postgres://nobody@/nothing?host="+t.TempDir())
	var connect *pgconn.ConnectError
	if !errors.As(unreachable, &connect) {
		t.Fatalf("got %v, want a connect error", unreachable)
	}
	code := func(code string) error { return &pgconn.PgError{Code: code} }
	for _, test := range []struct {
		err         error
		unavailable bool
	}{
		{io.EOF, true}, {io.ErrUnexpectedEOF, true}, {net.ErrClosed, true}, {driver.ErrBadConn, true}, {unreachable, true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{code("08006"), true}, {code("25006"), true}, {code("40001"), true}, {code("40P01"), true}, {code("53300"), true},
		{code("55P03"), true}, {code("57014"), true}, {code("57P01"), true}, {code("57P03"), true},
		{code("23505"), false}, {code("23503"), false}, {code("42601"), false}, {code("42501"), false}, {code("XX000"), false},
		{sqlite3.Error{Code: sqlite3.ErrBusy}, true}, {sqlite3.Error{Code: sqlite3.ErrFull}, true},
		{sqlite3.Error{Code: sqlite3.ErrConstraint, ExtendedCode: sqlite3.ErrConstraintUnique}, false},
		{sqlite3.Error{Code: sqlite3.ErrCorrupt}, false},
		{nil, false}, {errors.New("EOF"), false}, {errors.New("connection refused"), false}, {context.Canceled, false},
	} {
		if got := IsUnavailable(test.err); got != test.unavailable {
			t.Errorf("%v: unavailable %t", test.err, got)
		}
		if test.err == nil {
			continue
		}
		if got := IsUnavailable(fmt.Errorf("read: %w", test.err)); got != test.unavailable {
			t.Errorf("%v, wrapped: unavailable %t", test.err, got)
		}
	}
}

func TestAConnectionThatTheServerEndsIsUnavailableAndTheNextOneWorks(t *testing.T) {
	t.Parallel()
	s := onPostgresOf(t, pgtest.Require(t))
	for range 3 {
		_, err := writer(s).ExecContext(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")
		if !IsUnavailable(err) {
			t.Errorf("terminated: %v", err)
		}
		if n, err := s.Client.User.Query().Count(t.Context()); err != nil || n != 0 {
			t.Errorf("after that: %d users, %v", n, err)
		}
	}
}

// The error of a statement that returns one value is that of the database, whenever it comes.
func TestTheErrorOfACountIsThatOfTheDatabase(t *testing.T) {
	t.Parallel()
	address := pgtest.Require(t).NewDatabase(t, "")
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	killer, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer killer.Close(t.Context())
	for range 5 {
		if _, err := s.Client.User.Query().Count(t.Context()); err != nil { // so that there is a connection, and it has the statement
			t.Fatal(err)
		}
		_, err := killer.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Client.User.Query().Count(t.Context()); err != nil && !IsUnavailable(err) {
			t.Errorf("terminated: %v", err)
		}
	}
	for range 2 { // prepares the statement, and then has it
		_, err := s.Client.User.Query().Where(user.Email("a\x00")).Count(t.Context())
		if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "22021" {
			t.Errorf("a text that no database keeps: %v", err)
		}
	}
}

// A backend that is killed makes the whole server restart, so this is a server of the test's own.
func TestAServerThatCrashesIsUnavailableUntilItIsBack(t *testing.T) {
	t.Parallel()
	pgtest.Require(t)
	cluster, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop() })
	s := onPostgresOf(t, cluster)
	connection, err := writer(s).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	var backend int
	if err := connection.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := connection.ExecContext(t.Context(), "SELECT pg_sleep(60)")
		ended <- err
	}()
	if err := syscall.Kill(backend, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !IsUnavailable(err) {
		t.Errorf("killed: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		_, err := writer(s).ExecContext(ctx, "SELECT 1")
		if err == nil {
			break
		}
		if ctx.Err() != nil || !IsUnavailable(err) {
			t.Fatalf("while it restarts: %v", err)
		}
	}
}

func onPostgresOf(t *testing.T, cluster *pgtest.Cluster) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), URL: cluster.NewDatabase(t, ""), Connections: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
