package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// One writer at a time is all that SQLite allows; with more, writers fail with "database is locked".
const (
	sqliteReaders  = 8
	commonSettings = "_busy_timeout=5000&_fk=1&_stmt_cache_size=128"
	writerSettings = commonSettings + "&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate"
	readerSettings = commonSettings + "&_query_only=1"
)

func openSQLite(ctx context.Context, path string) (dialect.Driver, []*sql.DB, error) {
	writer, err := openPool(ctx, path, writerSettings, 1)
	if err != nil {
		return nil, nil, err
	}
	reader, err := openPool(ctx, path, readerSettings, sqliteReaders)
	if err != nil {
		return nil, nil, fmt.Errorf("open the readers: %w", err)
	}
	driver := sqliteDriver{
		Driver: entsql.OpenDB(dialect.SQLite, writer),
		reader: entsql.OpenDB(dialect.SQLite, reader),
	}
	return driver, []*sql.DB{writer, reader}, nil
}

func openPool(ctx context.Context, path, settings string, size int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+settings)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, pool.PingContext(ctx)
}

// sqliteDriver sends reads outside transactions to the readers and everything else to the one writer.
type sqliteDriver struct {
	*entsql.Driver
	reader *entsql.Driver
}

// Query runs a statement that returns rows. A SELECT, or a WITH that reads, does not wait for the writer.
func (d sqliteDriver) Query(ctx context.Context, query string, args, v any) error {
	if strings.HasPrefix(query, "SELECT") || strings.HasPrefix(query, "WITH") {
		return d.reader.Query(ctx, query, args, v)
	}
	return d.Driver.Query(ctx, query, args, v)
}
