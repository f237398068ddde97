//go:build ignore

// Writes the next migration: what leads from the migrations so far to the schema as it now is.
//
//	go run ent/migrate/diff.go add_something
package main

import (
	"context"
	"log"
	"os"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/mattn/go-sqlite3"

	"minidock/ent/migrate"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ent/migrate/diff.go NAME")
	}
	if err := diff(dialect.SQLite, "sqlite://diff?mode=memory&_fk=1", os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func diff(name, url, migration string) error {
	folder := "ent/migrate/" + name
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	dir, err := atlas.NewLocalDir(folder)
	if err != nil {
		return err
	}
	return migrate.NamedDiff(context.Background(), url, migration, schema.WithDir(dir),
		schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(name),
		schema.WithFormatter(atlas.DefaultFormatter), schema.WithDropColumn(true), schema.WithDropIndex(true))
}
