package account

import (
	"context"
	"fmt"

	"minidock/ent"
	entmail "minidock/ent/mail"
	"minidock/ent/onetimetoken"
	"minidock/ent/predicate"
	"minidock/ent/secondfactor"
	"minidock/internal/access"
	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/mail"
	"minidock/internal/operation"
	"minidock/internal/outbox"
	"minidock/internal/request"
	"minidock/internal/throttle"
)

// RequestPasswordResetInput is what asking for a new password needs.
type RequestPasswordResetInput struct{ Email string }

// countMail counts a mail that is requested to an address, against that address and the network address of the request.
func (a *Accounts) countMail(ctx context.Context, from request.Caller, to string) error {
	rule := throttle.Rule{Name: "mail from", Most: a.Limits.AddressMailRequests, Within: a.Limits.MailRequestTime}
	if err := a.Throttles.Count(ctx, rule, from.Network()); err != nil {
		return err
	}
	return a.Throttles.Count(ctx, throttle.Rule{Name: "mail to", Most: a.Limits.MailRequests, Within: a.Limits.MailRequestTime}, to)
}

// RequestPasswordReset sends a token for a new password to an address, if an account has it, and returns the address. The account is looked
// up when the mail is sent, so that the answer and its cost are always the same. After too many requests for an
// address, or from one, it is refused with RATE_LIMITED.
func (a *Accounts) RequestPasswordReset(ctx context.Context, viewer *access.Viewer, in RequestPasswordResetInput) (string, error) {
	var errs fault.UserErrors
	address := email.Clean("email", in.Email, &errs)
	if err := errs.Err(); err != nil {
		return "", err
	}
	if err := a.countMail(ctx, viewer.From, address); err != nil {
		return "", err
	}
	return operation.Run(ctx, a.DB, viewer, access.RequestPasswordReset, "", func(tx *operation.Tx) (string, error) {
		tx.Changed("")
		return address, a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.PasswordReset, To: address})
	})
}

// ResetPasswordInput sets a new password by the token in the mail.
type ResetPasswordInput struct{ Token, NewPassword string }

// ResetPassword changes the password of the account that the token was sent to, ends all its sessions, invalidates its other tokens, and
// lifts the block after too many failed sign-ins. An address that was not confirmed is so now, and a second factor that was set up before is
// deleted. It returns the address to sign in with. Of concurrent requests with the same token one
// succeeds. User errors: BLANK, INVALID_TOKEN, TOO_SHORT, TOO_LONG, TOO_COMMON.
func (a *Accounts) ResetPassword(ctx context.Context, viewer *access.Viewer, in ResetPasswordInput) (string, error) {
	var errs fault.UserErrors
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposePASSWORD_RESET, "token", in.Token, a.Now(), &errs)
	if err != nil {
		return "", err
	}
	var about []string
	if token != nil {
		owner, err := a.Client.User.Get(ctx, token.UserID)
		if err != nil {
			return "", fmt.Errorf("read an account: %w", err)
		}
		about = []string{owner.Email, owner.DisplayName}
	}
	checkPassword("newPassword", in.NewPassword, &errs, about...)
	if err := errs.Err(); err != nil {
		return "", err
	}
	hash, err := a.Passwords.hash(ctx, in.NewPassword)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return operation.Run(ctx, a.DB, viewer, access.ResetPassword, "", func(tx *operation.Tx) (string, error) {
		return a.resetPassword(ctx, tx, token, hash)
	})
}

func (a *Accounts) resetPassword(ctx context.Context, tx *operation.Tx, token *ent.OneTimeToken, hash string) (string, error) {
	before, err := tx.HoldAccount(ctx, token.UserID)
	if err != nil {
		return "", err
	}
	if err := spend(ctx, tx, token, "token"); err != nil {
		return "", err
	}
	if before.EmailConfirmedAt == nil {
		if err := a.takeOver(ctx, tx, before.ID); err != nil {
			return "", err
		}
	}
	owner, err := tx.User.UpdateOne(before).SetPasswordHash(hash).Save(ctx)
	if err != nil {
		return "", err
	}
	if err := a.lockOut(ctx, tx, owner); err != nil {
		return "", err
	}
	tx.As(owner.ID)
	tx.Changed(owner.ID)
	// If that fails nothing is lost: the block ends by itself.
	tx.After(func() { _ = a.reopen(context.WithoutCancel(ctx), owner.Email, tx.Viewer().From) })
	return owner.Email, a.remember(ctx, tx.Client(), owner.Email, tx.Viewer().From)
}

// takeOver confirms the address of an account whose owner was not known until now, and deletes its second factor: somebody
// who signed up with another person's address may have set it up.
func (a *Accounts) takeOver(ctx context.Context, tx *operation.Tx, userID string) error {
	if err := forgetSecondFactor(ctx, tx, userID); err != nil {
		return err
	}
	return a.Confirm(ctx, tx, userID)
}

// lockOut ends an account's sessions and what was started with its old password, and notifies the owner by mail. The account must be
// locked.
func (a *Accounts) lockOut(ctx context.Context, tx *operation.Tx, of *ent.User) error {
	if err := a.Sessions.EndAll(ctx, tx, of.ID); err != nil {
		return err
	}
	if err := outbox.Cancel(ctx, tx.Tx, tokenMails(of)); err != nil { // first, so that no token is issued after they are revoked
		return err
	}
	_, err := tx.SecondFactor.Delete().Where(secondfactor.UserID(of.ID), secondfactor.ConfirmedAtIsNil()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("give up a second factor that was begun: %w", err)
	}
	err = revoke(ctx, tx.Tx, of.ID, onetimetoken.PurposePASSWORD_RESET, onetimetoken.PurposeEMAIL_CONFIRMATION, onetimetoken.PurposeSIGN_IN)
	if err != nil {
		return err
	}
	return a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.PasswordChanged, To: of.Email, About: of.ID})
}

// tokenMails selects the mails that will bring somebody a token.
func tokenMails(of *ent.User) predicate.Mail {
	return entmail.Or(
		entmail.And(entmail.KindEQ(entmail.KindPASSWORD_RESET), entmail.To(of.Email)),
		entmail.And(entmail.KindEQ(entmail.KindEMAIL_CONFIRMATION), entmail.About(of.ID)))
}

// reopen lifts the block of an account whose owner has proven to read its mail.
func (a *Accounts) reopen(ctx context.Context, address string, from request.Caller) error {
	t := a.attemptAt(address, from)
	if err := a.Throttles.Reopen(ctx, accountRule(a.Limits), t.account); err != nil {
		return err
	}
	return a.Throttles.Reopen(ctx, knownRule(a.Limits), t.knownID())
}
