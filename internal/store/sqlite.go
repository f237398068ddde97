package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/mattn/go-sqlite3" // with the driver "sqlite3"
)

// One writer at a time is all that SQLite allows; with more, writers fail with "database is locked".
const (
	commonSettings = "_busy_timeout=5000&_fk=1&_stmt_cache_size=128"
	writerSettings = commonSettings + "&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate"
	readerSettings = commonSettings + "&_query_only=1"
	// Foreign keys are off in a migration, since a table is changed by rebuilding it.
	migrationSettings = "_busy_timeout=30000&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_fk=0"
)

// sqliteReaders returns how many statements read at once: enough that one waits for the file while another computes. Each has a cache of its
// own, of 2 MB, so that more of them keep the same pages more often.
func sqliteReaders() int { return min(max(4, 2*runtime.GOMAXPROCS(0)), 16) }

// oldestSQLite is the first version that does not lose committed writes when the WAL is reset.
const oldestSQLite = 3_051_003

// checkSQLite refuses a version of SQLite that is too old.
func checkSQLite(name string, number int) error {
	if number < oldestSQLite {
		return fmt.Errorf("SQLite %s is too old: versions before 3.51.3 can lose committed writes", name)
	}
	return nil
}

// SQLitePath returns the file of the SQLite database in a data folder.
func SQLitePath(dir string) string { return filepath.Join(dir, "minidock.db") }

// SQLiteVersion returns the version of SQLite that the program has.
func SQLiteVersion() string {
	name, _, _ := sqlite3.Version()
	return name
}

func openSQLite(ctx context.Context, path string) (dialect.Driver, []*sql.DB, error) {
	writer, err := openPool(ctx, path, writerSettings, 1)
	if err != nil {
		return nil, nil, err
	}
	reader, err := openPool(ctx, path, readerSettings, sqliteReaders())
	if err != nil {
		return nil, nil, errors.Join(err, writer.Close())
	}
	driver := sqliteDriver{
		Driver: entsql.OpenDB(dialect.SQLite, writer),
		reader: entsql.OpenDB(dialect.SQLite, reader),
	}
	return driver, []*sql.DB{writer, reader}, nil
}

// makePrivate creates the database's file, if it does not exist, so that only its owner can read it; SQLite gives its other files the same
// permissions.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func openPool(ctx context.Context, path, settings string, size int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+settings)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	if err := connect(ctx, pool); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

// connectPause is how long connect pauses before it tries again.
const connectPause = 5 * time.Millisecond

// connect makes a connection. It tries again while the database is locked: SQLite does not wait, whatever the busy timeout, while another
// connection switches an empty database to the write-ahead log.
func connect(ctx context.Context, pool *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	for {
		err := pool.PingContext(ctx)
		var locked sqlite3.Error
		if !errors.As(err, &locked) || locked.Code != sqlite3.ErrBusy {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(connectPause):
		}
	}
}

// checkForeignKeys makes sure that the migrations, which run with foreign keys off, left no dangling reference.
func checkForeignKeys(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		return errors.New("the migrations leave a row that refers to nothing")
	}
	return rows.Err()
}

// sqliteDriver sends reads outside transactions to the readers and everything else to the one writer.
type sqliteDriver struct {
	*entsql.Driver
	reader *entsql.Driver
}

// Query runs a statement that returns rows. A SELECT, or a WITH that reads, does not wait for the writer.
func (d sqliteDriver) Query(ctx context.Context, query string, args, v any) error {
	driver := d.Driver
	if strings.HasPrefix(query, "SELECT") || strings.HasPrefix(query, "WITH") {
		driver = d.reader
	}
	err := driver.Query(ctx, query, args, v)
	if rows, ok := v.(*entsql.Rows); ok && err == nil {
		rows.ColumnScanner = &typedRows{ColumnScanner: rows.ColumnScanner}
	}
	return err
}

// typedRows finds the types of its columns once. Ent asks for them with each row if it does not know a column.
type typedRows struct {
	entsql.ColumnScanner
	types []*sql.ColumnType
}

// ColumnTypes returns the types of the columns.
func (r *typedRows) ColumnTypes() (types []*sql.ColumnType, err error) {
	if r.types == nil {
		r.types, err = r.ColumnScanner.ColumnTypes()
	}
	return r.types, err
}
