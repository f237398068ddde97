// Package store opens the database, brings its schema up to date, and runs transactions. What is particular to SQL or
// to one database engine stands here and nowhere else.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"

	"minidock/ent"
)

// Options say how the database is opened.
type Options struct {
	// Dir is the data folder, made when absent.
	Dir string
	// Trace is called with every statement before it runs; nil for none.
	Trace func(context.Context, ...any)
}

// Store is an open database with its schema up to date.
type Store struct {
	// Client reads and writes. A read sees what was committed before it began.
	Client *ent.Client
	pools  []*sql.DB
}

// Open opens the SQLite database in the data folder, made when absent, and applies the migrations that it lacks.
func Open(ctx context.Context, options Options) (*Store, error) {
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	path := filepath.Join(options.Dir, "minidock.db")
	if err := migrateSQLite(ctx, path); err != nil {
		return nil, fmt.Errorf("migrate %s: %w", path, err)
	}
	driver, pools, err := openSQLite(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if options.Trace != nil {
		driver = dialect.DebugWithContext(driver, options.Trace)
	}
	return &Store{Client: ent.NewClient(ent.Driver(driver)), pools: pools}, nil
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	for _, pool := range s.pools {
		if err := pool.PingContext(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	for _, pool := range s.pools {
		errs = append(errs, pool.Close())
	}
	return errors.Join(errs...)
}
