package apitest

import (
	"context"
	"os"
	"sync"
	"testing"

	"minidock/internal/pgtest"
	"minidock/internal/store"
)

// NewDatabase returns the address of a PostgreSQL database with its schema up to date and nothing in it, which ends with
// the test. The test is skipped where PostgreSQL is not installed.
func NewDatabase(t *testing.T) string {
	t.Helper()
	cluster := pgtest.Require(t)
	name, err := template(cluster)
	if err != nil {
		t.Fatal(err)
	}
	return cluster.NewDatabase(t, name)
}

var made struct {
	sync.Mutex
	name string
}

// template returns the database that all others are copies of, so that migrations run once and not for every test.
func template(cluster *pgtest.Cluster) (string, error) {
	made.Lock()
	defer made.Unlock()
	if made.name != "" {
		return made.name, nil
	}
	ctx := context.Background()
	name, err := cluster.Create(ctx, "")
	if err != nil {
		return "", err
	}
	if _, err := store.Migrate(ctx, store.Options{Dir: os.TempDir(), URL: cluster.URL(name)}, false); err != nil {
		return "", err
	}
	made.name = name
	return name, nil
}
