package apitest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// allTables writes out every row of every table of a PostgreSQL database.
const allTables = `SELECT string_agg(query_to_xml(format('SELECT * FROM %I', tablename), true, false, '')::text, '')
	FROM pg_tables WHERE schemaname = 'public'`

// Stored returns everything that the server stores, in the database and the data folder.
func (w *World) Stored(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(w.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	})
	if err == nil && w.options.DatabaseURL != "" {
		var rows string
		rows, err = w.rows(t)
		all.WriteString(rows)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func (w *World) rows(t *testing.T) (rows string, err error) {
	db, err := pgx.Connect(t.Context(), w.options.DatabaseURL)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close(t.Context()) }()
	err = db.QueryRow(t.Context(), allTables).Scan(&rows)
	return rows, err
}
