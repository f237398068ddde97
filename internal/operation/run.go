// Package operation runs every change in the same way: in a transaction that checks the viewer's rights again, under locks that are
// taken in one order, with the events that record what happened.
//
// Locks are taken in this order: account, workspace, memberships by id, the token that the request came with, and then the rows that the
// change writes. Run takes the first four.
package operation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"minidock/ent"
	"minidock/internal/access"
	"minidock/internal/store"
)

// DB is the database, and the clock, of changes.
type DB struct {
	Client *ent.Client
	// Now is the clock.
	Now func() time.Time
}

// errUnchanged rolls back a transaction that has changed nothing.
var errUnchanged = errors.New("unchanged")

// Run makes a change on behalf of the viewer and returns the result of fn. At is the id that the operation names; "" if the access
// matrix needs none.
//
// Before it calls fn, it checks the viewer's session or token, and the role if the matrix needs one, in the transaction, and locks both
// until its end. If the session has ended meanwhile, Run refuses with UNAUTHENTICATED; an operation for everyone goes on, for nobody. A
// token that was revoked or has expired is always refused.
//
// Fn may be called several times, when the transaction conflicts with others: it must have no effect that a rollback does not undo.
// If it returns an error or adds one to tx.Errors, nothing is written; user errors are returned as *fault.UserErrors. If it records no
// event, nothing is written either, and Run succeeds.
//
// Afterwards the viewer is stale; after a commit, the functions registered with tx.After are called.
func Run[T any](ctx context.Context, db DB, viewer *access.Viewer, operation access.Operation, at string, fn func(*Tx) (T, error)) (T, error) {
	var result, none T
	if err := viewer.Require(ctx, operation, at); err != nil { // before locks make others wait
		return none, err
	}
	before, err := viewer.Principal(ctx)
	if err != nil {
		return none, err
	}
	rule, place := access.Matrix[operation], access.Place{}
	if rule.For == access.Members {
		if place, err = viewer.Locate(ctx, rule.At, at); err != nil {
			return none, err
		}
	}
	var committed *Tx
	err = store.Tx(ctx, db.Client, func(inner *ent.Tx) error {
		tx := &Tx{Tx: inner, Now: db.Now(), clock: db.Now, operation: operation, rule: rule, viewer: viewer, place: place}
		if err := tx.admit(ctx, before, at); err != nil {
			return err
		}
		tx.advance()
		var err error
		if result, err = fn(tx); err != nil {
			return err
		}
		if err := tx.Errors.Err(); err != nil {
			return err
		}
		if len(tx.events) == 0 {
			return errUnchanged
		}
		committed = tx
		return tx.writeEvents(ctx)
	})
	viewer.Stale() // the change, or one that came before it, may have altered the viewer's rights
	switch {
	case errors.Is(err, errUnchanged):
		return result, nil
	case err != nil:
		return none, fmt.Errorf("%s: %w", operation, err)
	}
	for _, do := range committed.after {
		do()
	}
	return result, nil
}
