package account

import (
	"context"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/mail"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/store"
)

// ChangeEmailInput asks for another e-mail address. Password is the account's.
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
		return address, a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.EmailConfirmation, To: address, About: self.ID})
	})
}

// ConfirmEmailInput confirms a new e-mail address by the token in the mail.
type ConfirmEmailInput struct{ Token string }

// ConfirmEmail gives the account the address that the token was sent to, notifies the old address, and returns the new one. Of concurrent
// requests with the same token one succeeds.
func (a *Accounts) ConfirmEmail(ctx context.Context, viewer *access.Viewer, in ConfirmEmailInput) (string, error) {
	var errs fault.UserErrors
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposeEMAIL_CHANGE, "token", in.Token, a.Now(), &errs)
	if err != nil {
		return "", err
	}
	if err := errs.Err(); err != nil {
		return "", err
	}
	confirmed, err := operation.Run(ctx, a.DB, viewer, access.ConfirmEmail, "", func(tx *operation.Tx) (string, error) {
		if err := a.moveTo(ctx, tx, token); err != nil {
			return "", err
		}
		return token.Email, a.remember(ctx, tx.Client(), token.Email, viewer.From)
	})
	if store.IsTaken(err) {
		return "", fault.Refuse("token", fault.Taken)
	}
	return confirmed, err
}

// moveTo spends a token and gives its account the address that it was sent to. Tokens that were sent to the old address become invalid.
func (a *Accounts) moveTo(ctx context.Context, tx *operation.Tx, token *ent.OneTimeToken) error {
	owner, err := tx.HoldAccount(ctx, token.UserID)
	if err != nil {
		return err
	}
	if err := spend(ctx, tx, token, "token"); err != nil {
		return err
	}
	if err := tx.User.UpdateOne(owner).SetEmail(token.Email).Exec(ctx); err != nil {
		return err
	}
	if err := outbox.Cancel(ctx, tx.Tx, tokenMails(owner)); err != nil {
		return err
	}
	if err := revoke(ctx, tx.Tx, owner.ID, onetimetoken.PurposePASSWORD_RESET); err != nil {
		return err
	}
	tx.As(owner.ID)
	tx.Changed(owner.ID, event.Text("email", owner.Email, token.Email))
	return a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.EmailChanged, To: owner.Email, About: owner.ID})
}
