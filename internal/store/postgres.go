package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// oldestPostgres is the oldest version that is still supported.
const oldestPostgres = 14

// connectTimeout is how long connecting may take.
const connectTimeout = 5 * time.Second

// postgresSettings are those of each connection, unless the address sets others. What waits or idles longer hangs, and must not block
// others.
var postgresSettings = map[string]string{
	"application_name":                    "minidock",
	"statement_timeout":                   "15s",
	"lock_timeout":                        "5s",
	"idle_in_transaction_session_timeout": "30s",
}

// migrationLock is the key of the lock that a migrating process holds.
const migrationLock = 0x6d696e69646f636b

func openPostgres(ctx context.Context, address string, connections int, log *slog.Logger) (*pgxpool.Pool, error) {
	config, err := readAddress(address)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(connections)
	config.AfterConnect = setting(planOnce, log)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := checkPostgres(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// planOnce has a connection plan each statement once, and not for each value. It is a statement, since poolers refuse it as a parameter
// of the connection.
const planOnce = "SET plan_cache_mode = force_generic_plan"

// refusals are the classes of the errors of a statement that a server does not understand or allow: 0A not supported, 22 data exception, 42
// syntax or access. After others, such as that of a server which stops, the connection may be of no use.
var refusals = []string{"0A", "22", "42"}

// setting returns the function that runs a statement on a new connection, to save time. A server that refuses it is used as it is, which is
// logged once.
func setting(statement string, log *slog.Logger) func(context.Context, *pgx.Conn) error {
	var refused sync.Once
	return func(ctx context.Context, connection *pgx.Conn) error {
		_, err := connection.Exec(ctx, statement)
		if isRefused(err) {
			refused.Do(func() {
				log.WarnContext(ctx, "the database refuses a setting that saves time", "statement", statement, "error", err.Error())
			})
			return nil
		}
		return err
	}
}

// IsPostgres says whether this is an address of a PostgreSQL database.
func IsPostgres(address string) bool {
	_, err := readAddress(address)
	return err == nil
}

// IsConnecting says whether an error is that of connecting to PostgreSQL.
func IsConnecting(err error) bool {
	_, is := errors.AsType[*pgconn.ConnectError](err)
	return is
}

// Describe returns the address of a PostgreSQL database without its password and settings.
func Describe(address string) string {
	config, err := readAddress(address)
	if err != nil {
		return "PostgreSQL"
	}
	c := config.ConnConfig
	return (&url.URL{Scheme: "postgres", User: url.User(c.User), Host: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), Path: c.Database}).String()
}

// readAddress adds the settings that the address does not have.
func readAddress(address string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		// The cause may repeat the address with its password.
		return nil, errors.New("the database's address cannot be read; it must be like postgres://user:password@host:5432/database")
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	for name, value := range postgresSettings {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	return config, nil
}

// checkPostgres refuses a server that does not answer or is too old.
func checkPostgres(ctx context.Context, pool *pgxpool.Pool) error {
	var version string
	if err := pool.QueryRow(ctx, "SHOW server_version").Scan(&version); err != nil {
		return err
	}
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < oldestPostgres {
		return fmt.Errorf("PostgreSQL %s is too old: %d or later is needed", version, oldestPostgres)
	}
	return nil
}

// openPostgresForMigration opens one connection on which a statement may take its time.
func openPostgresForMigration(ctx context.Context, address string) (*sql.DB, error) {
	config, err := readAddress(address)
	if err != nil {
		return nil, err
	}
	for _, timeout := range []string{"statement_timeout", "lock_timeout"} {
		config.ConnConfig.RuntimeParams[timeout] = "0"
	}
	db := stdlib.OpenDB(*config.ConnConfig)
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// lockPostgres keeps other processes from migrating until the transaction ends.
func lockPostgres(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock))
	return err
}
