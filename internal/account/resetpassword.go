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

// countMail counts a mail that somebody asks for to an address, against that address and against the one that asks.
func (a *Accounts) countMail(ctx context.Context, from request.Caller, to string) error {
	rule := throttle.Rule{Name: "mail from", Most: a.Limits.AddressMailRequests, Within: a.Limits.MailRequestTime}
	if err := a.Throttles.Count(ctx, rule, from.Network()); err != nil {
		return err
	}
	return a.Throttles.Count(ctx, throttle.Rule{Name: "mail to", Most: a.Limits.MailRequests, Within: a.Limits.MailRequestTime}, to)
}

// RequestPasswordReset has a token for a new password sent to an address, if an account has it, and returns the address. Whether
// one has is looked up when the mail is sent, so that the answer and its cost are the same. After too many requests for an
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

// ResetPasswordInput is what setting a new password needs. Token is that of the mail.
type ResetPasswordInput struct{ Token, New string }

// ResetPassword gives the account that the token was sent to another password, ends all its sessions, makes its other tokens
// invalid, and opens it again if it was closed after too many failed sign-ins. It returns the address to sign in with. Of
// several at once with the same token one succeeds. User errors: BLANK, INVALID_TOKEN, TOO_SHORT, TOO_LONG, TOO_COMMON.
func (a *Accounts) ResetPassword(ctx context.Context, viewer *access.Viewer, in ResetPasswordInput) (string, error) {
	var errs fault.UserErrors
	checkPassword("new", in.New, &errs)
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposePASSWORD_RESET, "token", in.Token, a.Now(), &errs)
	if err != nil {
		return "", err
	}
	if err := errs.Err(); err != nil {
		return "", err
	}
	hash, err := a.Passwords.hash(ctx, in.New)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return operation.Run(ctx, a.DB, viewer, access.ResetPassword, "", func(tx *operation.Tx) (string, error) {
		return a.resetPassword(ctx, tx, token, hash)
	})
}

func (a *Accounts) resetPassword(ctx context.Context, tx *operation.Tx, token *ent.OneTimeToken, hash string) (string, error) {
	if _, err := tx.HoldAccount(ctx, token.UserID); err != nil {
		return "", err
	}
	if err := spend(ctx, tx, token, "token"); err != nil {
		return "", err
	}
	owner, err := tx.User.UpdateOneID(token.UserID).SetPasswordHash(hash).Save(ctx)
	if err != nil {
		return "", err
	}
	if err := a.lockOut(ctx, tx, owner); err != nil {
		return "", err
	}
	tx.As(owner.ID)
	tx.Changed(owner.ID)
	// Where that fails nothing is lost: it opens again with time.
	tx.After(func() { _ = a.reopen(context.WithoutCancel(ctx), owner.Email, tx.Viewer().From) })
	return owner.Email, a.remember(ctx, tx.Client(), owner.Email, tx.Viewer().From)
}

// lockOut ends an account's sessions, and all that its old password has set going. Its owner is told by mail. The change holds the
// account.
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
	err = revoke(ctx, tx.Tx, of.ID, onetimetoken.PurposePASSWORD_RESET, onetimetoken.PurposeEMAIL_CHANGE, onetimetoken.PurposeSIGN_IN)
	if err != nil {
		return err
	}
	return a.Outbox.Write(ctx, tx, outbox.Entry{Kind: mail.PasswordChanged, To: of.Email, About: of.ID})
}

// tokenMails are the mails that are to bring somebody a token.
func tokenMails(of *ent.User) predicate.Mail {
	return entmail.Or(
		entmail.And(entmail.KindEQ(entmail.KindPASSWORD_RESET), entmail.To(of.Email)),
		entmail.And(entmail.KindEQ(entmail.KindEMAIL_CONFIRMATION), entmail.About(of.ID)))
}

// reopen lets an account be signed in to again whose owner has proven to read its mail.
func (a *Accounts) reopen(ctx context.Context, address string, from request.Caller) error {
	t := a.attemptAt(address, from)
	if err := a.Throttles.Reopen(ctx, accountRule(a.Limits), t.account); err != nil {
		return err
	}
	return a.Throttles.Reopen(ctx, knownRule(a.Limits), t.knownID())
}
