package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	atlas "ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlite"
	"entgo.io/ent/dialect"

	"minidock/ent/migrate"
)

// migrateSQLite brings the schema up to date in one transaction, so that a run which is cut short leaves nothing behind.
// Foreign keys are off meanwhile, since a table is changed by building it anew; what they say is checked at the end.
func migrateSQLite(ctx context.Context, path string) error {
	pool, err := openPool(ctx, path, "_busy_timeout=30000&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_fk=0", 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	driver, err := sqlite.Open(tx)
	if err != nil {
		return err
	}
	if err := applyMigrations(ctx, dialect.SQLite, driver, tx); err != nil {
		return err
	}
	if err := checkForeignKeys(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func applyMigrations(ctx context.Context, folder string, driver atlas.Driver, db schema.ExecQuerier) error {
	dir, err := memDir(migrate.Files, folder)
	if err != nil {
		return err
	}
	revisions := revisionTable{db}
	if err := revisions.create(ctx); err != nil {
		return err
	}
	if err := refuseNewer(ctx, dir, revisions); err != nil {
		return err
	}
	executor, err := atlas.NewExecutor(driver, dir, revisions)
	if err != nil {
		return err
	}
	if err := executor.ExecuteN(ctx, 0); !errors.Is(err, atlas.ErrNoPendingFiles) {
		return err
	}
	return nil
}

// refuseNewer stops an old program from working on a database that a newer one has changed.
func refuseNewer(ctx context.Context, dir atlas.Dir, revisions revisionTable) error {
	applied, err := revisions.ReadRevisions(ctx)
	if err != nil {
		return err
	}
	files, err := dir.Files()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, file := range files {
		known[file.Version()] = true
	}
	for _, revision := range applied {
		if !known[revision.Version] {
			return fmt.Errorf("the database has migration %s %s, which this program does not know: it was made by a newer version; use that one",
				revision.Version, revision.Description)
		}
	}
	return nil
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

func memDir(files embed.FS, folder string) (*atlas.MemDir, error) {
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
	return dir, nil
}
