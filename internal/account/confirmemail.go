package account

import (
	"context"

	"minidock/ent"
	entmail "minidock/ent/mail"
	"minidock/ent/onetimetoken"
	"minidock/ent/user"
	"minidock/internal/access"
	"minidock/internal/event"
	"minidock/internal/fault"
	"minidock/internal/mail"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/store"
)

// RequestEmailConfirmation sends a token to the viewer's address, and returns the address. If it is confirmed already, nothing is sent.
// After too many requests for an address, or from one, it is refused with RATE_LIMITED.
func (a *Accounts) RequestEmailConfirmation(ctx context.Context, viewer *access.Viewer) (string, error) {
	self, err := a.Self(ctx, viewer)
	if err != nil {
		return "", err
	}
	if self.EmailConfirmedAt != nil {
		return self.Email, nil
	}
	if err := a.countMail(ctx, viewer.From, self.Email); err != nil {
		return "", err
	}
	return operation.Run(ctx, a.DB, viewer, access.RequestEmailConfirmation, "", func(tx *operation.Tx) (string, error) {
		current, err := tx.User.Get(ctx, tx.Principal.UserID)
		if err != nil {
			return "", err
		}
		tx.Changed(current.ID)
		return current.Email, a.askToConfirm(ctx, tx, current, current.Email)
	})
}

// askToConfirm sends a token to an address that an account has, or is to have. Mails for it that still wait are canceled: one that is
// delivered late, to an address that was mistyped, would make the token of this one invalid. The account must be locked.
func (a *Accounts) askToConfirm(ctx context.Context, tx *operation.Tx, of *ent.User, address string) error {
	err := outbox.Cancel(ctx, tx.Tx, entmail.KindEQ(entmail.KindEMAIL_CONFIRMATION), entmail.About(of.ID))
	if err != nil {
		return err
	}
	return a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.EmailConfirmation, To: address, About: of.ID})
}

// ConfirmEmailInput confirms an email address by the token in the mail.
type ConfirmEmailInput struct{ Token string }

// ConfirmEmail confirms that the account's owner reads the mail of the address that the token was sent to, and returns the address. If it
// is not the account's yet, it becomes that, and the old address is notified. Of concurrent requests with the same token one succeeds. User
// errors: BLANK, TAKEN, INVALID_TOKEN.
func (a *Accounts) ConfirmEmail(ctx context.Context, viewer *access.Viewer, in ConfirmEmailInput) (string, error) {
	var errs fault.UserErrors
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposeEMAIL_CONFIRMATION, "token", in.Token, a.Now(), &errs)
	if err != nil {
		return "", err
	}
	if err := errs.Err(); err != nil {
		return "", err
	}
	confirmed, err := operation.Run(ctx, a.DB, viewer, access.ConfirmEmail, "", func(tx *operation.Tx) (string, error) {
		if err := a.confirmEmail(ctx, tx, token); err != nil {
			return "", err
		}
		return token.Email, a.remember(ctx, tx.Client(), token.Email, viewer.From)
	})
	if store.IsTaken(err) {
		return "", fault.Refuse("token", fault.Taken)
	}
	return confirmed, err
}

func (a *Accounts) confirmEmail(ctx context.Context, tx *operation.Tx, token *ent.OneTimeToken) error {
	owner, err := tx.HoldAccount(ctx, token.UserID)
	if err != nil {
		return err
	}
	if err := spend(ctx, tx, token, "token"); err != nil {
		return err
	}
	tx.As(owner.ID)
	if owner.Email != token.Email {
		return a.moveTo(ctx, tx, owner, token.Email)
	}
	tx.Changed(owner.ID, event.Text("confirmedEmail", "", owner.Email))
	return a.Confirm(ctx, tx, owner.ID)
}

// moveTo gives an account the address that its owner has confirmed. Tokens that were sent to the old address become invalid.
func (a *Accounts) moveTo(ctx context.Context, tx *operation.Tx, owner *ent.User, address string) error {
	if err := tx.User.UpdateOne(owner).SetEmail(address).SetEmailConfirmedAt(tx.Now).Exec(ctx); err != nil {
		return err
	}
	if err := outbox.Cancel(ctx, tx.Tx, tokenMails(owner)); err != nil {
		return err
	}
	if err := revoke(ctx, tx.Tx, owner.ID, onetimetoken.PurposePASSWORD_RESET); err != nil {
		return err
	}
	tx.Changed(owner.ID, event.Text("email", owner.Email, address))
	return a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.EmailChanged, To: owner.Email, About: owner.ID})
}

// Confirm records that an account's owner has shown to read the mail of its address, unless that is known already.
func (a *Accounts) Confirm(ctx context.Context, tx *operation.Tx, userID string) error {
	return tx.User.Update().SetEmailConfirmedAt(tx.Now).Where(user.ID(userID), user.EmailConfirmedAtIsNil()).Exec(ctx)
}

// CheckConfirmed records EMAIL_NOT_CONFIRMED, for the request as a whole, when the viewer's address is not confirmed.
func (a *Accounts) CheckConfirmed(ctx context.Context, viewer *access.Viewer, errs *fault.UserErrors) error {
	self, err := a.Self(ctx, viewer)
	if err == nil && self.EmailConfirmedAt == nil {
		errs.Add("", fault.EmailNotConfirmed)
	}
	return err
}
