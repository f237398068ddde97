package account

import (
	"context"

	entmail "minidock/ent/mail"
	"minidock/ent/onetimetoken"
	"minidock/internal/access"
	"minidock/internal/operation"
	"minidock/internal/outbox"
)

// SignOutEverywhere ends all of the viewer's sessions and invalidates the tokens of a change of the address that somebody may have requested
// in one of them. The rest of the request is signed out.
func (a *Accounts) SignOutEverywhere(ctx context.Context, viewer *access.Viewer) error {
	_, err := operation.Run(ctx, a.DB, viewer, access.SignOutEverywhere, "", func(tx *operation.Tx) (struct{}, error) {
		self := tx.Principal.UserID
		err := outbox.Cancel(ctx, tx.Tx, entmail.KindEQ(entmail.KindEMAIL_CONFIRMATION), entmail.About(self))
		if err == nil {
			err = revoke(ctx, tx.Tx, self, onetimetoken.PurposeEMAIL_CONFIRMATION)
		}
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, a.Sessions.EndOwn(ctx, tx)
	})
	return err
}
