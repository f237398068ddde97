// Package operation runs every change in one way: in a transaction that judges again who asks, under locks that are taken in one
// order, with the events that say what happened.
//
// Locks are taken in this order: account, workspace, memberships by id, and then what the change itself writes. Run takes
// the first three.
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

// DB is what changes are made in.
type DB struct {
	Client *ent.Client
	// Now is the clock.
	Now func() time.Time
}

// errUnchanged rolls back what has not changed anything.
var errUnchanged = errors.New("unchanged")

// Run makes a change on behalf of the viewer and returns what fn returns. At is the id that the operation names; "" where the
// access matrix asks for none.
//
// Before fn is called the viewer's session, and the role where the matrix asks for one, are judged as the transaction sees them,
// and nobody changes either until it is over. When the session has ended meanwhile, Run refuses with UNAUTHENTICATED; an operation
// that is for everyone goes on for nobody.
//
// Fn may be called several times, when the transaction loses against others: it must do nothing that is not undone with it.
// When it returns an error or leaves one in tx.Errors, nothing is written; user errors are returned as *fault.UserErrors. When it
// records no event, nothing is written either, and Run succeeds.
//
// Afterwards the viewer is stale; after a commit, what fn has registered is done.
func Run[T any](ctx context.Context, db DB, viewer *access.Viewer, operation access.Operation, at string, fn func(*Tx) (T, error)) (T, error) {
	var result, none T
	if err := viewer.Require(ctx, operation, at); err != nil { // nobody else waits for who may not
		return none, err
	}
	before, err := viewer.Principal(ctx)
	if err != nil {
		return none, err
	}
	rule, workspaceID := access.Matrix[operation], ""
	if rule.For == access.Members {
		if workspaceID, err = viewer.Locate(ctx, rule.At, at); err != nil {
			return none, err
		}
	}
	var committed *Tx
	err = store.Tx(ctx, db.Client, func(inner *ent.Tx) error {
		tx := &Tx{Tx: inner, Now: db.Now(), operation: operation, rule: rule, viewer: viewer, workspaceID: workspaceID}
		if err := tx.admit(ctx, before, at); err != nil {
			return err
		}
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
	viewer.Stale() // by the change, or because the transaction saw another state than the viewer's
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
