package apitest

import (
	"context"
	"os"
	"testing"

	"minidock/internal/pgtest"
	"minidock/internal/store"
)

// NewDatabase returns the address of a PostgreSQL database with its schema up to date and nothing in it, which ends with
// the test. The test is skipped where PostgreSQL is not installed.
func NewDatabase(t *testing.T) string {
	t.Helper()
	cluster := pgtest.Require(t)
	template, err := cluster.Template(t.Context(), func(url string) error {
		_, err := store.Migrate(context.Background(), store.Options{Dir: os.TempDir(), URL: url}, false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return cluster.NewDatabase(t, template) + patient
}

// patient are settings of a database's address with which nothing fails because the machine is slow.
const patient = "&lock_timeout=60s&statement_timeout=60s&idle_in_transaction_session_timeout=60s"
