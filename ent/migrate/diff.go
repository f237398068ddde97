//go:build ignore

// Writes the next migration of each database: what leads from the migrations so far to the schema as it now is. It needs
// PostgreSQL's server programs, for a throw-away cluster.
//
//	go run ent/migrate/diff.go what_changed
package main

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"os"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"minidock/ent/migrate"
	"minidock/internal/pgtest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ent/migrate/diff.go NAME")
	}
	if err := diffBoth(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func diffBoth(migration string) error {
	cluster, err := pgtest.Start()
	if err != nil {
		return err
	}
	return errors.Join(
		diff(dialect.SQLite, "sqlite3", "file:diff?mode=memory&_fk=1", migration),
		diff(dialect.Postgres, "pgx", cluster.URL("postgres"), migration),
		cluster.Stop(),
	)
}

func diff(name, driver, address, migration string) error {
	folder := "ent/migrate/" + name
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	dir, err := atlas.NewLocalDir(folder)
	if err != nil {
		return err
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	defer db.Close()
	m, err := schema.NewMigrate(entsql.OpenDB(name, db), schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(name), schema.WithFormatter(atlas.DefaultFormatter), schema.WithDropColumn(true),
		schema.WithDropIndex(true))
	if err != nil {
		return err
	}
	return m.NamedDiff(context.Background(), migration, migrate.TablesFor(name)...)
}
