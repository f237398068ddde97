package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"

	"minidock/ent/migrate"
	"minidock/internal/pgtest"
)

// The tables are shared by both dialects, so one test goes through them one after the other.
func TestMigrationsLeadToTheSchema(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		checkAgreement(t, dialect.SQLite, "sqlite3", "file:agree?mode=memory&_fk=1")
	})
	t.Run("postgres", func(t *testing.T) {
		checkAgreement(t, dialect.Postgres, "pgx", pgtest.Require(t).NewDatabase(t, ""))
	})
}

// checkAgreement replays the migrations on an empty database and fails when the schema asks for anything more.
func checkAgreement(t *testing.T, name, driver, address string) {
	t.Helper()
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir := t.TempDir()
	if err := os.CopyFS(dir, migrationFiles); err != nil {
		t.Fatal(err)
	}
	local, err := atlas.NewLocalDir(dir + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := schema.NewMigrate(entsql.OpenDB(name, db), schema.WithDir(local), schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(name), schema.WithFormatter(atlas.DefaultFormatter), schema.WithDropColumn(true),
		schema.WithDropIndex(true), schema.WithErrNoPlan(true))
	if err != nil {
		t.Fatal(err)
	}
	err = m.NamedDiff(context.Background(), "missing", migrate.TablesFor(name)...)
	if !errors.Is(err, atlas.ErrNoPlan) {
		written, _ := os.ReadDir(dir + "/" + name)
		last, _ := os.ReadFile(dir + "/" + name + "/" + written[len(written)-2].Name())
		t.Errorf("the migrations do not lead to the schema: %v\n%s", err, last)
	}
}
