package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"minidock/ent"
)

// maxRetries is how often a transaction is retried after a conflict.
const maxRetries = 3

// maxPause is the longest pause before a retry. Its length is random, so that transactions that conflicted once do not do so again.
const maxPause = 40 * time.Millisecond

// Tx runs fn in a transaction and commits, or rolls back when fn fails or panics. Inside, only tx may be used: a write
// past it would wait for it forever. A transaction that conflicts with another one is retried, so fn must have no effect that a rollback
// does not undo.
func Tx(ctx context.Context, client *ent.Client, fn func(tx *ent.Tx) error) error {
	err := tryTx(ctx, client, fn)
	for range maxRetries {
		if !isRetriable(err) {
			break
		}
		select {
		case <-time.After(rand.N(maxPause)):
		case <-ctx.Done():
			return err
		}
		err = tryTx(ctx, client, fn)
	}
	return err
}

func tryTx(ctx context.Context, client *ent.Client, fn func(tx *ent.Tx) error) error {
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
