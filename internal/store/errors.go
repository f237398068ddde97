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

// The error codes of PostgreSQL that are told apart.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// IsTaken tells that a write was refused because a row with the same unique value is there already.
func IsTaken(err error) bool {
	var inSQLite sqlite3.Error
	if errors.As(err, &inSQLite) {
		return inSQLite.ExtendedCode == sqlite3.ErrConstraintUnique ||
			inSQLite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
	}
	return postgresCode(err) == uniqueViolation
}

// IsUnavailable tells that the database could not do its work now and may later: it cannot be reached, it is shutting
// down, it is locked or its disk is full.
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

// isUnavailableCode tells by PostgreSQL's classes of codes: connection exception, insufficient resources, operator
// intervention; and by what remains after retries or waiting for a lock.
func isUnavailableCode(code string) bool {
	for _, class := range []string{"08", "53", "57"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return isRetriableCode(code) || code == "55P03" || code == "25006"
}

// isRetriable tells that a transaction lost against another one and left nothing behind.
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
