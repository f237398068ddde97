package store

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minidock/internal/pgtest"
)

func TestAStartWithNothingToMigrateDoesNotWaitForAWriter(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, options func() Options) {
		o := options()
		first, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = first.Close() })
		writing := write(t, first)
		second, err := Open(t.Context(), o)
		if err != nil {
			t.Fatalf("while another program writes: %v", err)
		}
		t.Cleanup(func() { _ = second.Close() })
		if n, err := second.Client.User.Query().Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d users, %v", n, err)
		}
		if err := writing.Commit(); err != nil {
			t.Error(err)
		}
	})
}

func TestAStartWithNothingToMigrateNeedsNoRightToMakeTables(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir(), URL: pgtest.Require(t).NewDatabase(t, ""), Connections: 4}
	owner, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close() })
	role := "clerk_" + rand.Text() // roles are those of all databases of the server
	for _, statement := range []string{
		"CREATE ROLE %s LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC, %s",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %s",
	} {
		execute(t, owner, fmt.Sprintf(statement, `"`+role+`"`))
	}
	o.URL = strings.Replace(o.URL, "postgres@", role+"@", 1)
	clerk, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = clerk.Close() })
	createUser(t, clerk, "ann@example.com")
	if _, err := writer(clerk).ExecContext(t.Context(), "CREATE TABLE allowed (id text)"); err == nil {
		t.Error("the role may make tables")
	}
}

func TestTheDatabasesFilesAreNobodyElses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made before")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	createUser(t, open(t, dir), "ann@example.com")
	for _, name := range []string{"minidock.db", "minidock.db-wal", "minidock.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, want 0600", name, info.Mode().Perm())
		}
	}
}

// write begins to write to the database, and goes on until the test ends.
func write(t *testing.T, s *Store) *sql.Tx {
	t.Helper()
	tx, err := writer(s).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	if _, err := tx.ExecContext(t.Context(), "DELETE FROM users"); err != nil {
		t.Fatal(err)
	}
	return tx
}
