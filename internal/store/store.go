// Package store opens the database, brings its schema up to date, and runs transactions. What is specific to SQL or to
// one database engine is here and nowhere else.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"entgo.io/ent/dialect"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"

	"minidock/ent"
)

// Options say which database is opened, and how.
type Options struct {
	// Dir is the data folder, created when absent. It has the SQLite database.
	Dir string
	// URL is the address of a PostgreSQL database to use instead of SQLite.
	URL string
	// Connections is the most connections to PostgreSQL; 0 for DefaultConnections.
	Connections int
	// Trace is called with every statement before it runs; nil for none.
	Trace func(context.Context, ...any)
	// Log is told what the database refuses that the program can do without; nil for nobody.
	Log *slog.Logger
}

// DefaultConnections is the default of Options.Connections.
const DefaultConnections = 16

// Store is an open database with its schema up to date.
type Store struct {
	// Client reads and writes. A read sees what was committed before it began.
	Client *ent.Client
	// pools are the connection pools, those for reading last.
	pools []*sql.DB
	close func()
	// notices is nil on SQLite, and on engines that refuse them.
	notices *notices
}

// Open opens the database and applies the migrations that it lacks.
func Open(ctx context.Context, options Options) (*Store, error) {
	name, number, _ := sqlite3.Version()
	if err := checkSQLite(name, number); err != nil {
		return nil, err
	}
	if _, err := Migrate(ctx, options, false); err != nil {
		return nil, err
	}
	return openCurrent(ctx, options)
}

// OpenAsIs opens a database without migrating it, so that some tables may be missing. The error is fs.ErrNotExist if there is none.
func OpenAsIs(ctx context.Context, options Options) (*Store, error) {
	if options.URL == "" {
		if _, err := os.Stat(SQLitePath(options.Dir)); err != nil {
			return nil, err
		}
	}
	return openCurrent(ctx, options)
}

func openCurrent(ctx context.Context, options Options) (*Store, error) {
	if options.URL != "" {
		return onPostgres(ctx, options)
	}
	return onSQLite(ctx, options)
}

func onSQLite(ctx context.Context, options Options) (*Store, error) {
	driver, pools, err := openSQLite(ctx, SQLitePath(options.Dir))
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	return newStore(driver, options, pools, func() {}), nil
}

func onPostgres(ctx context.Context, options Options) (*Store, error) {
	connections, log := cmp.Or(options.Connections, DefaultConnections), cmp.Or(options.Log, slog.New(slog.DiscardHandler))
	pool, err := openPostgres(ctx, options.URL, connections, log)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	notices, err := newNotices(ctx, pool, log)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	s := newStore(newPgxDriver(pool), options, []*sql.DB{stdlib.OpenDBFromPool(pool)}, pool.Close)
	s.notices = notices
	return s, nil
}

func newStore(driver dialect.Driver, options Options, pools []*sql.DB, close func()) *Store {
	if options.Trace != nil {
		driver = dialect.DebugWithContext(driver, options.Trace)
	}
	return &Store{Client: ent.NewClient(ent.Driver(driver)), pools: pools, close: close}
}

// pingTimeout is how long the database may take to answer a ping.
const pingTimeout = 2 * time.Second

// Ping reads from the database and returns an error if it does not answer. It does not wait for writers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	var migrations int
	reader := s.pools[len(s.pools)-1]
	return reader.QueryRowContext(ctx, "SELECT count(*) FROM schema_migrations").Scan(&migrations)
}

// Birth says when the database got its first table, which tells it from others. A copy was born with its original.
func (s *Store) Birth(ctx context.Context) (string, error) {
	var birth string
	reader := s.pools[len(s.pools)-1]
	err := reader.QueryRowContext(ctx, "SELECT applied_at FROM schema_migrations ORDER BY name LIMIT 1").Scan(&birth)
	if err != nil {
		return "", fmt.Errorf("read when the database was made: %w", err)
	}
	return birth, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	for _, pool := range s.pools {
		errs = append(errs, pool.Close())
	}
	s.close()
	return errors.Join(errs...)
}
