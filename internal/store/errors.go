package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// The error codes of PostgreSQL that matter here.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// IsTaken says that a write failed because another row has the same unique value.
func IsTaken(err error) bool {
	var inSQLite sqlite3.Error
	if errors.As(err, &inSQLite) {
		return inSQLite.ExtendedCode == sqlite3.ErrConstraintUnique ||
			inSQLite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
	}
	return postgresCode(err) == uniqueViolation
}

// IsUnavailable says that the database failed for now: it cannot be reached, it is shutting down, it is locked or its disk is full.
func IsUnavailable(err error) bool {
	var inSQLite sqlite3.Error
	if errors.As(err, &inSQLite) {
		switch inSQLite.Code {
		case sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrCantOpen:
			return true
		}
		return false
	}
	if code := postgresCode(err); code != "" {
		return isUnavailableCode(code)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err)
}

// isUnavailableCode recognises PostgreSQL's classes connection exception, insufficient resources and operator intervention, and what is
// left after retries or after waiting for a lock.
func isUnavailableCode(code string) bool {
	for _, class := range []string{"08", "53", "57"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return isRetriableCode(code) || code == "55P03" || code == "25006"
}

// isRetriable says that a transaction conflicted with another one and was rolled back.
func isRetriable(err error) bool { return isRetriableCode(postgresCode(err)) }

func isRetriableCode(code string) bool {
	return code == serializationFailure || code == deadlockDetected
}

func postgresCode(err error) string {
	var inPostgres *pgconn.PgError
	if errors.As(err, &inPostgres) {
		return inPostgres.Code
	}
	return ""
}
