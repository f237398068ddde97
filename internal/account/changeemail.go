package account

import (
	"context"

	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/operation"
)

// ChangeEmailInput asks for another email address. Password is the account's.
type ChangeEmailInput struct{ Email, Password string }

// ChangeEmail sends a token to the new address, and returns the address. Nothing changes until the token is confirmed. After too many
// requests for an address it is refused with RATE_LIMITED.
func (a *Accounts) ChangeEmail(ctx context.Context, viewer *access.Viewer, in ChangeEmailInput) (string, error) {
	var errs fault.UserErrors
	address := email.Clean("email", in.Email, &errs)
	self, err := a.Prove(ctx, viewer, "password", in.Password, &errs)
	if err != nil {
		return "", err
	}
	if err := a.checkEmailIsFree(ctx, viewer.From, address, &errs); err != nil {
		return "", err
	}
	if err := errs.Err(); err != nil {
		return "", err
	}
	if err := a.countMail(ctx, viewer.From, address); err != nil {
		return "", err
	}
	return operation.Run(ctx, a.DB, viewer, access.ChangeEmail, "", func(tx *operation.Tx) (string, error) {
		if err := StillProven(ctx, tx.Tx, self); err != nil {
			return "", err
		}
		tx.Changed(self.ID, event.Text("requestedEmail", "", address))
		return address, a.askToConfirm(ctx, tx, self, address)
	})
}
