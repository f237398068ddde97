package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// rows are the rows of a query.
type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
}

// database is SQLite or PostgreSQL; each prepares a statement once for a connection. SQLite takes arguments in the order in which their
// numbers first stand in the text.
type database interface {
	// one reads a row, or fails with errNotFound.
	one(ctx context.Context, text string, args []any, into ...any) error
	// all reads every row.
	all(ctx context.Context, text string, args []any, row func(rows) error) error
	// change runs statements in a transaction.
	change(ctx context.Context, do func(exec) error) error
	// in is a condition on values that are the argument with this number, and list such an argument.
	in(number int) string
	list(values []string) any
	// ofEach reads some mini programs of each of some workspaces of a user.
	ofEach() string
}

// exec runs a statement and says how many rows it has changed, or read into.
type exec func(text string, args []any, into ...any) (int64, error)

// connections is how many PostgreSQL is asked for, and readers how many of SQLite read.
const connections, readers = 16, 8

func open(ctx context.Context, path, databaseURL string) (database, error) {
	if databaseURL != "" {
		config, err := pgxpool.ParseConfig(databaseURL)
		if err != nil {
			return nil, err
		}
		config.MaxConns = connections
		pool, err := pgxpool.NewWithConfig(ctx, config)
		return postgres{pool}, err
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_busy_timeout=5000&_fk=1"
	writer, err := sql.Open("sqlite3", file+"&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite3", file+"&_query_only=1")
	if err != nil {
		return nil, err
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return &sqlite{reader: prepared{db: reader}, writer: prepared{db: writer}}, nil
}

// prepared keeps a statement for each text.
type prepared struct {
	db         *sql.DB
	statements sync.Map
}

func (p *prepared) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if found, ok := p.statements.Load(text); ok {
		return found.(*sql.Stmt), nil
	}
	made, err := p.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	kept, _ := p.statements.LoadOrStore(text, made)
	return kept.(*sql.Stmt), nil
}

type sqlite struct{ reader, writer prepared }

func (s *sqlite) one(ctx context.Context, text string, args []any, into ...any) error {
	statement, err := s.reader.statement(ctx, text)
	if err != nil {
		return err
	}
	err = statement.QueryRowContext(ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNotFound
	}
	return err
}

func (s *sqlite) all(ctx context.Context, text string, args []any, row func(rows) error) error {
	statement, err := s.reader.statement(ctx, text)
	if err != nil {
		return err
	}
	found, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	return each(found, row)
}

func each(found rows, row func(rows) error) error {
	for found.Next() {
		if err := row(found); err != nil {
			return err
		}
	}
	return found.Err()
}

func (s *sqlite) change(ctx context.Context, do func(exec) error) error {
	tx, err := s.writer.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	err = do(func(text string, args []any, into ...any) (int64, error) {
		// The writer's only connection is the transaction's, so that a statement must be prepared through it; prepared again it is the same.
		if found, ok := s.writer.statements.Load(text); ok {
			return run(ctx, tx.StmtContext(ctx, found.(*sql.Stmt)), args, into)
		}
		made, err := tx.PrepareContext(ctx, text)
		if err != nil {
			return 0, err
		}
		defer s.writer.keep(text)
		return run(ctx, made, args, into)
	})
	if err != nil {
		return err
	}
	return tx.Commit()
}

// keep prepares a statement for later transactions.
func (p *prepared) keep(text string) {
	go func() { _, _ = p.statement(context.Background(), text) }()
}

func run(ctx context.Context, statement *sql.Stmt, args []any, into []any) (int64, error) {
	if into != nil {
		err := statement.QueryRowContext(ctx, args...).Scan(into...)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, errNotFound
		}
		return 1, err
	}
	done, err := statement.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

func (s *sqlite) in(int) string { return "IN (SELECT value FROM json_each($1))" }

func (s *sqlite) list(values []string) any {
	text, _ := json.Marshal(values) // strings always have a JSON form
	return string(text)
}

func (s *sqlite) ofEach() string {
	return `SELECT w.id, w.name, p.id, p.name, p.created_at, u.id, u.display_name
		FROM (SELECT id, workspace_id FROM members WHERE user_id = $1 AND status = 'ACTIVE' ORDER BY id LIMIT $2) m
		JOIN workspaces w ON w.id = m.workspace_id
		JOIN mini_programs p ON p.id IN (SELECT q.id FROM mini_programs q WHERE q.workspace_id = w.id ORDER BY q.created_at DESC, q.id DESC LIMIT $3)
		JOIN users u ON u.id = p.created_by_id`
}

type postgres struct{ *pgxpool.Pool }

func (p postgres) one(ctx context.Context, text string, args []any, into ...any) error {
	err := p.QueryRow(ctx, text, args...).Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errNotFound
	}
	return err
}

func (p postgres) all(ctx context.Context, text string, args []any, row func(rows) error) error {
	found, err := p.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	return each(found, row)
}

func (p postgres) change(ctx context.Context, do func(exec) error) error {
	return pgx.BeginFunc(ctx, p.Pool, func(tx pgx.Tx) error {
		return do(func(text string, args []any, into ...any) (int64, error) {
			if into != nil {
				err := tx.QueryRow(ctx, text, args...).Scan(into...)
				if errors.Is(err, pgx.ErrNoRows) {
					err = errNotFound
				}
				return 1, err
			}
			done, err := tx.Exec(ctx, text, args...)
			return done.RowsAffected(), err
		})
	})
}

func (p postgres) in(int) string            { return "= ANY($1)" }
func (p postgres) list(values []string) any { return values }

func (p postgres) ofEach() string {
	return `SELECT w.id, w.name, p.id, p.name, p.created_at, u.id, u.display_name
		FROM (SELECT id, workspace_id FROM members WHERE user_id = $1 AND status = 'ACTIVE' ORDER BY id LIMIT $2) m
		JOIN workspaces w ON w.id = m.workspace_id
		CROSS JOIN LATERAL (SELECT q.id, q.name, q.created_at, q.created_by_id FROM mini_programs q
			WHERE q.workspace_id = w.id ORDER BY q.created_at DESC, q.id DESC LIMIT $3) p
		JOIN users u ON u.id = p.created_by_id ORDER BY m.id`
}
