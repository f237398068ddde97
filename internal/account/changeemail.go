package account

import (
	"context"
	"errors"
	"fmt"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/internal/access"
	"minidock/internal/audit"
	"minidock/internal/email"
	"minidock/internal/fault"
	"minidock/internal/mail"
	"minidock/internal/outbox"
	"minidock/internal/store"
)

// ChangeEmailInput is what changing one's e-mail address needs. Password is the account's.
type ChangeEmailInput struct{ Email, Password string }

// ChangeEmail has a token sent to the address that is to become the account's, and returns the address. Nothing changes before
// the token comes back. After too many requests for an address it is refused with RATE_LIMITED.
func (a *Accounts) ChangeEmail(ctx context.Context, actor access.Actor, in ChangeEmailInput) (*string, *fault.List, error) {
	wrong := fault.NewList("email", "password")
	address := email.Clean("email", in.Email, wrong)
	self, err := a.Prove(ctx, actor, "password", in.Password, wrong)
	if err != nil {
		return nil, nil, err
	}
	if err := a.checkEmailIsFree(ctx, actor.From, address, wrong); err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	if err := a.countMail(ctx, actor.From, address); err != nil {
		return nil, nil, err
	}
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := StillProven(ctx, tx, self); err != nil {
			return err
		}
		if err := outbox.Write(ctx, tx, outbox.Entry{Kind: mail.EmailConfirmation, To: address, About: self.ID}, a.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, actor, audit.Event{
			Operation: "changeEmail", SubjectID: self.ID, Changes: []audit.Change{{Field: "requestedEmail", After: address}},
		}, a.Now())
	})
	if err != nil {
		return nil, nil, fmt.Errorf("request another e-mail address: %w", err)
	}
	a.Outbox.Wake()
	return &address, wrong, nil
}

// ConfirmEmailInput is what confirming a new e-mail address needs. Token is that of the mail.
type ConfirmEmailInput struct{ Token string }

// ConfirmEmail makes the address that the token was sent to the account's, tells the old address, and returns the new one. Of
// several at once with the same token one succeeds.
func (a *Accounts) ConfirmEmail(ctx context.Context, actor access.Actor, in ConfirmEmailInput) (*string, *fault.List, error) {
	wrong := fault.NewList("token")
	token, err := lookUpToken(ctx, a.Client, onetimetoken.PurposeEMAIL_CHANGE, "token", in.Token, a.Now(), wrong)
	if err != nil {
		return nil, nil, err
	}
	if !wrong.Empty() {
		return nil, wrong, nil
	}
	err = store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		if err := spend(ctx, tx, token, "token", wrong); err != nil {
			return err
		}
		if err := a.moveTo(ctx, tx, actor, token); err != nil {
			return err
		}
		return a.remember(ctx, tx.Client(), token.Email, actor.From)
	})
	switch {
	case errors.Is(err, errRefused):
		return nil, wrong, nil
	case store.IsTaken(err):
		wrong.Add("token", fault.Taken)
		return nil, wrong, nil
	case err != nil:
		return nil, nil, fmt.Errorf("confirm an e-mail address: %w", err)
	}
	a.Outbox.Wake()
	return &token.Email, wrong, nil
}

// moveTo gives the account of a token the address that it was sent to. What was sent to the old one is good for nothing any more.
func (a *Accounts) moveTo(ctx context.Context, tx *ent.Tx, actor access.Actor, token *ent.OneTimeToken) error {
	owner, err := tx.User.Get(ctx, token.UserID)
	if err != nil {
		return err
	}
	if err := tx.User.UpdateOne(owner).SetEmail(token.Email).Exec(ctx); err != nil {
		return err
	}
	if err := outbox.Cancel(ctx, tx, tokenMails(owner)); err != nil {
		return err
	}
	if err := revoke(ctx, tx, owner.ID, onetimetoken.PurposePASSWORD_RESET); err != nil {
		return err
	}
	if err := outbox.Write(ctx, tx, outbox.Entry{Kind: mail.EmailChanged, To: owner.Email, About: owner.ID}, a.Now()); err != nil {
		return err
	}
	changes := audit.Changed(audit.Change{Field: "email", Before: owner.Email, After: token.Email})
	return audit.Write(ctx, tx, actor.As(owner.ID), audit.Event{Operation: "confirmEmail", SubjectID: owner.ID, Changes: changes}, a.Now())
}
