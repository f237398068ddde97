package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"minidock/ent"
	"minidock/internal/pgtest"
)

// longest is a net against hanging.
const longest = time.Minute

func TestANoticeIsHeardWhenItsTransactionIsCommitted(t *testing.T) {
	t.Parallel()
	address := pgtest.Require(t).NewDatabase(t, "")
	heard := listen(t, address, "tasks")
	if got := next(t, heard); got != "" {
		t.Errorf("%q comes first", got)
	}
	s := openPostgresStore(t, address, nil)
	refused := errors.New("rolled back")
	for payload, failure := range map[string]error{"never": refused, "task 1": nil} {
		err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error {
			return errors.Join(s.Notify(t.Context(), tx, "tasks", payload), s.Notify(t.Context(), tx, "jobs", "elsewhere"), failure)
		})
		if !errors.Is(err, failure) {
			t.Fatal(err)
		}
	}
	if got := next(t, heard); got != "task 1" {
		t.Errorf("heard %q", got)
	}
}

func TestAConnectionForNoticesThatIsLostIsMadeAgain(t *testing.T) {
	t.Parallel()
	address := pgtest.Require(t).NewDatabase(t, "")
	heard := listen(t, address, "tasks")
	s := openPostgresStore(t, address, nil)
	for range 2 {
		if got := next(t, heard); got != "" {
			t.Errorf("heard %q, and not that notices may have been missed", got)
		}
		if err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error { return s.Notify(t.Context(), tx, "tasks", "x") }); err != nil {
			t.Fatal(err)
		}
		if got := next(t, heard); got != "x" {
			t.Errorf("heard %q", got)
		}
		execute(t, s, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
	}
}

// An engine that speaks PostgreSQL's protocol may have no notices.
func TestADatabaseWithoutNoticesIsUsedWithout(t *testing.T) {
	t.Parallel()
	address := pgtest.Require(t).NewDatabase(t, "")
	owner, role := openPostgresStore(t, address, nil), "clerk_"+rand.Text()
	for _, statement := range []string{
		"CREATE ROLE %s LOGIN", "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %s",
		"REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC, %s",
	} {
		execute(t, owner, fmt.Sprintf(statement, `"`+role+`"`))
	}
	var log bytes.Buffer
	s := openPostgresStore(t, strings.Replace(address, "postgres@", role+"@", 1), slog.New(slog.NewJSONHandler(&log, nil)))
	s.OnNotice("tasks", func(string) { t.Error("a notice") })
	err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error { return s.Notify(t.Context(), tx, "tasks", "x") })
	if err != nil || !strings.Contains(log.String(), "refuses notices") {
		t.Errorf("%v, logged %s", err, &log)
	}
	s.Listen(t.Context())
}

func TestSQLiteHasNoNotices(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.OnNotice("tasks", func(string) { t.Error("a notice") })
	if err := Tx(t.Context(), s.Client, func(tx *ent.Tx) error { return s.Notify(t.Context(), tx, "tasks", "x") }); err != nil {
		t.Error(err)
	}
	s.Listen(t.Context())
}

// listen hears what is sent to a channel until the test ends.
func listen(t *testing.T, address, channel string) <-chan string {
	t.Helper()
	s, heard := openPostgresStore(t, address, nil), make(chan string, 10)
	s.OnNotice(channel, func(payload string) { heard <- payload })
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { s.Listen(ctx); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return heard
}

func next(t *testing.T, heard <-chan string) string {
	t.Helper()
	select {
	case payload := <-heard:
		return payload
	case <-time.After(longest):
		t.Fatal("nothing is heard")
		return ""
	}
}

func openPostgresStore(t *testing.T, address string, log *slog.Logger) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), URL: address, Connections: 4, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
