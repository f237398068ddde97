package store

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
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
	execute(t, open(t, dir), `INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ('29990101000000_x.sql', 'h1', '')`)
	_, err := Open(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("got %v, want a word about a newer version", err)
	}
}

func TestEditedHistoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	execute(t, open(t, dir), `UPDATE schema_migrations SET checksum = 'h1:another='`)
	_, err := Open(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "edited") {
		t.Errorf("got %v, want a word about an edited file", err)
	}
}

func TestAFolderThatDoesNotFitItsChecksumIsRefused(t *testing.T) {
	t.Parallel()
	edited := fstest.MapFS{}
	entries, err := fs.ReadDir(migrationFiles, "sqlite3")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := fs.ReadFile(migrationFiles, "sqlite3/"+entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		edited["sqlite3/"+entry.Name()] = &fstest.MapFile{Data: content}
	}
	if _, err := readMigrations(edited, "sqlite3"); err != nil {
		t.Fatalf("the folder as it is: %v", err)
	}
	file := edited["sqlite3/"+entries[0].Name()]
	file.Data = append(file.Data, "-- edited"...)
	if _, err := readMigrations(edited, "sqlite3"); err == nil {
		t.Error("an edited migration was let through")
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

func TestADryRunNamesWhatIsMissingAndWritesNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, options func() Options) {
		o := options()
		o.Dir = filepath.Join(o.Dir, "absent")
		for range 2 {
			if names, err := Migrate(t.Context(), o, true); err != nil || len(names) == 0 {
				t.Fatalf("got %v, %v", names, err)
			}
		}
		if _, err := os.Stat(o.Dir); err == nil {
			t.Error("the data folder was made")
		}
		if names, err := Migrate(t.Context(), o, false); err != nil || len(names) == 0 {
			t.Fatalf("got %v, %v", names, err)
		}
		if names, err := Migrate(t.Context(), o, true); err != nil || len(names) != 0 {
			t.Errorf("after migrating: %v, %v", names, err)
		}
	})
}
