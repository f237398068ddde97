package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"minidock/ent"
)

// Tx runs fn in a transaction and commits, or rolls back when fn fails or panics. Inside, only tx may be used: a
// write past it would wait for it for ever.
func Tx(ctx context.Context, client *ent.Client, fn func(tx *ent.Tx) error) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() {
		if !committed {
			_ = tx.Rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	committed = true
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// IsTaken tells that a write was refused because a row with the same unique value is there already.
func IsTaken(err error) bool {
	var inSQLite sqlite3.Error
	if errors.As(err, &inSQLite) {
		return inSQLite.ExtendedCode == sqlite3.ErrConstraintUnique ||
			inSQLite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
	}
	return false
}
