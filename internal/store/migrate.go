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
	"time"

	atlas "ariga.io/atlas/sql/migrate"

	"minidock/ent/migrate"
)

// errDryRun rolls back a run that was only to say what it would do.
var errDryRun = errors.New("dry run")

// Migrate applies the migrations that the database lacks and returns their names; with dryRun it only says which they are.
// They run in one transaction, while other programs wait: a run that is cut short leaves nothing behind.
func Migrate(ctx context.Context, options Options, dryRun bool) ([]string, error) {
	var names []string
	err := inMigration(ctx, options, dryRun, func(folder string, tx *sql.Tx) error {
		pending, err := pendingMigrations(ctx, folder, tx)
		if err != nil {
			return err
		}
		for _, m := range pending {
			names = append(names, m.name)
		}
		if dryRun {
			return errDryRun
		}
		return runMigrations(ctx, pending, tx)
	})
	if errors.Is(err, errDryRun) {
		return names, nil
	}
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return names, nil
}

func inMigration(ctx context.Context, options Options, dryRun bool, do func(folder string, tx *sql.Tx) error) error {
	if options.URL != "" {
		return inPostgresMigration(ctx, options.URL, do)
	}
	path := sqlitePath(options.Dir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && dryRun {
		return inSQLiteMigration(ctx, ":memory:", do)
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return inSQLiteMigration(ctx, path, do)
}

// runMigrations runs each statement of these migrations, and notes each migration.
func runMigrations(ctx context.Context, pending []migration, tx *sql.Tx) error {
	for _, m := range pending {
		for _, statement := range m.statements {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			afterStatement()
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)",
			m.name, m.checksum, time.Now().UTC().Format(time.RFC3339))
		if err != nil {
			return fmt.Errorf("note %s: %w", m.name, err)
		}
	}
	return nil
}

// afterStatement is called after each statement of a migration, for tests to cut a run short.
var afterStatement = func() {}

// migration is a file of a dialect's folder.
type migration struct {
	name       string
	checksum   string
	statements []string
}

// pendingMigrations returns the migrations that the database lacks. It refuses a database that a newer program has
// changed, and a history that was edited after it was applied.
func pendingMigrations(ctx context.Context, folder string, tx *sql.Tx) ([]migration, error) {
	known, err := readMigrations(migrate.Files, folder)
	if err != nil {
		return nil, err
	}
	applied, err := readApplied(ctx, tx)
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

// readMigrations returns the migrations of a folder in their order, and fails when the folder's checksum does not fit.
func readMigrations(files fs.ReadFileFS, folder string) ([]migration, error) {
	dir := &atlas.MemDir{}
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		content, err := files.ReadFile(folder + "/" + entry.Name())
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
	return parseMigrations(dir)
}

func parseMigrations(dir *atlas.MemDir) ([]migration, error) {
	sums, err := dir.Checksum()
	if err != nil {
		return nil, err
	}
	files, err := dir.Files()
	if err != nil {
		return nil, err
	}
	var migrations []migration
	for _, file := range files {
		statements, err := file.Stmts()
		if err != nil {
			return nil, err
		}
		sum, err := sums.SumByName(file.Name())
		if err != nil {
			return nil, err
		}
		migrations = append(migrations, migration{file.Name(), sum, statements})
	}
	return migrations, nil
}

// readApplied returns what the database has had, in order. It makes the table that notes it when there is none.
func readApplied(ctx context.Context, tx *sql.Tx) ([]migration, error) {
	_, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_migrations"+
		" (name text NOT NULL PRIMARY KEY, checksum text NOT NULL, applied_at text NOT NULL)")
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, "SELECT name, checksum FROM schema_migrations")
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
