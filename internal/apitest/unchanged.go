package apitest

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// volatile are the tables and columns that reads and refused requests may change: the counts of tries, and when and from where a session or a
// token was last used.
var volatile = []string{"throttles", "sessions.last_used_at", "sessions.address", "api_tokens.last_used_at", "api_tokens.last_used_from"}

// Unchanged makes sure that a request writes no row, counts no try and causes no mail, and returns its answer.
func (w *World) Unchanged(t *testing.T, request func() *Answer) *Answer {
	t.Helper()
	letters, tries := len(w.Letters(t)), w.Client.Throttle.Query().AllX(t.Context())
	var answer *Answer
	w.WritesNothing(t, "the request", func() { answer = request() })
	if after := w.Client.Throttle.Query().AllX(t.Context()); fmt.Sprint(after) != fmt.Sprint(tries) {
		t.Errorf("%s\nrefused, but tries were counted: %v\nbefore %v", answer.Body, after, tries)
	}
	if n := len(w.Letters(t)); n != letters {
		t.Errorf("%s\nrefused, but %d mails are sent", answer.Body, n-letters)
	}
	return answer
}

// WritesNothing makes sure that what is done leaves every row as it was.
func (w *World) WritesNothing(t *testing.T, what string, do func()) {
	t.Helper()
	before := w.Rows(t)
	do()
	after := w.Rows(t)
	for _, row := range after {
		if !slices.Contains(before, row) {
			t.Errorf("%s wrote %s", what, row)
		}
	}
	if len(after) != len(before) {
		t.Errorf("after %s there are %d rows, %d before", what, len(after), len(before))
	}
}

// Rows returns every row that the server stores, but for what is volatile.
func (w *World) Rows(t *testing.T) []string {
	t.Helper()
	driver, address, tables := "sqlite3", "file:"+filepath.Join(w.Dir, "minidock.db")+"?_busy_timeout=60000&_query_only=1",
		`SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.OnPostgres() {
		driver, address, tables = "pgx", w.options.DatabaseURL, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all []string
	for _, table := range queryRows(t, db, tables) {
		name := fmt.Sprint(table[0].value)
		if slices.Contains(volatile, name) {
			continue
		}
		for _, row := range queryRows(t, db, `SELECT * FROM "`+name+`"`) {
			all = append(all, describeRow(name, row))
		}
	}
	return all
}

type column struct {
	name  string
	value any
}

func queryRows(t *testing.T, db *sql.DB, query string) [][]column {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]column
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]column, len(names))
		for i, name := range names {
			row[i] = column{name, values[i]}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func describeRow(table string, row []column) string {
	var text strings.Builder
	text.WriteString(table)
	for _, one := range row {
		if !slices.Contains(volatile, table+"."+one.name) {
			fmt.Fprintf(&text, " %s=%v", one.name, one.value)
		}
	}
	return text.String()
}
