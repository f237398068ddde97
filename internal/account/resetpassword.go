package account

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	entmail "minidock/ent/mail"
	"minidock/ent/onetimetoken"
	"minidock/ent/predicate"
	"minidock/ent/secondfactor"
	"minidock/ent/session"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/caller"
	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/mail"
	"minidock/internal/outbox"
	"minidock/internal/store"
	"minidock/internal/throttle"
)

// RequestPasswordResetInput is what asking for a new password needs.
type RequestPasswordResetInput struct{ Email string }

// countMail counts a mail that somebody asks for to an address, against that address and against the one that asks.
func (a *Accounts) countMail(ctx context.Context, from caller.Caller, to string) error {
	rule := throttle.Rule{Name: "mail from", Most: a.Limits.AddressMailRequests, Within: a.Limits.MailRequestTime}
	if err := a.Throttles.Count(ctx, rule, from.Network()); err != nil {
		return err
	}
	return a.Throttles.Count(ctx, throttle.Rule{Name: "mail to", Most: a.Limits.MailRequests, Within: a.Limits.MailRequestTime}, to)
}

// RequestPasswordReset has a token for a new password sent to an address, if an account has it, and returns the address. Whether
// one has is looked up when the mail is sent, so that the answer and its cost are the same. After too many requests for an
// address, or from one, it is refused with RATE_LIMITED.
func (a *Accounts) RequestPasswordReset(ctx context.Context, actor access.Actor, in RequestPasswordResetInput) (*string, *fault.List, error) {
	wrong := fault.NewList("email")
	address := email.Clean("email", in.Email, wrong)
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	if err := a.countMail(ctx, actor.From, address); err != nil {
		return nil, nil, err
	}
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := outbox.Write(ctx, tx, outbox.Entry{Kind: mail.PasswordReset, To: address}, a.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, actor, audit.Event{Operation: "requestPasswordReset"}, a.Now())
	})
	if err != nil {
		return nil, nil, fmt.Errorf("request a password reset: %w", err)
	}
	a.Outbox.Wake()
	return &address, wrong, nil
}

// ResetPasswordInput is what setting a new password needs. Token is that of the mail.
type ResetPasswordInput struct{ Token, New string }

// ResetPassword gives the account that the token was sent to another password, ends all its sessions, makes its other tokens good
// for nothing, and opens it again if it was closed after too many failed sign-ins. It returns the address to sign in with.
// Of several at once with the same token one succeeds.
func (a *Accounts) ResetPassword(ctx context.Context, actor access.Actor, in ResetPasswordInput) (*string, *fault.List, error) {
	wrong := fault.NewList("token", "new")
	checkPassword("new", in.New, wrong)
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposePASSWORD_RESET, "token", in.Token, a.Now(), wrong)
	if err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	hash, err := a.Passwords.hash(ctx, in.New)
	if err != nil {
		return nil, nil, fmt.Errorf("hash a password: %w", err)
	}
	var owner *ent.User
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := spend(ctx, tx, token, "token", wrong); err != nil {
			return err
		}
		owner, err = tx.User.UpdateOneID(token.UserID).SetPasswordHash(hash).Save(ctx)
		if err != nil {
			return err
		}
		if err := a.lockOut(ctx, tx, owner); err != nil {
			return err
		}
		if err := a.remember(ctx, tx.Client(), owner.Email, actor.From); err != nil {
			return err
		}
		return audit.Write(ctx, tx, actor.As(owner.ID), audit.Event{Operation: "resetPassword", SubjectID: owner.ID}, a.Now())
	})
	if errors.Is(err, errRefused) {
		return nil, wrong, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reset a password: %w", err)
	}
	a.Outbox.Wake()
	return &owner.Email, wrong, a.reopen(ctx, owner.Email, actor.From)
}

// lockOut ends an account's sessions, and all that its old password has set going. Its owner is told by mail.
func (a *Accounts) lockOut(ctx context.Context, tx *ent.Tx, of *ent.User) error {
	if _, err := tx.Session.Delete().Where(session.UserID(of.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	if err := outbox.Cancel(ctx, tx, tokenMails(of)); err != nil { // first, so that no token is issued after they are revoked
		return err
	}
	_, err := tx.SecondFactor.Delete().Where(secondfactor.UserID(of.ID), secondfactor.ConfirmedAtIsNil()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("give up a second factor that was begun: %w", err)
	}
	err = revoke(ctx, tx, of.ID, onetimetoken.PurposePASSWORD_RESET, onetimetoken.PurposeEMAIL_CHANGE, onetimetoken.PurposeSIGN_IN)
	if err != nil {
		return err
	}
	return outbox.Write(ctx, tx, outbox.Entry{Kind: mail.PasswordChanged, To: of.Email, About: of.ID}, a.Now())
}

// tokenMails are the mails that are to bring somebody a token.
func tokenMails(of *ent.User) predicate.Mail {
	return entmail.Or(
		entmail.And(entmail.KindEQ(entmail.KindPASSWORD_RESET), entmail.To(of.Email)),
		entmail.And(entmail.KindEQ(entmail.KindEMAIL_CONFIRMATION), entmail.About(of.ID)))
}

// reopen lets an account be signed in to again whose owner has proven to read its mail.
func (a *Accounts) reopen(ctx context.Context, address string, from caller.Caller) error {
	t := a.attemptAt(address, from)
	if err := a.Throttles.Reopen(ctx, accountRule(a.Limits), t.account); err != nil {
		return err
	}
	return a.Throttles.Reopen(ctx, knownRule(a.Limits), t.knownID())
}
