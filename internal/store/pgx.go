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
	return pgxDriver{pgxStatements{pool}, pool}
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
	return pgxTx{pgxStatements{tx}, ctx, tx}, nil
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

// pgxStatements runs statements on a pool or in a transaction.
type pgxStatements struct {
	on interface {
		Exec(ctx context.Context, text string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, text string, args ...any) (pgx.Rows, error)
	}
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
	found, err := p.on.Query(ctx, text, values...)
	if err != nil {
		return err
	}
	read := &pgxRows{Rows: found, isRead: found.Next()}
	if err := found.Err(); err != nil { // which pgx knows, as the columns, after the answer has begun
		found.Close()
		return err
	}
	rows.ColumnScanner = read
	return nil
}

// pgxRows are rows as Ent reads them.
type pgxRows struct {
	pgx.Rows
	// isRead says that Next has been called for the next row already.
	isRead bool
}

// Next goes to the next row.
func (r *pgxRows) Next() bool {
	if r.isRead {
		r.isRead = false
		return true
	}
	return r.Rows.Next()
}

// Close ends reading, and returns the error that has ended it before.
func (r *pgxRows) Close() error {
	r.Rows.Close()
	return r.Err()
}

// Columns returns the names of the columns.
func (r *pgxRows) Columns() ([]string, error) {
	descriptions := r.FieldDescriptions()
	names := make([]string, len(descriptions))
	for i, one := range descriptions {
		names[i] = one.Name
	}
	return names, nil
}

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
