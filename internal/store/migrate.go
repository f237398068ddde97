package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"

	"minidock/ent/migrate"
)

// migrateSQLite brings the schema up to date. Foreign keys are off meanwhile, since a table is changed by building it
// anew; what they say is checked at the end.
func migrateSQLite(ctx context.Context, path string) error {
	pool, err := openPool(ctx, path, "_busy_timeout=30000&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_fk=0", 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	return inTransaction(ctx, pool, func(tx *sql.Tx) error {
		if err := applyMigrations(ctx, dialect.SQLite, tx); err != nil {
			return err
		}
		return checkForeignKeys(ctx, tx)
	})
}

// applyMigrations runs those migrations of the dialect's folder that the database lacks. They run in one transaction: a
// run that is cut short leaves nothing behind.
func applyMigrations(ctx context.Context, folder string, tx *sql.Tx) error {
	pending, err := pendingMigrations(ctx, folder, tx)
	if err != nil {
		return err
	}
	for _, m := range pending {
		for _, statement := range m.statements {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, $3)",
			m.name, m.checksum, time.Now().UTC().Format(time.RFC3339))
		if err != nil {
			return fmt.Errorf("note migration %s: %w", m.name, err)
		}
	}
	return nil
}

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

func checkForeignKeys(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		return errors.New("the migrations leave a row that refers to nothing")
	}
	return rows.Err()
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
