package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	atlas "ariga.io/atlas/sql/migrate"

	"minidock/ent/migrate"
)

func TestOpeningAgainKeepsTheData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "when absent")
	first := open(t, dir)
	createUser(t, first, "ann@example.com")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if n := open(t, dir).Client.User.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d users after opening again, want 1", n)
	}
}

func TestManyMayOpenAnEmptyFolderAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(context.Background(), Options{Dir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			_ = s.Close()
		})
	}
	wg.Wait()
	open(t, dir).Client.User.Query().CountX(t.Context())
}

func TestADatabaseOfANewerProgramIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	execute(t, open(t, dir), `INSERT INTO schema_revisions (version, revision)
		VALUES ('29990101000000', '{"Version":"29990101000000","Description":"from_the_future","Applied":1,"Total":1}')`)
	_, err := Open(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("got %v, want a word about a newer version", err)
	}
}

func TestEditedHistoryIsRefused(t *testing.T) {
	t.Parallel()
	dir, err := memDir(migrate.Files, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	if err := atlas.Validate(dir); err != nil {
		t.Fatalf("the history as it is: %v", err)
	}
	files, err := dir.Files()
	if err != nil {
		t.Fatal(err)
	}
	if err := dir.WriteFile(files[0].Name(), append(files[0].Bytes(), "-- edited"...)); err != nil {
		t.Fatal(err)
	}
	if err := atlas.Validate(dir); err == nil {
		t.Error("an edited migration was let through")
	}
}

func TestAMigrationCutShortLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "minidock.db")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := migrateSQLite(ctx, path); err == nil {
		t.Fatal("a canceled migration went through")
	}
	if err := migrateSQLite(t.Context(), path); err != nil {
		t.Errorf("the next start: %v", err)
	}
}

func TestTheDataFolderIsNobodyElses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	open(t, dir)
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, want 0700", info.Mode().Perm())
	}
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func writer(s *Store) *sql.DB { return s.pools[0] }

func execute(t *testing.T, s *Store, statement string) {
	t.Helper()
	if _, err := writer(s).ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
