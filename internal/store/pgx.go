package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgxDriver runs Ent's statements through pgx itself: database/sql would hand each value over twice.
type pgxDriver struct {
	pgxStatements
	pool *pgxpool.Pool
}

func newPgxDriver(pool *pgxpool.Pool) dialect.Driver {
	return pgxDriver{pgxStatements{pool, pool}, pool}
}

// Dialect names PostgreSQL.
func (pgxDriver) Dialect() string { return dialect.Postgres }

// Close does nothing: the store closes the pool.
func (pgxDriver) Close() error { return nil }

// Tx begins a transaction.
func (d pgxDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := d.pool.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return pgxTx{pgxStatements{tx, nil}, ctx, tx}, nil
}

// pgxTx is a transaction. It ends with its context, as one of database/sql does.
type pgxTx struct {
	pgxStatements
	ctx context.Context
	tx  pgx.Tx
}

// rollbackTime is how long it may take to roll back, after which the connection is closed, which does so as well.
const rollbackTime = 5 * time.Second

// Commit commits, or rolls back if the context has ended.
func (t pgxTx) Commit() error { return t.tx.Commit(t.ctx) }

// Rollback rolls back, also if the context has ended.
func (t pgxTx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), rollbackTime)
	defer cancel()
	return t.tx.Rollback(ctx)
}

// pgxStatements runs statements on a pool, or in a transaction, where pool is nil.
type pgxStatements struct {
	on   connection
	pool *pgxpool.Pool
}

type connection interface {
	Exec(ctx context.Context, text string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, text string, args ...any) (pgx.Rows, error)
}

// Exec runs a statement that returns no rows.
func (p pgxStatements) Exec(ctx context.Context, text string, args, v any) error {
	values, ok := args.([]any)
	if !ok {
		return fmt.Errorf("arguments are %T", args)
	}
	done, err := p.on.Exec(ctx, text, values...)
	if result, ok := v.(*sql.Result); ok && err == nil {
		*result = affected(done.RowsAffected())
	}
	return err
}

// affected is how many rows a statement has changed.
type affected int64

// LastInsertId fails, since PostgreSQL has none.
func (affected) LastInsertId() (int64, error) { return 0, errors.ErrUnsupported }

// RowsAffected returns the number.
func (a affected) RowsAffected() (int64, error) { return int64(a), nil }

// Query runs a statement that returns rows.
func (p pgxStatements) Query(ctx context.Context, text string, args, v any) error {
	values, isList := args.([]any)
	rows, isRows := v.(*entsql.Rows)
	if !isList || !isRows {
		return fmt.Errorf("arguments are %T, rows are %T", args, v)
	}
	on, release := p.on, func() {}
	if p.pool != nil {
		acquired, err := p.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		on, release = acquired, acquired.Release
	}
	found, err := on.Query(ctx, text, values...)
	if err != nil {
		release()
		return err
	}
	read, err := beginReading(found, release)
	if err != nil {
		return err
	}
	rows.ColumnScanner = read
	return nil
}

// beginReading goes to the first row: before that pgx knows neither the columns nor that the statement failed.
func beginReading(found pgx.Rows, release func()) (*pgxRows, error) {
	r := &pgxRows{Rows: found, release: release, isRead: found.Next()}
	if err := found.Err(); err != nil {
		_ = r.Close() // which returns the same
		return nil, err
	}
	r.columns = make([]string, len(found.FieldDescriptions()))
	for i, one := range found.FieldDescriptions() {
		r.columns[i] = one.Name
	}
	return r, nil
}

// pgxRows are rows as Ent reads them.
type pgxRows struct {
	pgx.Rows
	// columns are the names of the columns, which pgx keeps with the connection.
	columns []string
	// isRead says that Next has been called for the next row already.
	isRead bool
	// release gives the connection back; nothing of the rows is read after it.
	release func()
}

// Next goes to the next row. After the last one the rows are closed.
func (r *pgxRows) Next() bool {
	if r.isRead {
		r.isRead = false
		return true
	}
	if r.Rows.Next() {
		return true
	}
	_ = r.Close() // Err returns the same
	return false
}

// Close ends reading, and returns the error that has ended it before.
func (r *pgxRows) Close() error {
	r.Rows.Close()
	err := r.Err()
	r.release()
	return err
}

// Columns returns the names of the columns.
func (r *pgxRows) Columns() ([]string, error) { return r.columns, nil }

// Scan reads the values of a row.
func (r *pgxRows) Scan(into ...any) error {
	for i, one := range into {
		if value, ok := one.(*driver.Value); ok { // which pgx does not know
			into[i] = (*any)(value)
		}
	}
	return r.Rows.Scan(into...)
}

// ColumnTypes fails: Ent then reads a column that it does not know as what the driver makes of it.
func (r *pgxRows) ColumnTypes() ([]*sql.ColumnType, error) { return nil, errors.ErrUnsupported }

// NextResultSet says that there is no other.
func (r *pgxRows) NextResultSet() bool { return false }
