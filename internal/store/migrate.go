package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"

	"minidock/ent"
)

// Migrate applies the migrations that the database lacks and returns their names; with dryRun it only says which they are.
// They run in one transaction, while other processes wait: a run that is cut short leaves nothing behind. If none is missing, it only
// reads.
func Migrate(ctx context.Context, options Options, dryRun bool) ([]string, error) {
	db, folder, err := openForMigration(ctx, options, dryRun)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	defer db.Close()
	pending, err := pendingMigrations(ctx, folder, db)
	if err == nil && len(pending) > 0 && !dryRun {
		pending, err = applyPending(ctx, folder, db)
	}
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	names := []string{}
	for _, m := range pending {
		names = append(names, m.name)
	}
	return names, nil
}

// openForMigration opens one connection, and names the folder of the database's migrations.
func openForMigration(ctx context.Context, options Options, dryRun bool) (*sql.DB, string, error) {
	if options.URL != "" {
		db, err := openPostgresForMigration(ctx, options.URL)
		return db, dialect.Postgres, err
	}
	path := SQLitePath(options.Dir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && dryRun {
		path = ":memory:"
	} else if err := errors.Join(os.MkdirAll(options.Dir, 0o700), makePrivate(path)); err != nil {
		return nil, "", fmt.Errorf("make the data folder: %w", err)
	}
	db, err := openPool(ctx, path, migrationSettings, 1)
	return db, dialect.SQLite, err
}

// applyPending applies what is still missing under the lock.
func applyPending(ctx context.Context, folder string, db *sql.DB) (pending []migration, err error) {
	return pending, inTransaction(ctx, db, func(tx *sql.Tx) error {
		if folder == dialect.Postgres {
			if err := lockPostgres(ctx, tx); err != nil {
				return err
			}
		}
		if pending, err = pendingMigrations(ctx, folder, tx); err != nil {
			return err
		}
		if err := runMigrations(ctx, pending, tx); err != nil {
			return err
		}
		if folder == dialect.SQLite {
			return checkForeignKeys(ctx, tx)
		}
		return nil
	})
}

// runMigrations runs each statement of these migrations, and records each migration.
func runMigrations(ctx context.Context, pending []migration, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_migrations"+
		" (name text NOT NULL PRIMARY KEY, checksum text NOT NULL, applied_at text NOT NULL)")
	if err != nil {
		return err
	}
	for _, m := range pending {
		statements, err := m.statements()
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		for _, statement := range statements {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			afterStatement()
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)",
			m.name, m.checksum, time.Now().UTC().Format(time.RFC3339Nano))
		if err != nil {
			return fmt.Errorf("record %s: %w", m.name, err)
		}
	}
	return nil
}

// afterStatement is called after each statement of a migration, for tests to cut a run short.
var afterStatement = func() {}

// migration is a file in a dialect's folder.
type migration struct {
	name     string
	checksum string
	// statements parses the file.
	statements func() ([]string, error)
}

// pendingMigrations returns the migrations that the database lacks. It refuses a database that a newer program has
// changed, and a history that was edited after it was applied.
func pendingMigrations(ctx context.Context, folder string, db queryer) ([]migration, error) {
	known, err := migrations[folder]()
	if err != nil {
		return nil, err
	}
	applied, err := readApplied(ctx, folder, db)
	if err != nil {
		return nil, err
	}
	for i, done := range applied {
		switch {
		case i >= len(known) || !slices.ContainsFunc(known, func(m migration) bool { return m.name == done.name }):
			return nil, fmt.Errorf("the database has migration %s, which this program does not know: it was made by a newer version; use that one", done.name)
		case known[i].name != done.name:
			return nil, fmt.Errorf("the database lacks migration %s, which comes before %s", known[i].name, done.name)
		case known[i].checksum != done.checksum:
			return nil, fmt.Errorf("migration %s is not what was applied to the database: its file was edited", done.name)
		}
	}
	return known[len(applied):], nil
}

// migrationFiles has a folder of migrations for each dialect.
var migrationFiles, _ = fs.Sub(ent.Migrations, "migrate")

// migrations has those of each dialect, which a start asks for several times.
var migrations = map[string]func() ([]migration, error){
	dialect.SQLite:   sync.OnceValues(func() ([]migration, error) { return readMigrations(migrationFiles, dialect.SQLite) }),
	dialect.Postgres: sync.OnceValues(func() ([]migration, error) { return readMigrations(migrationFiles, dialect.Postgres) }),
}

// readMigrations returns the migrations of a folder in their order, and fails when the folder's checksum does not match.
func readMigrations(files fs.FS, folder string) ([]migration, error) {
	dir := &atlas.MemDir{}
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		content, err := fs.ReadFile(files, folder+"/"+entry.Name())
		if err != nil {
			return nil, err
		}
		if err := dir.WriteFile(entry.Name(), content); err != nil {
			return nil, err
		}
	}
	if err := atlas.Validate(dir); err != nil {
		return nil, fmt.Errorf("the migrations in %s: %w", folder, err)
	}
	return listMigrations(dir)
}

func listMigrations(dir *atlas.MemDir) ([]migration, error) {
	sums, err := dir.Checksum()
	if err != nil {
		return nil, err
	}
	files, err := dir.Files()
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, file := range files {
		sum, err := sums.SumByName(file.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, migration{file.Name(), sum, file.Stmts})
	}
	return all, nil
}

// queryer is a connection or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// hasMigrations says whether the database has the table of applied migrations.
var hasMigrations = map[string]string{
	dialect.SQLite:   "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
	dialect.Postgres: "SELECT to_regclass('schema_migrations') IS NOT NULL",
}

// readApplied returns the applied migrations, in order.
func readApplied(ctx context.Context, folder string, db queryer) ([]migration, error) {
	var has bool
	if err := db.QueryRowContext(ctx, hasMigrations[folder]).Scan(&has); err != nil || !has {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT name, checksum FROM schema_migrations")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var applied []migration
	for rows.Next() {
		var m migration
		if err := rows.Scan(&m.name, &m.checksum); err != nil {
			return nil, err
		}
		applied = append(applied, m)
	}
	slices.SortFunc(applied, func(a, b migration) int { return cmp.Compare(a.name, b.name) })
	return applied, rows.Err()
}

func inTransaction(ctx context.Context, pool *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}
