package account

import (
	"context"
	"errors"

	"golang.org/x/text/language"

	"minidock/ent"
	"minidock/ent/onetimetoken"
	"minidock/ent/user"
	"minidock/internal/mail"
	"minidock/internal/outbox"
	"minidock/internal/store"
)

// errCanceled is the error of a mail that was canceled, or is no longer needed.
var errCanceled = errors.New("the mail was canceled")

// Compose returns a mail about an account, or nil when it is no longer needed. Tokens are made here, when the mail is sent, since the
// database has their hashes only.
func (a *Accounts) Compose(ctx context.Context, entry *ent.Mail) (*mail.Message, error) {
	owner, err := a.receiver(ctx, entry)
	if owner == nil || err != nil {
		return nil, err
	}
	facts, err := a.facts(ctx, entry, owner)
	if errors.Is(err, errCanceled) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	composed, err := mail.Compose(mail.Kind(entry.Kind), LanguageOf(owner, entry), entry.To, facts)
	return &composed, err
}

// receiver returns the account that a mail is about, or nil when there is none.
func (a *Accounts) receiver(ctx context.Context, entry *ent.Mail) (*ent.User, error) {
	if mail.Kind(entry.Kind) == mail.PasswordReset {
		return a.At(ctx, entry.To)
	}
	return a.find(ctx, user.ID(entry.About))
}

func (a *Accounts) facts(ctx context.Context, entry *ent.Mail, owner *ent.User) (mail.Facts, error) {
	switch mail.Kind(entry.Kind) {
	case mail.PasswordReset:
		return a.withToken(ctx, entry, owner, onetimetoken.PurposePASSWORD_RESET, "/reset-password")
	case mail.EmailConfirmation:
		if entry.To == owner.Email && owner.EmailConfirmedAt != nil {
			return mail.Facts{}, errCanceled
		}
		facts, err := a.withToken(ctx, entry, owner, onetimetoken.PurposeEMAIL_CONFIRMATION, "/confirm-email")
		facts.Name = "" // the address may be somebody else's, and a name would let strangers write to them
		return facts, err
	default:
		return mail.Facts{Name: owner.DisplayName, NewEmail: owner.Email}, nil
	}
}

// withToken issues the token in a mail, and names the page for it. It fails with errCanceled when the mail was canceled: so canceling
// mails and then revoking tokens leaves no valid token.
func (a *Accounts) withToken(ctx context.Context, entry *ent.Mail, owner *ent.User, purpose onetimetoken.Purpose, page string) (mail.Facts, error) {
	var token string
	err := store.Tx(ctx, a.Client, func(tx *ent.Tx) error {
		// First, as every change does.
		if _, err := tx.User.Query().Where(user.ID(owner.ID), store.Held).OnlyID(ctx); err != nil {
			return err
		}
		held, err := outbox.Hold(ctx, tx, entry)
		if err != nil {
			return err
		}
		if !held {
			return errCanceled
		}
		token, err = issue(ctx, tx, purpose, owner.ID, entry.To, a.Now(), a.Limits.TokenTime)
		return err
	})
	return mail.Facts{
		Name: owner.DisplayName, Token: token, Link: a.AppURL + page + "#token=" + token, ValidFor: a.Limits.TokenTime,
	}, err
}

// LanguageOf returns the language that the receiver of a mail has chosen, or else that of the request that caused it. The receiver is nil
// when nobody has the address.
func LanguageOf(receiver *ent.User, entry *ent.Mail) language.Tag {
	if receiver != nil && receiver.Locale != nil {
		return language.Make(*receiver.Locale)
	}
	return language.Make(entry.Language)
}
